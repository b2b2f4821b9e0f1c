import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { TenantSockets } from '@tenantry/transports/websockets';
import { until } from '../../support/until.js';
import { socketBench } from './support/bench.js';
import { plainGateway } from './support/gateways.js';

interface Session {
  readonly id: string | undefined;
  readonly pid: string;
  readonly offset: string;
}

/** A client of socket.io that notes the news it gets. */
function connect(port: number, tenant: string, auth: Partial<Session> = {}): { socket: Socket; news: unknown[] } {
  const news: unknown[] = [];
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    extraHeaders: { host: `${tenant}.example` },
    reconnection: false,
    forceNew: true,
    auth,
  });
  socket.on('news', (data: unknown) => news.push(data));
  return { socket, news };
}

describe('State that socket.io recovers', () => {
  const bench = socketBench();

  /** Tenant a's session, which its socket has lost; and a way to send to tenant a. */
  async function lostSession(skipMiddlewares: boolean): Promise<{ port: number; session: Session; toA: () => void }> {
    const options = { connectionStateRecovery: { maxDisconnectionDuration: 60_000, skipMiddlewares } };
    const { app, port } = await bench.start({ platform: 'socket.io', gateways: [plainGateway(0, options)] });
    const { socket, news } = connect(port, 'a');
    const toA = (): void => app.get(TenantSockets).of('a').emit('news', 'for a');
    await until(() => socket.connected);
    toA();
    await until(() => news.length === 1);
    const session = {
      id: socket.id,
      pid: Reflect.get(socket, '_pid') as string,
      offset: Reflect.get(socket, '_lastOffset') as string,
    };
    socket.io.engine.close();
    await until(() => app.get(TenantSockets).of('a').size === 0);
    return { port, session, toA };
  }

  it('does not bring a socket back into the room of another tenant', async () => {
    const { port, session, toA } = await lostSession(false);
    const { socket, news } = connect(port, 'b', session);
    await until(() => socket.connected);
    expect(socket.id).toBe(session.id);
    toA();
    expect(await socket.emitWithAck('acknowledged', null)).toEqual({ id: 'b' });
    expect(news).toEqual([]);
    socket.disconnect();
  });

  it('does not let a socket in past the handshake', async () => {
    const { port, session } = await lostSession(true);
    const { socket } = connect(port, 'a', session);
    const problems: unknown[] = [];
    socket.on('exception', (problem: unknown) => problems.push(problem));
    await until(() => problems.length === 1 && !socket.connected);
    expect(problems).toMatchObject([{ code: 'MT_CONTEXT_MISSING' }]);
    socket.disconnect();
  });
});
