import { CloudApiOptionsError } from './cloud-api-options.error.js';
import { readCloudApiSettings } from './settings.js';

const client = { clientId: 'foo', clientSecret: 'canary-secret-0123', account: 'foo' };
const valid = { CLOUD_API_CLIENTS: JSON.stringify([client]) };

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readCloudApiSettings(environment);
  } catch (error) {
    if (error instanceof CloudApiOptionsError) return error.problems;
  }
  return [];
}

describe('the settings of the process', () => {
  it('have defaults for everything but the clients', () => {
    expect(readCloudApiSettings(valid)).toEqual({
      port: 3001,
      host: '127.0.0.1',
      options: { clients: [client], tokenLifetimeSeconds: 300 },
    });
  });

  it('are read from the environment', () => {
    const settings = { CLOUD_API_PORT: '0', CLOUD_API_HOST: '0.0.0.0', CLOUD_API_TOKEN_LIFETIME_SECONDS: '60' };
    expect(readCloudApiSettings({ ...valid, ...settings })).toMatchObject({
      port: 0,
      host: '0.0.0.0',
      options: { tokenLifetimeSeconds: 60 },
    });
  });

  it.each<[string, string]>([
    ['CLOUD_API_PORT', '65536'],
    ['CLOUD_API_PORT', '-1'],
    ['CLOUD_API_PORT', 'canary'],
    ['CLOUD_API_PORT', ''],
    ['CLOUD_API_HOST', ''],
    ['CLOUD_API_TOKEN_LIFETIME_SECONDS', '0'],
    ['CLOUD_API_TOKEN_LIFETIME_SECONDS', '86401'],
    ['CLOUD_API_CLIENTS', 'canary'],
    ['CLOUD_API_CLIENTS', '[]'],
    ['CLOUD_API_CLIENTS', JSON.stringify(client)],
    ['CLOUD_API_CLIENTS', JSON.stringify([client, client])],
    ['CLOUD_API_CLIENTS', JSON.stringify([{ ...client, clientSecret: 'canary-too-shrt' }])],
    ['CLOUD_API_CLIENTS', JSON.stringify([{ ...client, account: 'a b' }])],
  ])('stop the start when %s is %j, name it and do not repeat it', (variable, value) => {
    const problems = problemsOf({ ...valid, [variable]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${variable}: `));
    expect(problems[0]).not.toContain('canary');
  });

  it('stop the start without clients, and name every variable that is wrong at once', () => {
    expect(problemsOf({ CLOUD_API_PORT: 'x' }).map((problem) => problem.split(':')[0])).toEqual([
      'CLOUD_API_PORT',
      'CLOUD_API_CLIENTS',
    ]);
  });
});
