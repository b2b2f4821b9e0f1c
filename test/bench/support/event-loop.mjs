/** Runs something and gives what it took and the longest time that the event loop did not turn, in milliseconds. */
export async function watchEventLoop(run) {
  let [longestMs, last, running] = [0, performance.now(), true];
  const note = () => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
  };
  const probe = () => {
    note();
    if (running) setImmediate(probe);
  };
  setImmediate(probe);
  await new Promise(setImmediate);
  [longestMs, last] = [0, performance.now()];
  const start = last;
  await run();
  const tookMs = performance.now() - start;
  note();
  running = false;
  await new Promise(setImmediate);
  return { longestMs, tookMs };
}
