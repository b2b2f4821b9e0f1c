import type { DynamicModule } from '@nestjs/common';
import type { ApplicationDatabase } from './application-database.js';

/** Injection token of the {@link ApplicationDatabase}. */
export const APPLICATION_DATABASE = Symbol('application database');

class ApplicationDatabaseModule {}

/** Makes a database that was opened already available everywhere in one application, which closes it when it shuts down. */
export function applicationDatabaseModule(opened: ApplicationDatabase): DynamicModule {
  return {
    module: ApplicationDatabaseModule,
    global: true,
    providers: [{ provide: APPLICATION_DATABASE, useValue: opened }],
    exports: [APPLICATION_DATABASE],
  };
}
