import { FormatsMixedError } from '../../errors/package.errors.js';

/** One for the process: each copy of this module has classes of its own, so it can only be shared by a global symbol. */
const LOADED = Symbol.for('@tenantry/core:loaded-formats');

type LoadedFormats = Map<'CommonJS' | 'ES module', string>;

const loaded = ((globalThis as Record<symbol, unknown>)[LOADED] ??= new Map()) as LoadedFormats;
loaded.set(typeof require === 'function' ? 'CommonJS' : 'ES module', import.meta.url);

/**
 * Refuses a process in which this package is loaded both as ES modules and as CommonJS: each has its own classes, so
 * injection tokens and `instanceof` of one do not know those of the other.
 *
 * @throws `MT_FORMATS_MIXED` naming both files
 */
export function assertOneFormat(): void {
  if (loaded.size > 1) throw new FormatsMixedError([...loaded].map(([format, url]) => `${format} from ${url}`));
}
