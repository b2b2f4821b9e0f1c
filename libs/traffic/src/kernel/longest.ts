/** The longest delay of Node's timers, milliseconds. */
export const LONGEST_MS = 2 ** 31 - 1;
