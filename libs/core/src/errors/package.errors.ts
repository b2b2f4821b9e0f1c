import { MultitenancyError } from './multitenancy.error.js';

/** `@tenantry/core` is loaded as ES modules and as CommonJS in one process; the application does not start. */
export class FormatsMixedError extends MultitenancyError {
  /** @param copies format and location of each, such as `CommonJS from file:///...` */
  constructor(copies: readonly string[]) {
    super(
      'MT_FORMATS_MIXED',
      `@tenantry/core is loaded twice in this process, as ${copies.join(' and as ')}. Each copy has its own classes, so injection and instanceof fail between them. Load every @tenantry package in one format: all with import in ES modules, or all with require in CommonJS.`,
    );
  }
}

/** An installed package is missing, or has a version that this library does not work with; the application does not start. */
export class PeerUnsupportedError extends MultitenancyError {
  /**
   * @param found what is installed, and what it lacks
   * @param wanted packages and versions that work
   */
  constructor(found: string, wanted: string) {
    super('MT_PEER_UNSUPPORTED', `${found}. Wanted: ${wanted}.`);
  }
}
