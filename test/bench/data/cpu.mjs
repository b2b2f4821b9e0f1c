import { readFileSync } from 'node:fs';
import process from 'node:process';

/** What Linux counts in: hundredths of a second. */
const TICK_MICROSECONDS = 10_000;

/** Processor time that this process and others of this machine have used so far, in microseconds. */
export function cpuMicroseconds(pids) {
  const { user, system } = process.cpuUsage();
  return pids.reduce((sum, pid) => sum + ticksOf(pid) * TICK_MICROSECONDS, user + system);
}

/** Fields 14 and 15 of /proc/<pid>/stat, counted from behind the name, which may hold blanks. */
function ticksOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
