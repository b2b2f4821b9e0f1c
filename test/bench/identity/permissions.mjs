import { Authorizations, PasswordHasher, PermissionVocabulary } from '@tenantry/identity';
import { systemClock } from '@tenantry/core';
import { heapBytes } from '../support/memory.mjs';
import { interleave } from '../support/rounds.mjs';

const TENANTS = 10_000;
const ROLES = 50;
const ACCOUNTS = 5;
const NEEDED = ['things-3:write'];
const CALLS = 200_000;
const PERMISSIONS = Array.from({ length: 40 }, (_, index) => `things-${index}:write`);

/** Each tenant has 50 roles of its own; each of its accounts has one of them. */
const store = {
  forTenant: (tenantId) => ({
    grants: async (accountId) => ({
      state: { epoch: 1, version: 1, idle: null },
      status: 'active',
      epoch: 1,
      administrator: false,
      endedSessions: [],
      apiKeys: [],
      permissions: roleOf(Number(tenantId.slice(1)) * ACCOUNTS + Number(accountId.at(-1))),
    }),
    state: async () => ({ epoch: 1, version: 1, idle: null }),
  }),
};

function roleOf(account) {
  const role = account % ROLES;
  return PERMISSIONS.filter((_, index) => index === role % PERMISSIONS.length || index % (1 + (role % 7)) === 0);
}

/** Checks in random order over all accounts, and the heap that they take. */
export async function measure() {
  const principals = Array.from({ length: TENANTS * ACCOUNTS }, (_, index) => principalOf(index));
  const before = heapBytes();
  const authorizations = new Authorizations(
    store,
    new PermissionVocabulary({ permissions: PERMISSIONS }),
    systemClock,
    {
      recheckMs: 600_000,
    },
  );
  for (const principal of principals) await authorizations.missing(principal, []);
  const heapMb = (heapBytes() - before) / 2 ** 20;
  const order = Array.from({ length: CALLS }, () => principals[Math.floor(Math.random() * principals.length)]);
  const hasher = new PasswordHasher();
  const stored = await hasher.hash('marble-otter-quince-42');
  const [check, password] = await interleave([
    { name: 'check', measure: () => usPerCheck(authorizations, order) },
    { name: 'argon2id', measure: () => msPerVerify(hasher, stored) },
  ]);
  const setting = `${TENANTS} tenants x ${ROLES} roles, ${principals.length} accounts signed in`;
  return [
    {
      what: `permission check, processor time, ${setting}`,
      unit: 'µs',
      ours: check,
      peers: [],
      goal: '<= 2',
      limit: 2,
    },
    { what: `heap, ${setting}`, unit: 'MiB', ours: single(heapMb), peers: [], goal: '<= 30', limit: 30 },
    { what: 'password check, processor time, argon2id, 19 MiB, 2 passes', unit: 'ms', ours: password, peers: [] },
  ];
}

function principalOf(index) {
  const tenant = Math.floor(index / ACCOUNTS);
  const suffix = String(index).padStart(11, '0');
  return { tenantId: `t${tenant}`, accountId: `00000000-0000-4000-8000-${suffix}${index % ACCOUNTS}`, name: 'dave' };
}

/** Time of the processor, which other processes do not add to. */
function usPerCheck(authorizations, order) {
  const start = process.cpuUsage();
  for (const principal of order) authorizations.missing(principal, NEEDED);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / order.length;
}

async function msPerVerify(hasher, stored) {
  const start = process.cpuUsage();
  for (let i = 0; i < 10; i += 1) await hasher.verify('marble-otter-quince-42', stored);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 10_000;
}

function single(value) {
  return { median: value, low: value, high: value };
}
