import OAuth2Server from '@node-oauth/oauth2-server';

/** The parts of an HTTP request that OAuth2 uses. */
export interface HttpRequestParts {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: unknown;
}

/**
 * Brings a request to the token endpoint into the shape of the OAuth2 library.
 *
 * @throws OAuth2Server.InvalidRequestError for a repeated parameter or credentials in two places
 * @throws OAuth2Server.InvalidClientError for a Basic header that cannot be decoded
 */
export function tokenRequest({ method, headers, body }: HttpRequestParts): OAuth2Server.Request {
  const parameters = singleParameters(body);
  const authorization = headers['authorization'];
  if (typeof authorization !== 'string') return libraryRequest(method, headers, parameters);
  if ('client_secret' in parameters) {
    throw new OAuth2Server.InvalidRequestError('Send the client credentials in the header or in the body, not in both');
  }
  return libraryRequest(method, { ...headers, authorization: withDecodedCredentials(authorization) }, parameters);
}

/** Brings a request to the API into the shape of the OAuth2 library, which then reads the header alone. */
export function bearerRequest({ method, headers }: HttpRequestParts): OAuth2Server.Request {
  return libraryRequest(method, headers, {});
}

function libraryRequest(
  method: string,
  headers: HttpRequestParts['headers'],
  body: Readonly<Record<string, string>>,
): OAuth2Server.Request {
  return new OAuth2Server.Request({ method, headers: headers as Record<string, string>, query: {}, body });
}

function singleParameters(body: unknown): Readonly<Record<string, string>> {
  const parameters: [string, string][] = Object.entries(body ?? {}).map(([name, value]) => {
    if (typeof value === 'string') return [name, value];
    throw new OAuth2Server.InvalidRequestError('Send every parameter once, as text');
  });
  return Object.fromEntries(parameters);
}

// RFC 6749 section 2.3.1 wants both halves form-encoded before they are joined; the library does not decode them.
function withDecodedCredentials(authorization: string): string {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization)?.[1];
  if (!encoded) return authorization;
  const halves = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return `Basic ${Buffer.from(halves.map(formDecoded).join(':'), 'utf8').toString('base64')}`;
}

function formDecoded(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    throw new OAuth2Server.InvalidClientError('Form-encode the client credentials of the Basic header', { code: 401 });
  }
}
