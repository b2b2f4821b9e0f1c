import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';

/** Claims of a token, also such as no library would take. */
export type Claims = Readonly<Record<string, unknown>>;

interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** What the key set's address does. */
export type JwksBehaviour = 'answers' | 'fails' | 'hangs' | 'redirects' | 'is huge' | 'talks nonsense';

export interface SignOptions {
  readonly kid?: string;
  readonly header?: Record<string, unknown>;
}

export const AUDIENCE = 'https://api.example.com';

/** An identity provider on loopback: signs with ES256 keys and publishes them at `/jwks`. The caller closes it. */
export class IssuerServer {
  readonly issuer: string;
  readonly #server: Server;
  readonly #keys = new Map<string, SigningKey>();
  readonly #held: ServerResponse[] = [];
  behaviour: JwksBehaviour = 'answers';
  /** Requests for the key set so far. */
  fetches = 0;
  /** Requests for anything else. */
  strayRequests = 0;

  private constructor(issuer: string, server: Server) {
    this.issuer = issuer;
    this.#server = server;
    server.on('request', ({ url }, response) => {
      if (url !== '/jwks') this.strayRequests += 1;
      else this.#answer(response);
    });
  }

  static async start(issuer = 'https://login.example.com'): Promise<IssuerServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const started = new IssuerServer(issuer, server);
    await started.addKey('k1');
    return started;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get jwksUrl(): string {
    return `${this.origin}/jwks`;
  }

  get publicKeys(): JWK[] {
    return [...this.#keys.values()].map(({ jwk }) => jwk);
  }

  async addKey(kid: string): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    this.#keys.set(kid, { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } });
  }

  /** The key is no longer published; tokens can still be signed with what {@link signer} gave. */
  removeKey(kid: string): void {
    this.#keys.delete(kid);
  }

  /** A token of this issuer; `claims` override the usual ones, `undefined` takes one away. */
  sign(claims: Claims = {}, { kid = 'k1', header = {} }: SignOptions = {}): Promise<string> {
    const key = this.#keys.get(kid);
    if (!key) throw new Error(`no key ${kid}`);
    return this.signWith(key.privateKey, claims, { alg: 'ES256', kid, ...header });
  }

  signWith(key: CryptoKey | Uint8Array, claims: Claims, header: Record<string, unknown>): Promise<string> {
    return new SignJWT(usualClaims(this.issuer, claims))
      .setProtectedHeader({ alg: 'ES256', ...header })
      .sign(key, { crit: { 'urn:example:unknown': true } });
  }

  /** Answers what {@link behaviour} `hangs` holds back. */
  release(): void {
    this.#held.splice(0).forEach((response) => this.#keySet(response));
  }

  /** Requests that `hangs` holds back. */
  get held(): number {
    return this.#held.length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(response: ServerResponse): void {
    this.fetches += 1;
    switch (this.behaviour) {
      case 'answers':
        return this.#keySet(response);
      case 'fails':
        return void response.writeHead(500).end();
      case 'hangs':
        return void this.#held.push(response);
      case 'redirects':
        return void response.writeHead(302, { location: `${this.origin}/elsewhere` }).end();
      case 'is huge':
        return void response.end(JSON.stringify({ keys: this.publicKeys, padding: 'x'.repeat(300_000) }));
      case 'talks nonsense':
        return void response.end('<html>');
    }
  }

  #keySet(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: this.publicKeys }));
  }
}

/** Claims of an ordinary token, good for a minute. */
export function usualClaims(issuer: string, claims: Claims = {}): Claims {
  const now = Math.floor(Date.now() / 1_000);
  return { iss: issuer, aud: AUDIENCE, sub: 'alice', iat: now, exp: now + 60, tenant: 'foo', ...claims };
}
