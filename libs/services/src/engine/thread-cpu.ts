import { readFileSync } from 'node:fs';

/** CPU time of a thread of this process in milliseconds; `undefined` = the system does not say. @param thread its number */
export function threadCpuMs(thread: number): number | undefined {
  try {
    const nanoseconds = Number.parseInt(readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8'), 10);
    return Number.isFinite(nanoseconds) ? nanoseconds / 1e6 : undefined;
  } catch {
    return undefined;
  }
}
