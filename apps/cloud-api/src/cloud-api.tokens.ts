/** Injection token of the resolved {@link CloudApiOptions}. */
export const CLOUD_API_OPTIONS = Symbol('CLOUD_API_OPTIONS');

/** Injection token of the OAuth2 server of `@node-oauth/oauth2-server`. */
export const OAUTH_SERVER = Symbol('OAUTH_SERVER');
