import process from 'node:process';

/*
 * Serves one library for the table of facts: `node --expose-gc server.mjs <address of its set-up> <options as JSON>`. Sends
 * its parent the port, and then what is requested:
 *
 *   facts   clients made and closed, entries that the library keeps (where it can be asked), bytes of live objects
 *   evict   evicts the client of the first tenant, where the library can
 *   close   closes the application, then the facts
 */
const [, , address, options] = process.argv;
const { create } = await import(address);
const { app, counts, entries, evict } = await create(JSON.parse(options));
await app.listen(0, '127.0.0.1');
const { port } = app.getHttpServer().address();

process.on('message', (message) => void answer(message));
process.on('disconnect', () => process.exit());
process.send({ port });

async function answer(message) {
  if (message === 'evict') process.send({ evicts: evict !== undefined });
  if (message === 'evict') return evict?.();
  const failure = message === 'close' ? await failureOf(app.close()) : null;
  globalThis.gc();
  const bytes = process.memoryUsage().heapUsed;
  const { created, closed } = counts();
  const live = created === null ? null : created - closed;
  process.send({ created, closed, live, failure, entries: entries?.() ?? null, bytes });
}

function failureOf(promise) {
  return promise.then(
    () => null,
    (error) => error.constructor.name,
  );
}
