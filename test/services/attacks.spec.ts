import { InMemoryServiceValues, ServiceLog } from '@tenantry/services';
import type { Capability, ServiceRuntime } from '@tenantry/services';
import { tenantId } from '@tenantry/core';
import {
  ESCAPE_PROGRAMS,
  EXHAUSTION_PROGRAMS,
  FORGERY_PROGRAMS,
  LOADING,
  TAMPERING_PROGRAMS,
} from './support/attacks.js';
import { EngineForTests } from './support/engine.js';
import type { TestTenant } from './support/engine.js';

const QUOTA = { keys: 10, bytes: 1_000 };

/** Codes of a call that did not go well. */
const REFUSALS = ['MT_SERVICE_FAILED', 'MT_SERVICE_TIMEOUT', 'MT_SERVICE_INTERRUPTED'] as const;

const values = new InMemoryServiceValues();
const kv: Capability = async (call, key) => {
  const value = await values.get(call.tenantId, typeof key === 'string' ? key : '');
  return value === null ? null : (JSON.parse(value) as string);
};
const capabilities = new Map<string, Capability>([['kv.get', kv], ...new ServiceLog().capabilities()]);

let engines: EngineForTests;
let neighbour: TestTenant;
let attackers = 0;

beforeAll(async () => {
  engines = new EngineForTests();
  neighbour = await engines.tenant('neighbour', { capabilities });
  await values.set(tenantId('neighbour'), 'key', '"of the neighbour"', QUOTA);
});

afterAll(() => engines.close());

/** Runs a program as a tenant of its own, and checks that the neighbour is answered afterwards. @returns body or code */
async function attack(code: string): Promise<string> {
  const id = `attacker-${++attackers}`;
  await values.set(tenantId(id), 'key', '"honest"', QUOTA);
  const attacker = await engines.tenant(id, { capabilities, limits: { wallMs: 2_000 } });
  const result = await attacker.run(code).then(
    ({ body }) => body.toString(),
    (error: unknown) => String(Reflect.get(Object(error), 'code')),
  );
  await attacker.runtime.close();
  const answer = await neighbour.run(`export default async (_, { kv }) => ({ body: await kv.get('key') })`);
  expect(answer.body.toString()).toBe('of the neighbour');
  return result;
}

describe('the code of a tenant', () => {
  it.each(ESCAPE_PROGRAMS)('does not reach the host by %s', async (_title, code) => {
    expect(await attack(code)).toBe('undefined');
  });

  it.each(TAMPERING_PROGRAMS)('that %s affects itself alone', async (_title, code) => {
    expect(['honest', ...REFUSALS]).toContain(await attack(code));
  });

  it.each(FORGERY_PROGRAMS)('that %s gets no more than an answer of its own', async (_title, code) => {
    expect(['', 'one', '{}', ...REFUSALS]).toContain(await attack(code));
  });

  it.each(EXHAUSTION_PROGRAMS)('that %s is ended, and the neighbour is answered', async (_title, code) => {
    expect(['', ...REFUSALS]).toContain(await attack(code));
  });
});

describe('the code of a tenant, while it loads,', () => {
  let runtime: ServiceRuntime;

  beforeAll(async () => {
    ({ runtime } = await engines.tenant('loading'));
  });

  it.each(Object.entries(LOADING))('that %s is a fault or does nothing', async (_title, source) => {
    const result = await runtime.validate({ source, language: 'javascript' });
    expect(typeof result.isValid).toBe('boolean');
    if (!result.isValid) expect(result.error.message).not.toMatch(/file:|node_modules|\/libs\//);
    expect((await neighbour.run(`export default () => ({ body: 'fine' })`)).body.toString()).toBe('fine');
  });

  it('is no escape from the removal of types', async () => {
    const source = `export default ${'<'.repeat(50_000)}`;
    expect(await runtime.validate({ source, language: 'typescript' })).toMatchObject({ isValid: false });
  });
});
