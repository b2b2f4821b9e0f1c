import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { SessionEndedError } from '../port/identity.errors.js';
import type { StoredSession } from '../port/session.js';
import type { ResolvedSessionOptions } from './session-options.js';

/** What a token of a session says, once its signature and expiry are verified. Whether the session still holds is another question. */
export interface SessionClaims {
  readonly tenantId: string;
  readonly accountId: string;
  readonly name: string;
  readonly sessionId: string;
  readonly tenantEpoch: number;
  readonly accountEpoch: number;
  /** Of a refresh token, the one generation that it is good for. */
  readonly generation: number;
}

/** The claim that names the tenant, by id. */
export const TENANT_CLAIM = 'tenant';

const ALGORITHM = 'HS256';
/** The type in the header keeps the two kinds of token apart. */
const TYPES = { access: 'at+jwt', refresh: 'rt+jwt' } as const;

/** Signs and verifies the tokens of sessions: HS256, bound to one tenant. */
export class SessionTokens {
  readonly #options: ResolvedSessionOptions;
  readonly #keys: readonly [KeyObject, ...KeyObject[]];

  constructor(options: ResolvedSessionOptions) {
    this.#options = options;
    const key = (secret: string): KeyObject => createSecretKey(secret, 'utf8');
    this.#keys = [key(options.secret), ...options.formerSecrets.map(key)];
  }

  /** Life of an access token in seconds. */
  get accessSeconds(): number {
    return this.#options.accessSeconds;
  }

  /** Signs an access token, which is good for a short time. */
  access(tenantId: string, session: StoredSession): Promise<string> {
    return this.#sign('access', tenantId, session, this.#options.accessSeconds);
  }

  /** Signs a refresh token, which is good for one use. The store knows when the session expires. */
  refresh(tenantId: string, session: StoredSession): Promise<string> {
    return this.#sign('refresh', tenantId, session, Math.ceil(this.#options.lifetimeMs / 1_000));
  }

  /** What a token says. @throws `MT_SESSION_ENDED` when it does not verify, has expired or is of the other kind */
  async verify(kind: keyof typeof TYPES, token: string): Promise<SessionClaims> {
    for (const [index, key] of this.#keys.entries()) {
      try {
        return claimsOf(await this.#payloadOf(kind, token, key));
      } catch (error) {
        const another = error instanceof errors.JWSSignatureVerificationFailed && index < this.#keys.length - 1;
        if (!another) throw new SessionEndedError(undefined, error);
      }
    }
    throw new SessionEndedError();
  }

  async #payloadOf(kind: keyof typeof TYPES, token: string, key: KeyObject): Promise<JWTPayload> {
    const { issuer, now } = this.#options;
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: TYPES[kind],
      issuer,
      audience: issuer,
      requiredClaims: ['exp', 'sub', TENANT_CLAIM],
      currentDate: new Date(now()),
    });
    return payload;
  }

  #sign(kind: keyof typeof TYPES, tenantId: string, session: StoredSession, seconds: number): Promise<string> {
    const { issuer, now } = this.#options;
    const issuedAt = Math.floor(now() / 1_000);
    const { name, id: sid, tenantEpoch: te, accountEpoch: ae, generation: gen } = session;
    return new SignJWT({ [TENANT_CLAIM]: tenantId, name, sid, te, ae, gen })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPES[kind] })
      .setSubject(session.accountId)
      .setIssuer(issuer)
      .setAudience(issuer)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + seconds)
      .sign(this.#keys[0]);
  }
}

/** Only this service signs these tokens: a shape that is not its own is an error of the programmer, or a token of another service. */
function claimsOf({ sub, name, sid, te, ae, gen, [TENANT_CLAIM]: tenantId }: JWTPayload): SessionClaims {
  const texts = [sub, name, sid, tenantId].every((value) => typeof value === 'string');
  if (!texts || ![te, ae, gen].every(Number.isInteger))
    throw new Error('The claims of the token are not those of a session.');
  return {
    tenantId: tenantId as string,
    accountId: sub as string,
    name: name as string,
    sessionId: sid as string,
    tenantEpoch: te as number,
    accountEpoch: ae as number,
    generation: gen as number,
  };
}
