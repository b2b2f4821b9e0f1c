import { socketBench } from './support/bench.js';
import { plainGateway } from './support/gateways.js';

describe('State that socket.io recovers', () => {
  const bench = socketBench();

  it.each([{}, { namespace: 'news' }, { namespace: /^\/news-\w+$/ }])(
    'stops the start, for it reaches a socket before its handshake is checked: %j',
    async (options) => {
      const recovering = plainGateway(0, { ...options, connectionStateRecovery: {} });
      await expect(bench.start({ platform: 'socket.io', gateways: [recovering] })).rejects.toMatchObject({
        code: 'MT_OPTIONS_INVALID',
        message: expect.stringContaining('connectionStateRecovery'),
      });
      const { app } = await bench.start({ platform: 'socket.io', gateways: [plainGateway(0, options)] });
      expect(app).toBeDefined();
    },
  );
});
