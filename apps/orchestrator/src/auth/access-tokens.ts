import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Principal } from './principal.js';

/** How long an access token is good for. */
export const TOKEN_LIFETIME_SECONDS = 900;

/** The claim that binds a token to a tenant, by id. */
export const TENANT_CLAIM = 'tenant';

const ALGORITHM = 'HS256';
const ISSUER = 'tenantry-orchestrator';
const AUDIENCE = 'tenantry-orchestrator-api';

const claimsSchema = z.object({
  sub: z.uuid(),
  [TENANT_CLAIM]: z.string().min(1),
  name: z.string(),
  roles: z.array(z.string()),
});

/** What a token of ours says. */
export type AccessClaims = z.output<typeof claimsSchema>;

/** Issues and checks access tokens: JWTs signed with HS256, good for 15 minutes, bound to one tenant. */
export class AccessTokens {
  readonly #key: KeyObject;
  readonly #now: () => number;
  readonly #verified = new WeakMap<IncomingMessage, Promise<AccessClaims>>();

  /**
   * @param secret at least 32 bytes
   * @param now milliseconds since 1970
   */
  constructor(secret: string, now: () => number) {
    this.#key = createSecretKey(secret, 'utf8');
    this.#now = now;
  }

  /** Signs a token for a user of a tenant. */
  issue({ userId, tenantId, name, roles }: Principal): Promise<string> {
    const issuedAt = Math.floor(this.#now() / 1_000);
    return new SignJWT({ [TENANT_CLAIM]: tenantId, name, roles })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setSubject(userId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + TOKEN_LIFETIME_SECONDS)
      .sign(this.#key);
  }

  /**
   * Checks signature, algorithm, issuer, audience, expiry and the claims' shapes.
   *
   * @throws an error of `jose` or `zod` when anything is wrong or missing
   */
  async verify(token: string): Promise<AccessClaims> {
    const { payload } = await jwtVerify(token, this.#key, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ['exp', 'sub', TENANT_CLAIM],
      currentDate: new Date(this.#now()),
    });
    return claimsSchema.parse(payload);
  }

  /**
   * Checks the token of a request once, and keeps the result for the lifetime of the request.
   *
   * @param request Node's own request
   * @throws as {@link verify}
   */
  verifyOnce(request: IncomingMessage, token: string): Promise<AccessClaims> {
    const known = this.#verified.get(request);
    if (known) return known;
    const claims = this.verify(token);
    this.#verified.set(request, claims);
    return claims;
  }

  /** Who sent a request whose token {@link verifyOnce} was asked about; `null` = no token was sent. @throws as {@link verify} */
  async principalOf(request: IncomingMessage): Promise<Principal | null> {
    const claims = await this.#verified.get(request);
    if (!claims) return null;
    return { userId: claims.sub, tenantId: claims[TENANT_CLAIM], name: claims.name, roles: claims.roles };
  }
}
