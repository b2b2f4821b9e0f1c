import type { Settings } from '../settings/settings.js';
import { DEMO_PASSWORD, DEMO_TENANTS } from './demo-data.js';

/** What `npm start` prints: where things listen, who can log in, and five commands that work when pasted. */
export function demoInstructions({ host, port, cloudApiPort, databaseUrl, dataDir, seedDemo }: Settings): string {
  const base = `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`;
  const data = databaseUrl === undefined ? `embedded, in ${dataDir}` : 'PostgreSQL';
  const lines = [
    `Orchestrator  ${base}   API description: ${base}/docs`,
    `Demo cloud    http://127.0.0.1:${cloudApiPort}`,
    `Database      ${data}`,
  ];
  return `${[...lines, ...(seedDemo ? demoLines(base) : [])].join('\n')}\n`;
}

function demoLines(base: string): string[] {
  const users = DEMO_TENANTS.flatMap(({ admin, members, domain }) =>
    [admin, ...members.map(({ name }) => name)].map((name) => `${name}@${domain}`),
  );
  const login = `-H 'Content-Type: application/json' -d '{"username":"alice@foo.com","password":"${DEMO_PASSWORD}"}'`;
  return [
    '',
    `Users: ${[...users, 'admin@super'].join(', ')}; password: ${DEMO_PASSWORD}. Try:`,
    '',
    `TOKEN=$(curl -s ${base}/auth/login ${login} | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
    `curl -s ${base}/t/foo.com/me -H "Authorization: Bearer $TOKEN"`,
    `curl -s ${base}/projects -H 'Host: foo.com' -H "Authorization: Bearer $TOKEN"`,
    `curl -s ${base}/t/foo.com/servers -H "Authorization: Bearer $TOKEN"`,
    `curl -s ${base}/t/foo.com/services/MyService`,
  ];
}
