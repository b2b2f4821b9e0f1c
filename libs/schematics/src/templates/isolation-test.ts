import type { TenancyChoices } from './tenancy-module.js';

const CATALOG_NOTE = {
  memory: '',
  postgres: '\n// The catalog must have the tenants foo (foo.com) and bar (bar.com).',
} as const;

/** Source of a test that tenants are kept apart; for Jest and Vitest with globals. */
export function isolationTestSource(choices: TenancyChoices, ending: string): string {
  return setUpSource(choices, ending) + askSource(choices) + TESTS;
}

function setUpSource({ catalog }: TenancyChoices, ending: string): string {
  return `import { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppModule } from '../app.module${ending}';
${CATALOG_NOTE[catalog]}
interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

describe('Tenants', () => {
  let app: INestApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
  }, 60_000);

  afterAll(() => app.close());

`;
}

function askSource({ resolver }: TenancyChoices): string {
  const usesPath = resolver === 'path';
  return `  function ask(domain: string | null): Promise<Answer> {
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
    const host = ${usesPath ? `'localhost'` : `domain ?? 'localhost'`};
    const path = ${usesPath ? `domain === null ? '/' : \`/t/\${domain}/tenancy-example\`` : `'/tenancy-example'`};
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, headers: { host }, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => {
          const body = JSON.parse(text) as Record<string, unknown>;
          resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', text, body });
        });
      });
      sent.on('error', reject);
      sent.end();
    });
  }

`;
}

const TESTS = `  it('get their own answers, 200 requests of two tenants at once', async () => {
    const tenants = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 'foo' : 'bar'));
    const answers = await Promise.all(tenants.map((tenant) => ask(\`\${tenant}.com\`)));
    const greetings = answers.map(({ text }) => text.match(/Hello from \\w+/g));
    expect(greetings).toEqual(tenants.map((tenant) => [\`Hello from \${tenant}\`]));
  }, 60_000);

  it('that are unknown are refused', async () => {
    const { status, type, body } = await ask('unknown.com');
    expect({ status, code: body['code'] }).toEqual({ status: 404, code: 'MT_TENANT_UNKNOWN' });
    expect(type).toContain('application/problem+json');
  });

  it('must be named', async () => {
    const { status } = await ask(null);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });
});
`;
