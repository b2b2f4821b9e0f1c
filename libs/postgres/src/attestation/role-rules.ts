import { quotedIdentifier } from '../policies/quoted-identifier.js';
import { finding } from './isolation-finding.js';
import type { IsolationFinding } from './isolation-finding.js';
import type { RoleFacts } from './role-facts.js';

const ANOTHER = 'Or connect as (or pass as role) one that is neither superuser nor BYPASSRLS.';

/** First minor release of each major one that does not show rows past row-level security through statistics (CVE-2025-8713). */
const MENDED: ReadonlyMap<number, number> = new Map([
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
  return [...rightsFindings(role), ...assumableFindings(role), ...serverFindings(role)];
}

function rightsFindings({ name, superuser, bypassesRls }: RoleFacts): IsolationFinding[] {
  const quoted = quotedIdentifier(name);
  if (superuser) {
    const remedy = { sql: `alter role ${quoted} nosuperuser nobypassrls;`, words: ANOTHER };
    return [
      finding(['role-superuser', 'error'], quoted, 'is a superuser, whom row-level security does not bind', remedy),
    ];
  }
  if (!bypassesRls) return [];
  const remedy = { sql: `alter role ${quoted} nobypassrls;`, words: ANOTHER };
  return [finding(['role-bypasses-rls', 'error'], quoted, 'has BYPASSRLS', remedy)];
}

function assumableFindings({ name, assumable }: RoleFacts): IsolationFinding[] {
  const quoted = quotedIdentifier(name);
  return assumable.map(({ name: other, through }) =>
    finding(
      ['role-can-assume', 'error'],
      quoted,
      `may change to ${quotedIdentifier(other)}, whom row-level security does not bind`,
      { sql: `revoke ${through.map(quotedIdentifier).join(', ')} from ${quoted};` },
    ),
  );
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
  const mended = MENDED.get(major);
  if (mended !== undefined && minor < mended) {
    findings.push(
      finding(
        ['server-outdated', 'warning'],
        `PostgreSQL ${major}.${minor}`,
        'shows rows past row-level security through the planner’s statistics (CVE-2025-8713)',
        { words: `Update the server to ${major}.${mended} or newer.` },
      ),
    );
  }
  return findings;
}
