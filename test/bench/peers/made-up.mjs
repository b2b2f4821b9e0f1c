/** How many lanes ask for made-up tenants at once, and how many of them each. */
export const LANES = 50;
export const MADE_UP_PER_LANE = 100;

/** A tenant that nobody has. */
export function madeUp(lane, index) {
  return `made-up-${lane}-${index}`;
}

/** All that are asked for. */
export function allMadeUp() {
  return Array.from({ length: LANES * MADE_UP_PER_LANE }, (_, at) => madeUp(at % LANES, Math.floor(at / LANES)));
}
