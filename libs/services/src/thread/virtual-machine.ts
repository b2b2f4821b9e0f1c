import { readFile } from 'node:fs/promises';
import { QuickJS } from 'quickjs-wasi';
import type { GuestLimits } from './messages.js';
import type { TurnClock } from './turn-clock.js';

/** The engine, compiled. */
export type EngineModule = object;

/** What is used of the global `WebAssembly`: Node's types have its types only. */
const assembly = Reflect.get(globalThis, 'WebAssembly') as { compile(bytes: Uint8Array): Promise<EngineModule> };

/** Compiles the engine, once per thread. */
export async function compileEngine(file: string): Promise<EngineModule> {
  return assembly.compile(await readFile(file));
}

/** A machine of its own memory, without imports, without output, with the time of day in UTC. */
export function createMachine(
  wasm: EngineModule,
  { memoryBytes, stackBytes }: GuestLimits,
  clock: TurnClock,
): Promise<QuickJS> {
  return QuickJS.create({
    wasm,
    memoryLimit: memoryBytes,
    maxStackSize: stackBytes,
    interruptHandler: clock.interrupts,
    moduleLoader: { load: refuseImport },
    timezoneOffset: 0,
    wasi: () => ({ fd_write: () => BAD_FILE }),
  });
}

/** `EBADF` of WASI: there is no file to write to. */
const BAD_FILE = 8;

/** The engine shows the guest the stack of what is thrown here: it must name no file of the host. */
function refuseImport(specifier: string): never {
  const error = new TypeError(
    `${JSON.stringify(specifier.slice(0, 100))} cannot be imported: a service is one module.`,
  );
  error.stack = '';
  throw error;
}
