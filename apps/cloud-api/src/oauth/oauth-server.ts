import OAuth2Server from '@node-oauth/oauth2-server';
import type { ResolvedCloudApiOptions } from '../cloud-api.options.js';
import type { AuthenticatedClient, ClientStore } from './client-store.js';
import type { TokenStore } from './token-store.js';

/**
 * Builds the OAuth2 server over our two stores. It knows one grant, client credentials; its tokens are 256 random bits.
 *
 * @param options for the clock and the lifetime of tokens
 */
export function createOAuthServer(
  options: ResolvedCloudApiOptions,
  clients: ClientStore,
  tokens: TokenStore,
): OAuth2Server {
  const model: OAuth2Server.ClientCredentialsModel = {
    getClient: async (clientId, clientSecret) => {
      const client = clients.authenticate(clientId, clientSecret);
      return client && { id: client.clientId, account: client.account, grants: ['client_credentials'] };
    },
    getUserFromClient: async (client) => ownerOf(client),
    saveToken: async ({ accessToken, accessTokenExpiresAt }, client, user) => {
      tokens.save(accessToken, ownerOf(client));
      return { accessToken, ...(accessTokenExpiresAt && { accessTokenExpiresAt }), client, user };
    },
    getAccessToken: async (accessToken) => {
      const record = tokens.find(accessToken);
      if (!record) return null;
      const client = { id: record.clientId, account: record.account, grants: ['client_credentials'] };
      const remainingMs = record.expiresAtMs - options.clock();
      // The library compares with the system's time, which need not be our clock's.
      return { accessToken, accessTokenExpiresAt: new Date(Date.now() + remainingMs), client, user: ownerOf(client) };
    },
    validateScope: async (_user, _client, scope) => (scope?.length ? null : []),
  };
  return new OAuth2Server({ model, accessTokenLifetime: options.tokenLifetimeSeconds });
}

function ownerOf(client: OAuth2Server.Client): AuthenticatedClient {
  return { clientId: client.id, account: client['account'] as string };
}
