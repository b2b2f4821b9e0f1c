/** How many lanes ask for unknown tenants at once, and how many of them each. */
export const LANES = 50;
export const UNKNOWN_PER_LANE = 100;

/** A name that no tenant has. */
export function unknownTenant(lane, index) {
  return `unknown-${lane}-${index}`;
}

/** All that are asked for. */
export function allUnknown() {
  return Array.from({ length: LANES * UNKNOWN_PER_LANE }, (_, at) => unknownTenant(at % LANES, Math.floor(at / LANES)));
}
