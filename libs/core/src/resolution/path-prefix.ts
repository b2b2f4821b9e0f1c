import { OptionsInvalidError } from '../errors/usage.errors.js';

const ANY = '*';
const SEGMENT = /^(?:[a-z0-9_-]+|\*)$/;
const RANGE =
  'lower-case segments of a-z 0-9 _ - joined by "/", "*" for exactly one segment, and the last one no "*", such as "api/*/t"';

/** The segments before the tenant in a path, anchored at its start. Immutable. */
export class PathPrefix {
  /** As it was configured. */
  readonly text: string;
  /** Whether some of its segments stand for any text. */
  readonly hasWildcard: boolean;
  readonly #segments: readonly string[];

  /** @throws `MT_OPTIONS_INVALID` when the text is malformed */
  constructor(option: string, text: string) {
    const segments = typeof text === 'string' ? text.split('/') : [];
    if (!segments.every((segment) => SEGMENT.test(segment)) || (segments.at(-1) ?? ANY) === ANY) {
      throw new OptionsInvalidError(option, text, RANGE);
    }
    this.text = text;
    this.hasWildcard = segments.includes(ANY);
    this.#segments = segments;
  }

  /** Where the segment behind the prefix begins when the path starts with exactly the prefix, else -1. */
  endIn(path: string): number {
    let at = 1;
    for (const segment of this.#segments) {
      const end = path.indexOf('/', at);
      if (end < 0) return -1;
      if (segment !== ANY && (end - at !== segment.length || !path.startsWith(segment, at))) return -1;
      at = end + 1;
    }
    return at;
  }
}
