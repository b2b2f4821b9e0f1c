import type { INestApplication } from '@nestjs/common';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { openApplicationDatabase } from './database/open-application-database.js';
import type { ApplicationDatabase } from './database/application-database.js';
import { configureHttp, httpAdapterOf } from './http/http-adapter.js';
import { serveOpenApi } from './http/openapi.js';
import { ProblemFilter } from './http/problem.filter.js';
import type { OrchestratorOverrides } from './overrides.module.js';
import { readSettings } from './settings/read-settings.js';
import type { Environment } from './settings/read-settings.js';
import type { Settings } from './settings/settings.js';

/**
 * Builds the application: database open and prepared, nothing listening yet. The caller owns it: it listens, which first
 * seeds an empty database where the settings say so, and it closes. Several can live in one process; each needs a
 * `DATA_DIR` or a `DATABASE_URL` of its own to be independent. Nest's logger is left alone, because it is one for the
 * whole process.
 *
 * @param env the environment to read settings from; `process.env` is not read
 * @param overrides what to do while PostgreSQL is down; clocks and the opening of the embedded database, for tests
 * @throws `SettingsError`, `DatabaseStartError`, `MT_ISOLATION_UNSAFE`, `MT_OPTIONS_INVALID`
 */
export async function createOrchestrator(
  env: Environment,
  overrides: OrchestratorOverrides = {},
): Promise<INestApplication> {
  const settings = readSettings(env);
  // Before Nest starts, which would report a database that cannot be used with a page of its own.
  const opened = await openApplicationDatabase(settings, overrides.openPglite, overrides.whenDown);
  try {
    return await assemble(settings, opened, overrides);
  } catch (error) {
    await opened.database.close();
    throw error;
  }
}

async function assemble(
  settings: Settings,
  opened: ApplicationDatabase,
  overrides: OrchestratorOverrides,
): Promise<INestApplication> {
  const module = AppModule.register(settings, opened, overrides);
  const options = { abortOnError: false, bodyParser: false };
  const app: INestApplication = await NestFactory.create(module, httpAdapterOf(settings), options);
  configureHttp(app, settings);
  // Of several filters that match, Nest asks the one that was added last: this one, for errors of every kind.
  app.useGlobalFilters(new ProblemFilter(app.get(HttpAdapterHost)));
  serveOpenApi(app);
  return app;
}
