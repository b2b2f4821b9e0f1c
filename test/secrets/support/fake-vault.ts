import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeTokens } from './fake-vault-tokens.js';

/** What counts of requests are kept of. */
export type FakeOperation = 'login' | 'renew' | 'lookup' | 'read' | 'version' | 'other';

/** What the fake does to a request in place of answering it. */
export type Intervention = (request: { readonly operation: FakeOperation; readonly path: string }) => Fault | undefined;

/** An answer that is not the usual one. `hang`: none at all; `text`: the body as it is. */
export interface Fault {
  readonly status?: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly hang?: true;
}

interface KvVersion {
  readonly data: object;
  deleted: boolean;
  readonly deletionTime: string;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const NOTHING: Answer = { status: 404, body: { errors: [] } };
const DENIED: Answer = { status: 403, body: { errors: ['1 error occurred:\n\t* permission denied\n\n'] } };

/**
 * A FAKE of Vault and OpenBao on loopback, as far as `vaultSecrets` uses them: AppRole login, renew-self, lookup-self, KV
 * version 2, namespaces. Its answers follow the documentation and sources of OpenBao; that a real server agrees is shown by
 * the contract suite with `BAO_ADDR` only.
 */
export class FakeVault {
  readonly kvMount = 'secret';
  readonly rolePath = 'approle';
  readonly roleId = randomUUID();
  readonly secretIds = new Set<string>([`secret-id-${randomUUID()}`]);
  readonly tokens = new FakeTokens();
  readonly counts: Record<FakeOperation, number> = { login: 0, renew: 0, lookup: 0, read: 0, version: 0, other: 0 };
  /** Namespaces that exist, without the root one. */
  readonly namespaces = new Set<string>();
  /** Paths below the mount's root that the role may read, by prefix. */
  readonly readable: string[] = ['tenants/'];
  mayReadMetadata = true;
  sealed = false;
  intervene: Intervention = () => undefined;
  /** Everything that was sent. */
  readonly received: { readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: string }[] =
    [];
  readonly #kv = new Map<string, KvVersion[]>();
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response));

  static async start(): Promise<FakeVault> {
    const vault = new FakeVault();
    await new Promise<void>((listening) => vault.#server.listen(0, '127.0.0.1', listening));
    return vault;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get secretId(): string {
    return [...this.secretIds][0] ?? '';
  }

  /** Options of `vaultSecrets` that fit, without the secret id. */
  get options() {
    const { address, kvMount, rolePath, roleId } = this;
    return { address, kvMount, rolePath, roleId, path: (tenantId: string) => `tenants/${tenantId}` };
  }

  /** Writes a version. @returns its number */
  write(path: string, data: object, { namespace = '', deletionTime = '' } = {}): number {
    const key = `${namespace}|${path}`;
    const versions = this.#kv.get(key) ?? [];
    this.#kv.set(key, versions);
    return versions.push({ data, deleted: false, deletionTime });
  }

  /** Deletes the newest version. */
  deleteLatest(path: string): void {
    const latest = this.#kv.get(`|${path}`)?.at(-1);
    if (latest) latest.deleted = true;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const { url = '', headers } = request;
    this.received.push({ url, headers, body });
    const path = decodeURIComponent(url.replace(/^\/v1\//, ''));
    const operation = this.#operationOf(path);
    this.counts[operation] += 1;
    const fault = this.intervene({ operation, path });
    if (fault?.hang) return;
    const { status, body: answer } = fault
      ? { status: fault.status ?? 200, body: {} }
      : this.#answer(path, headers, body);
    await sleep(0);
    response.writeHead(status, { 'content-type': 'application/json', ...fault?.headers });
    response.end(fault?.text ?? JSON.stringify({ request_id: randomUUID(), ...answer }));
  }

  #operationOf(path: string): FakeOperation {
    if (path === `auth/${this.rolePath}/login`) return 'login';
    if (path === 'auth/token/renew-self') return 'renew';
    if (path === 'auth/token/lookup-self') return 'lookup';
    if (path.startsWith(`${this.kvMount}/data/`)) return 'read';
    return path.startsWith(`${this.kvMount}/metadata/`) ? 'version' : 'other';
  }

  #answer(path: string, headers: IncomingMessage['headers'], body: string): Answer {
    if (this.sealed) return { status: 503, body: { errors: ['Vault is sealed'] } };
    const namespace = String(headers['x-vault-namespace'] ?? '');
    if (namespace !== '' && !this.namespaces.has(namespace))
      return { status: 404, body: { errors: ['namespace not found'] } };
    if (this.#operationOf(path) === 'login') return this.#login(body);
    const token = this.tokens.find(String(headers['x-vault-token'] ?? ''));
    if (token === undefined) return DENIED;
    switch (this.#operationOf(path)) {
      case 'renew':
        return { status: 200, body: { auth: this.tokens.renew(token) } };
      case 'lookup':
        return { status: 200, body: { data: { ttl: token.leaseSeconds } } };
      default:
        return this.#kvAnswer(path, namespace);
    }
  }

  #login(body: string): Answer {
    const { role_id: roleId, secret_id: secretId } = JSON.parse(body) as Record<string, string>;
    if (roleId === this.roleId && this.secretIds.has(secretId ?? ''))
      return { status: 200, body: { auth: this.tokens.grant() } };
    return { status: 400, body: { errors: ['invalid role or secret ID'] } };
  }

  #kvAnswer(path: string, namespace: string): Answer {
    const [, kind, name = ''] = /^[^/]+\/(data|metadata)\/(.*)$/.exec(path) ?? [];
    if (!this.readable.some((prefix) => name.startsWith(prefix))) return DENIED;
    if (kind === 'metadata' && !this.mayReadMetadata) return DENIED;
    const versions = this.#kv.get(`${namespace}|${name}`) ?? [];
    const latest = versions.at(-1);
    if (latest === undefined) return NOTHING;
    if (kind === 'metadata') return { status: 200, body: { data: { current_version: versions.length } } };
    const { deleted, deletionTime, data } = latest;
    const metadata = { version: versions.length, deletion_time: deleted ? '2026-01-01T00:00:00Z' : deletionTime };
    return { status: deleted ? 404 : 200, body: { data: { data: deleted ? null : data, metadata } } };
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}
