import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** What a {@link TcpProxy} does with what passes: hands it on, or takes it and says nothing. */
type Manner = 'forward' | 'swallow';

/** A TCP proxy on loopback that a test can cut, have swallow everything, and take away. */
export class TcpProxy {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #manner: Manner = 'forward';
  #server: Server | undefined;
  #port = 0;

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
  }

  /** Starts a proxy to the server of a URL. The caller closes it. */
  static async to(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const proxy = new TcpProxy({ host: hostname, port: Number(port || 5432) });
    await proxy.open();
    return proxy;
  }

  /** Connections that pass through now, both ends counted. */
  get sockets(): number {
    return this.#sockets.size;
  }

  /** The same URL through this proxy. */
  urlOf(url: string): string {
    const through = new URL(url);
    through.host = `127.0.0.1:${this.#port}`;
    return through.href;
  }

  /** Listens, again on the same port after {@link close}. */
  async open(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (client) => this.#serve(client));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** From now on nothing is handed on in either direction, and new connections are accepted and ignored: a black hole. */
  swallow(): void {
    this.#manner = 'swallow';
  }

  /** Hands on again; connections that lost bytes meanwhile are cut. */
  forward(): void {
    this.#manner = 'forward';
    this.cut();
  }

  /** Breaks every connection off. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Breaks every connection off and refuses new ones. */
  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => (this.#server === undefined ? resolve(null) : this.#server.close(resolve)));
    this.#server = undefined;
  }

  #serve(client: Socket): void {
    const upstream = connect({ ...this.#target, allowHalfOpen: true });
    this.#tie(client, upstream);
    this.#tie(upstream, client);
  }

  #tie(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('data', (chunk) => {
      if (this.#manner === 'forward') to.write(chunk);
    });
    from.on('end', () => {
      if (this.#manner === 'forward') to.end();
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
