import type { DynamicModule } from '@nestjs/common';
import type { OpenedDatabase } from './opened-database.js';

/** Injection token of the {@link OpenedDatabase}. */
export const OPENED_DATABASE = Symbol('opened database');

class OpenedDatabaseModule {}

/** Makes a database that was opened already available everywhere in one application, which closes it when it shuts down. */
export function openedDatabaseModule(opened: OpenedDatabase): DynamicModule {
  return {
    module: OpenedDatabaseModule,
    global: true,
    providers: [{ provide: OPENED_DATABASE, useValue: opened }],
    exports: [OPENED_DATABASE],
  };
}
