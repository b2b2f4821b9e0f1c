import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { finding } from './isolation-finding.js';
import type { IsolationFinding, IsolationFindingKind } from './isolation-finding.js';
import type { RoleFacts, RoleMembership, RolePower } from './role-facts.js';

const ANOTHER = 'Or connect as (or pass as role) one that is neither superuser nor BYPASSRLS.';

/** First minor release of each major one that does not show rows past row-level security through statistics (CVE-2025-8713). */
const FIXED: ReadonlyMap<number, number> = new Map([
  [15, 14],
  [16, 10],
  [17, 6],
]);

/**
 * What is wrong with the role, the server and its settings.
 *
 * @internal
 */
export function roleFindings(role: RoleFacts): IsolationFinding[] {
  return [
    ...rightsFindings(role),
    ...loginFindings(role),
    ...role.powers.map((power) => powerFinding(role, power)),
    ...serverFindings(role),
  ];
}

function rightsFindings({ name, superuser, bypassesRls }: RoleFacts): IsolationFinding[] {
  const quoted = quotedIdentifier(name);
  if (superuser) {
    const remedy = { sql: `alter role ${quoted} nosuperuser nobypassrls;`, words: ANOTHER };
    return [
      finding(['role-superuser', 'error'], quoted, 'is a superuser, which row-level security does not bind', remedy),
    ];
  }
  if (!bypassesRls) return [];
  const remedy = { sql: `alter role ${quoted} nobypassrls;`, words: ANOTHER };
  return [finding(['role-bypasses-rls', 'error'], quoted, 'has BYPASSRLS', remedy)];
}

function loginFindings({ name, login, loginUnbound }: RoleFacts): IsolationFinding[] {
  if (!loginUnbound) return [];
  const [assumed, quoted] = [quotedIdentifier(name), quotedIdentifier(login)];
  const what = `is logged in and assumes ${assumed}: row-level security does not bind it, and SQL that resets the role is past every policy`;
  const words = `Connect as a role of its own that may become ${assumed} and is neither superuser nor BYPASSRLS.`;
  return [finding(['login-past-rls', 'warning'], `The login ${quoted}`, what, { words })];
}

function powerFinding({ name }: RoleFacts, { name: other, power, through }: RolePower): IsolationFinding {
  const quoted = quotedIdentifier(name);
  const [kind, what, attribute] = POWERS[power];
  if (name === other) return finding([kind, 'error'], quoted, what, { sql: `alter role ${quoted} ${attribute};` });
  const holder = `may become, or has the rights of, ${quotedIdentifier(other)}, which ${what}`;
  return finding([kind, 'error'], quoted, holder, { sql: revokedMemberships(through, quoted) });
}

/** For each power its kind, what it means, and the attribute that is without it. */
const POWERS: Readonly<Record<RolePower['power'], readonly [IsolationFindingKind, string, string]>> = {
  bypass: ['role-can-assume', 'is not bound by row-level security', 'nobypassrls'],
  replicate: ['role-server-access', 'has REPLICATION: a replica gets the rows of every tenant', 'noreplication'],
  role: [
    'role-creates-roles',
    'has CREATEROLE: before PostgreSQL 16 it may become any role that is no superuser',
    'nocreaterole',
  ],
  server: ['role-server-access', 'gets at the server’s files or programs past every policy', ''],
};

/** Since PostgreSQL 16 each membership is revoked for who granted it. */
function revokedMemberships(through: readonly RoleMembership[], member: string): string {
  const statements = through.map(({ role, grantor }) => {
    const by = grantor === null ? '' : ` granted by ${quotedIdentifier(grantor)}`;
    return `revoke ${quotedIdentifier(role)} from ${member}${by} cascade;`;
  });
  return statements.join('\n');
}

function serverFindings({ login, version, rowSecurity }: RoleFacts): IsolationFinding[] {
  const findings: IsolationFinding[] = [];
  if (!rowSecurity) {
    findings.push(
      finding(['row-security-off', 'error'], 'The setting row_security', 'is off: every query of tenants’ rows fails', {
        sql: `alter role ${quotedIdentifier(login)} set row_security = on;`,
        words: 'It holds for new connections.',
      }),
    );
  }
  const [major, minor] = [Math.floor(version / 10_000), version % 10_000];
  const fixed = FIXED.get(major);
  if (fixed !== undefined && minor < fixed) {
    findings.push(
      finding(
        ['server-outdated', 'warning'],
        `PostgreSQL ${major}.${minor}`,
        'shows rows past row-level security through the planner’s statistics (CVE-2025-8713)',
        { words: `Update the server to ${major}.${fixed} or newer.` },
      ),
    );
  }
  return findings;
}
