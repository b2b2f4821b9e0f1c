import { z } from 'zod';
import { CloudApiOptionsError } from './cloud-api-options.error.js';
import { digest } from './oauth/digest.js';

/** One OAuth2 client and the account that its tokens open. */
export interface CloudApiClient {
  /** 1 to 128 of `A-Za-z0-9._~-`; unique among the clients. */
  readonly clientId: string;
  /** 16 to 256 printable ASCII characters without spaces; generate it, do not think it up. Only its hash is kept. */
  readonly clientSecret: string;
  /** The account, 1 to 128 of `A-Za-z0-9._~-`. Several clients may share one. */
  readonly account: string;
}

/** Settings of {@link createCloudApi}. */
export interface CloudApiOptions {
  /** At least one. */
  readonly clients: readonly CloudApiClient[];
  /** How long a token is good for: 1 to 86,400 whole seconds. Default 300. */
  readonly tokenLifetimeSeconds?: number;
  /** The time in milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number;
}

/** A {@link CloudApiClient} as it is kept. */
export interface ResolvedCloudApiClient {
  readonly clientId: string;
  /** SHA-256 of the secret. */
  readonly secretDigest: Buffer;
  readonly account: string;
}

/** {@link CloudApiOptions}, checked, with the defaults filled in and without a secret. */
export interface ResolvedCloudApiOptions {
  readonly clients: readonly ResolvedCloudApiClient[];
  readonly tokenLifetimeSeconds: number;
  readonly clock: () => number;
}

const name = z.string().regex(/^[A-Za-z0-9._~-]{1,128}$/, 'use 1 to 128 of A-Z a-z 0-9 . _ ~ -');

const client = z.strictObject({
  clientId: name,
  clientSecret: z.string().regex(/^[\x21-\x7e]{16,256}$/, 'use 16 to 256 printable ASCII characters without spaces'),
  account: name,
});

const optionsSchema = z.object({
  clients: z
    .array(client)
    .min(1, 'name at least one client')
    .refine((clients) => new Set(clients.map((one) => one.clientId)).size === clients.length, {
      message: 'give every client its own clientId',
    }),
  tokenLifetimeSeconds: z.int().min(1).max(86_400).default(300),
});

/**
 * Checks the settings and fills in the defaults.
 *
 * @param options as the caller wrote them
 * @returns a frozen copy
 * @throws {@link CloudApiOptionsError} naming every option that is not acceptable, never a value of it
 */
export function resolveCloudApiOptions(options: CloudApiOptions): ResolvedCloudApiOptions {
  const { clock = Date.now, ...rest } = options;
  const parsed = optionsSchema.safeParse(rest);
  if (!parsed.success) {
    throw new CloudApiOptionsError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const clients = parsed.data.clients.map(({ clientId, clientSecret, account }) => {
    return { clientId, secretDigest: digest(clientSecret), account };
  });
  return Object.freeze({ clients, tokenLifetimeSeconds: parsed.data.tokenLifetimeSeconds, clock });
}
