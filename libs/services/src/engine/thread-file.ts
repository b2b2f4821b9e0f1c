import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ServiceEngineUnusableError } from '../kernel/service.errors.js';

const here = import.meta.url;

/** The file that threads run: compiled, beside this one. Run from sources, what the tests' set-up has compiled of them. */
export function threadFile(): string {
  const fromSources = '../../../../node_modules/.cache/tenantry/services-thread/main.mjs';
  return fileURLToPath(new URL(here.endsWith('.ts') ? fromSources : '../thread/main.js', here));
}

/** Path of the engine's WebAssembly file. @throws `MT_SERVICE_ENGINE_UNUSABLE` */
export function engineFile(): string {
  try {
    return createRequire(here).resolve('quickjs-wasi/quickjs.wasm');
  } catch (cause) {
    const text =
      'The file quickjs.wasm of the package quickjs-wasi is missing. Install the dependencies again, and keep them outside of a bundle.';
    throw new ServiceEngineUnusableError(text, cause);
  }
}
