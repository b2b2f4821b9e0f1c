import { openSync, readlinkSync, readSync } from 'node:fs';

/** CPU time of this thread in milliseconds where Node or the system has it, else time that has passed. */
export const threadTimeMs: () => number = nodeTime() ?? systemTime() ?? (() => performance.now());

/** Number of this thread in the system, for the main thread to read its CPU time; `undefined` = not known. */
export function threadNumber(): number | undefined {
  try {
    const [, number] = /\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self')) ?? [];
    return number === undefined ? undefined : Number(number);
  } catch {
    return undefined;
  }
}

/** From Node 22.19 on. */
function nodeTime(): (() => number) | undefined {
  const cpuUsage: unknown = Reflect.get(process, 'threadCpuUsage');
  if (typeof cpuUsage !== 'function') return undefined;
  const read = cpuUsage.bind(process) as () => { readonly user: number; readonly system: number };
  return () => {
    const { user, system } = read();
    return (user + system) / 1_000;
  };
}

/** On Linux. The file stays open, which makes a read as cheap as a few microseconds. */
function systemTime(): (() => number) | undefined {
  try {
    const file = openSync('/proc/thread-self/schedstat', 'r');
    const bytes = new Uint8Array(64);
    const read = (): number =>
      Number.parseInt(String.fromCharCode(...bytes.subarray(0, readSync(file, bytes, 0, 64, 0))), 10) / 1e6;
    return Number.isFinite(read()) ? read : undefined;
  } catch {
    return undefined;
  }
}
