import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { until } from '../../../support/until.js';

/** Both kinds of sockets; specs run on each. */
export const PLATFORMS = ['ws', 'socket.io'] as const;
export type PlatformName = (typeof PLATFORMS)[number];

interface SocketEvent {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

export interface PeerOptions {
  readonly port: number;
  readonly headers?: Record<string, string>;
  /** Path on `ws`; namespace on socket.io. */
  readonly path?: string;
  /** Path of the socket.io server. */
  readonly ioPath?: string;
  readonly transports?: string[];
}

/** The client's end of a socket, the same on both platforms. */
export interface Peer {
  readonly received: readonly SocketEvent[];
  /** Whether the server has let it in; on `ws`, whether the connection was opened. */
  readonly open: boolean;
  /** How it ended: close code and reason on `ws`, the reason on socket.io; `null` = not yet. */
  readonly end: string | null;
  /** Whether nothing of the connection is left on this side. */
  readonly gone: boolean;
  send(event: string, data?: unknown): void;
  /** Waits for the first event of a name that it has not given yet. */
  next(event: string): Promise<Record<string, unknown>>;
  close(): void;
}

export function connectPeer(platform: PlatformName, options: PeerOptions): Peer {
  return platform === 'ws' ? wsPeer(options) : ioPeer(options);
}

/** The problem that a refused handshake gives, and the end of the socket. */
export async function refusalOf(peer: Peer): Promise<Record<string, unknown>> {
  const problem = await peer.next('exception');
  await until(() => peer.end !== null);
  return problem;
}

class Inbox {
  readonly received: SocketEvent[] = [];
  readonly #given = new Set<SocketEvent>();

  async next(event: string): Promise<Record<string, unknown>> {
    const find = (): SocketEvent | undefined =>
      this.received.find((each) => each.event === event && !this.#given.has(each));
    await until(() => find() !== undefined);
    const found = find() as SocketEvent;
    this.#given.add(found);
    return found.data;
  }
}

function wsPeer({ port, headers = {}, path = '/' }: PeerOptions): Peer {
  const inbox = new Inbox();
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  const waiting: string[] = [];
  let end: string | null = null;
  socket.on('open', () => waiting.splice(0).forEach((text) => socket.send(text)));
  socket.on('message', (data: Buffer) => inbox.received.push(JSON.parse(data.toString()) as SocketEvent));
  socket.on('close', (code: number, reason: Buffer) => (end = `${code} ${reason.toString()}`));
  socket.on('error', () => undefined);
  return {
    received: inbox.received,
    get open() {
      return socket.readyState === WebSocket.OPEN;
    },
    get end() {
      return end;
    },
    get gone() {
      return socket.readyState === WebSocket.CLOSED;
    },
    send: (event, data) => {
      const text = JSON.stringify({ event, data });
      if (socket.readyState === WebSocket.CONNECTING) waiting.push(text);
      else socket.send(text);
    },
    next: async (event) => inbox.next(event),
    close: () => socket.close(),
  };
}

function ioPeer({ port, headers = {}, path = '/', ioPath, transports = ['websocket'] }: PeerOptions): Peer {
  const inbox = new Inbox();
  let end: string | null = null;
  const socket = io(`http://127.0.0.1:${port}${path}`, {
    transports,
    extraHeaders: headers,
    reconnection: false,
    forceNew: true,
    ...(ioPath === undefined ? {} : { path: ioPath }),
  });
  socket.onAny((event: string, data: Record<string, unknown>) => inbox.received.push({ event, data }));
  socket.on('disconnect', (reason) => (end = reason));
  socket.on('connect_error', (error: Error & { data?: Record<string, unknown> }) => {
    inbox.received.push({ event: 'exception', data: error.data ?? { transport: error.message } });
    end = 'refused';
  });
  return {
    received: inbox.received,
    get open() {
      return socket.connected;
    },
    get end() {
      return end;
    },
    get gone() {
      const engine = socket.io.engine as { readyState: string } | undefined;
      return engine === undefined || engine.readyState === 'closed';
    },
    send: (event, data) => void socket.emit(event, data),
    next: async (event) => inbox.next(event),
    close: () => void socket.disconnect(),
  };
}
