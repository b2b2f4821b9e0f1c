import {
  allowInsecureRequests,
  clientCredentialsGrantRequest,
  ClientSecretBasic,
  customFetch,
  processClientCredentialsResponse,
} from 'oauth4webapi';
import type { AuthorizationServer, Client, TokenEndpointResponse } from 'oauth4webapi';
import { CloudApiError } from './cloud-client-error.js';
import { exchange } from './cloud-client-exchange.js';
import type { ResolvedCloudClientOptions } from './cloud-client-options.js';

/** A token as the cloud issued it. */
export interface IssuedToken {
  readonly value: string;
  /** `Infinity` when the cloud does not say. */
  readonly lifetimeMs: number;
}

/**
 * Fetches one token by client credentials.
 *
 * @param signal ends it at any point, with a `CloudApiError` as its reason
 * @throws {@link CloudApiError} `refused`, `unavailable`, `malformed-answer` or the signal's reason
 */
export async function requestToken(options: ResolvedCloudClientOptions, signal: AbortSignal): Promise<IssuedToken> {
  const server: AuthorizationServer = { issuer: options.tokenUrl.origin, token_endpoint: options.tokenUrl.href };
  const client: Client = { client_id: options.clientId };
  const response = await clientCredentialsGrantRequest(
    server,
    client,
    ClientSecretBasic(options.clientSecret),
    {},
    {
      // The options allow plain http where it is safe; see resolveCloudClientOptions.
      [allowInsecureRequests]: true,
      [customFetch]: async (url, { method, headers, body }) => {
        const { text, ...rest } = await exchange(options.fetch, url, { method, headers, body }, signal);
        if (rest.status !== 200) throw refusal(rest.status);
        return new Response(text, rest);
      },
    },
  );
  return issuedToken(await processed(server, client, response));
}

async function processed(
  server: AuthorizationServer,
  client: Client,
  response: Response,
): Promise<TokenEndpointResponse> {
  try {
    return await processClientCredentialsResponse(server, client, response);
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : 'unknown reason');
  }
}

function issuedToken({ access_token, token_type, expires_in }: TokenEndpointResponse): IssuedToken {
  if (token_type !== 'bearer') throw malformed('the token is not a bearer token');
  // RFC 6750 section 2.1; anything else fetch would refuse with a message that quotes the token.
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(access_token)) throw malformed('the token has characters that are not allowed');
  return { value: access_token, lifetimeMs: expires_in === undefined ? Infinity : expires_in * 1000 };
}

function refusal(status: number): CloudApiError {
  if (status === 429 || status >= 500) {
    return new CloudApiError('unavailable', `The token endpoint answered ${status}. Try again shortly.`, { status });
  }
  if (status >= 400) {
    const message = `The token endpoint answered ${status}. Check the client id and the client secret of the tenant.`;
    return new CloudApiError('refused', message, { status });
  }
  return new CloudApiError('malformed-answer', `The token endpoint answered ${status}. Check tokenUrl.`, { status });
}

// The library's error is not kept as the cause: it carries the answer, and with it the token.
function malformed(reason: string): CloudApiError {
  return new CloudApiError('malformed-answer', `The answer of the token endpoint is not valid: ${reason}.`);
}
