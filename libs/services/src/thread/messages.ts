/** Limits that a thread itself keeps. */
export interface GuestLimits {
  /** CPU time of one turn, in milliseconds. */
  readonly turnCpuMs: number;
  /** CPU time of all turns of one request, in milliseconds. */
  readonly requestCpuMs: number;
  readonly memoryBytes: number;
  readonly stackBytes: number;
  /** Characters of a response as JSON, and of the arguments of a host call. */
  readonly maxTextLength: number;
  readonly hostCallsPerRequest: number;
  readonly logLinesPerRequest: number;
}

/** What a service is, once it has been validated. */
export interface ServiceManifest {
  /** How many handlers run before and after the service. */
  readonly handlers: { readonly in: number; readonly out: number };
}

/** An error as the guest or its compiler describes it. */
export interface GuestError {
  readonly message: string;
  /** Positions are those of the uploaded source. Absent where there is none. */
  readonly stack?: string;
  readonly line?: number;
  readonly column?: number;
}

/** Which limit ended an instance. */
export type GuestFault = 'cpu' | 'memory' | 'trap';

/** What the main thread sends. */
export type ToThread =
  | { readonly type: 'load'; readonly instance: number; readonly code: string; readonly limits: GuestLimits }
  | { readonly type: 'invoke'; readonly instance: number; readonly call: number; readonly request: string }
  | {
      readonly type: 'settle';
      readonly instance: number;
      readonly call: number;
      readonly id: number;
      readonly isOk: boolean;
      readonly value: string;
    }
  | { readonly type: 'cancel'; readonly instance: number; readonly call: number }
  | { readonly type: 'unload'; readonly instance: number }
  | {
      readonly type: 'validate';
      readonly source: string;
      readonly isTypeScript: boolean;
      readonly limits: GuestLimits;
    };

/** What a thread sends. */
export type FromThread =
  /** With the number of the thread in the system, where it is known. */
  | { readonly type: 'ready'; readonly thread?: number }
  | { readonly type: 'loaded'; readonly instance: number; readonly manifest: ServiceManifest }
  | { readonly type: 'notLoaded'; readonly instance: number; readonly error: GuestError; readonly fault?: GuestFault }
  | {
      readonly type: 'hostCall';
      readonly instance: number;
      readonly call: number;
      /** 0 = no answer is awaited. */
      readonly id: number;
      readonly name: string;
      /** A JSON text; not checked. */
      readonly args: string;
    }
  | {
      readonly type: 'reply';
      readonly instance: number;
      readonly call: number;
      readonly cpuMs: number;
      readonly reply: string;
    }
  | {
      readonly type: 'failed';
      readonly instance: number;
      readonly call: number;
      readonly cpuMs: number;
      readonly error: GuestError;
    }
  | {
      readonly type: 'fault';
      readonly instance: number;
      readonly call: number;
      readonly cpuMs: number;
      readonly fault: GuestFault;
    }
  | { readonly type: 'validated'; readonly code: string; readonly manifest: ServiceManifest }
  | { readonly type: 'invalid'; readonly error: GuestError };

/** What a thread is started with. */
export interface ThreadData {
  /** Path of the engine's WebAssembly file. */
  readonly wasmFile: string;
  /** Two 32-bit numbers: a count that is odd while guest code runs, and the instance whose code runs. */
  readonly turns: SharedArrayBuffer;
}
