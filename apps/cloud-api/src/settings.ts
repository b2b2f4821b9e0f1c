import { z } from 'zod';
import { CloudApiOptionsError } from './cloud-api-options.error.js';
import { resolveCloudApiOptions } from './cloud-api.options.js';
import type { CloudApiClient, CloudApiOptions } from './cloud-api.options.js';

/** What the process needs to run alone. */
export interface CloudApiSettings {
  /** TCP port to listen on; 0 lets the system choose. */
  readonly port: number;
  /** Address to listen on. */
  readonly host: string;
  /** Options of the service itself. */
  readonly options: CloudApiOptions;
}

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, `use a whole number from ${minimum} to ${maximum}`)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `use a whole number from ${minimum} to ${maximum}`);

const environmentSchema = z.object({
  CLOUD_API_PORT: wholeNumber(0, 65_535).default(3001),
  CLOUD_API_HOST: z.string().min(1, 'name an address, such as 127.0.0.1').default('127.0.0.1'),
  CLOUD_API_TOKEN_LIFETIME_SECONDS: wholeNumber(1, 86_400).default(300),
  CLOUD_API_CLIENTS: z.string('set it to a JSON array of { clientId, clientSecret, account }'),
});

/**
 * Reads the settings from environment variables.
 *
 * @param environment `process.env`, or a stand-in
 * @returns checked settings
 * @throws {@link CloudApiOptionsError} naming each variable and what is allowed, never its value
 */
export function readCloudApiSettings(environment: Readonly<Record<string, string | undefined>>): CloudApiSettings {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    throw new CloudApiOptionsError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const { CLOUD_API_PORT, CLOUD_API_HOST, CLOUD_API_TOKEN_LIFETIME_SECONDS, CLOUD_API_CLIENTS } = parsed.data;
  const clients = readClients(CLOUD_API_CLIENTS);
  return {
    port: CLOUD_API_PORT,
    host: CLOUD_API_HOST,
    options: { clients, tokenLifetimeSeconds: CLOUD_API_TOKEN_LIFETIME_SECONDS },
  };
}

function readClients(json: string): readonly CloudApiClient[] {
  try {
    const clients = parseJson(json) as CloudApiClient[];
    resolveCloudApiOptions({ clients });
    return clients;
  } catch (error) {
    if (!(error instanceof CloudApiOptionsError)) throw error;
    throw new CloudApiOptionsError(error.problems.map((problem) => `CLOUD_API_CLIENTS: ${problem}`));
  }
}

// The parser's own message quotes the text, and with it secrets: it is dropped on purpose.
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new CloudApiOptionsError(['it is not valid JSON']);
  }
}
