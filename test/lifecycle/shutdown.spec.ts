import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { ADAPTERS } from '../support/http.js';
import { until } from '../support/until.js';
import { compileChild } from './support/compiled-child.js';
import type { RunningChild } from './support/compiled-child.js';

const REQUESTS = [
  { what: 'whose body never ends', head: 'POST /t/foo/upload', body: 'Content-Length: 99\r\n\r\n{' },
  { what: 'whose handler never answers', head: 'GET /t/foo/hang', body: '\r\n' },
];
const MATRIX = ADAPTERS.flatMap((adapter) => REQUESTS.map((request) => ({ adapter, ...request })));

describe('a process that gets SIGTERM', () => {
  const compiled = compileChild([require.resolve('./support/shutdown-child.ts')]);
  let child: RunningChild;
  let peer: Socket | undefined;

  afterEach(() => {
    peer?.destroy();
    child.process.kill('SIGKILL');
  });
  afterAll(() => compiled.remove());

  it.each(MATRIX)(
    'disposes its clients and ends by itself, with a request $what on $adapter',
    async ({ adapter, head, body }) => {
      child = compiled.start(adapter);
      await until(() => /^port \d+\n/.test(child.stderr()));
      peer = connect(Number(/\d+/.exec(child.stderr())?.[0]), '127.0.0.1').on('error', () => undefined);
      peer.write(`${head} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${body}`);
      await until(() => child.stderr().endsWith('request\n'));
      child.process.kill('SIGTERM');
      const { signal, stderr } = await child.ended;
      expect([signal, stderr]).toEqual(['SIGTERM', expect.stringMatching(/^port \d+\nrequest\ndisposed foo\n$/)]);
    },
  );
});
