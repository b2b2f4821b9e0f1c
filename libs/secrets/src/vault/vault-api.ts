import { Secret } from '../port/secret.js';
import { SecretsLoginRefusedError, SecretsUnavailableError } from '../port/secrets.errors.js';
import { assertServing, isNamespaceMissing, namespaceMissing, tokenOf } from './vault-answers.js';
import type { GrantedToken } from './vault-answers.js';
import { outcomeOf, publishRequest } from './vault-events.js';
import type { VaultOperation } from './vault-events.js';
import type { VaultAnswer, VaultHttp, VaultRequest } from './vault-http.js';
import type { ResolvedVaultOptions } from './vault-options.js';

/** The requests of a token's life: login, renewal, look-up. And those with a token, which their callers interpret. */
export class VaultApi {
  readonly #http: VaultHttp;
  readonly #options: ResolvedVaultOptions;
  readonly #secrets: object;

  /** @param secrets named in events */
  constructor(http: VaultHttp, options: ResolvedVaultOptions, secrets: object) {
    this.#http = http;
    this.#options = options;
    this.#secrets = secrets;
  }

  /** @throws `MT_SECRETS_LOGIN_REFUSED`, `MT_SECRETS_UNAVAILABLE` */
  async login(signal: AbortSignal): Promise<GrantedToken> {
    const { rolePath, roleId, authNamespace: namespace } = this.#options;
    const secretId = await this.#secretId();
    const body = new Secret({ role_id: roleId, secret_id: secretId.reveal() });
    const request: VaultRequest = { method: 'POST', path: `auth/${rolePath}/login`, namespace, body };
    const answer = await this.send('login', request, signal);
    assertServing(answer);
    if (isNamespaceMissing(answer)) throw namespaceMissing();
    if (answer.status !== 200) throw loginRefused(answer.status);
    return tokenOf(answer);
  }

  /**
   * Extends a token.
   *
   * @returns its new lease, or `null` when the server does not accept it any more
   * @throws `MT_SECRETS_UNAVAILABLE`
   */
  async renew(token: Secret<string>, signal: AbortSignal): Promise<GrantedToken | null> {
    const { authNamespace: namespace } = this.#options;
    const request: VaultRequest = { method: 'POST', path: 'auth/token/renew-self', namespace, token };
    const answer = await this.send('renew', { ...request, body: new Secret({}) }, signal);
    assertServing(answer);
    return answer.status === 200 ? { ...tokenOf(answer), value: token } : null;
  }

  /** Whether a token is alive. @throws `MT_SECRETS_UNAVAILABLE` */
  async isAlive(token: Secret<string>, signal: AbortSignal): Promise<boolean> {
    const { authNamespace: namespace } = this.#options;
    const request: VaultRequest = { method: 'GET', path: 'auth/token/lookup-self', namespace, token };
    const answer = await this.send('lookup', request, signal);
    assertServing(answer);
    return answer.status === 200;
  }

  /** Sends a request and publishes how it ended. @throws `MT_SECRETS_UNAVAILABLE` when there is no answer */
  async send(operation: VaultOperation, request: VaultRequest, signal: AbortSignal): Promise<VaultAnswer> {
    const { clock } = this.#options;
    const startedAt = clock.now();
    const publish = (outcome: string): void =>
      publishRequest({ secrets: this.#secrets, operation, outcome, durationMs: clock.now() - startedAt });
    try {
      const answer = await this.#http.send(request, signal);
      publish(outcomeOfStatus(answer.status));
      return answer;
    } catch (error) {
      publish(outcomeOf(error));
      throw error;
    }
  }

  async #secretId(): Promise<Secret<string>> {
    const secretId = await this.#givenSecretId();
    if (secretId instanceof Secret && typeof secretId.reveal() === 'string') return secretId as Secret<string>;
    throw new SecretsLoginRefusedError('The function secretId did not give new Secret(text).');
  }

  // The error is of the application, and may carry anything: it is dropped.
  async #givenSecretId(): Promise<unknown> {
    try {
      return await this.#options.secretId();
    } catch {
      throw new SecretsUnavailableError('the function secretId failed');
    }
  }
}

function outcomeOfStatus(status: number): string {
  if (status === 200) return 'ok';
  return status === 403 ? 'denied' : `status ${status}`;
}

function loginRefused(status: number): SecretsLoginRefusedError {
  return new SecretsLoginRefusedError(
    `The login was answered ${status}. Check rolePath, authNamespace, roleId and secretId, and that the secret id has not expired.`,
  );
}
