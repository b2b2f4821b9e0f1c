import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { configureHttp, httpAdapterOf } from './http/http-adapter.js';
import { serveOpenApi } from './http/openapi.js';
import type { OrchestratorOverrides } from './overrides.module.js';
import { readSettings } from './settings/read-settings.js';
import type { Environment } from './settings/read-settings.js';

/**
 * Builds the application: database open and prepared, nothing listening yet. The caller owns it: it listens, which first
 * seeds an empty database where the settings say so, and it closes. Several can live in one process; each needs a
 * `DATA_DIR` or a `DATABASE_URL` of its own to be independent. Nest's logger is left alone, because it is one for the
 * whole process.
 *
 * @param env the environment to read settings from; `process.env` is not looked at
 * @param overrides clocks and the opening of the embedded database, for tests
 * @throws `SettingsError`, `DatabaseStartError`, `MT_ISOLATION_UNSAFE`, `MT_OPTIONS_INVALID`
 */
export async function createOrchestrator(
  env: Environment,
  overrides: OrchestratorOverrides = {},
): Promise<INestApplication> {
  const settings = readSettings(env);
  const app: INestApplication = await NestFactory.create(AppModule.register(settings, overrides), httpAdapterOf(settings), {
    abortOnError: false,
    bodyParser: false,
  });
  configureHttp(app, settings);
  serveOpenApi(app);
  return app;
}
