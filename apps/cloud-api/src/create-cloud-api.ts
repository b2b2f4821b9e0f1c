import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CloudApiModule } from './cloud-api.module.js';
import { resolveCloudApiOptions } from './cloud-api.options.js';
import type { CloudApiOptions } from './cloud-api.options.js';

/**
 * Builds the cloud API. The caller owns the application: it listens, and it closes. `app.get(CloudApiMonitor)` has the
 * counts and the fault switches.
 *
 * It leaves Nest's logger alone, because that is one for the whole process.
 *
 * @param options clients, lifetime of tokens, clock
 * @returns an application that does not listen yet
 * @throws {@link CloudApiOptionsError} for an option that is not acceptable
 */
export async function createCloudApi(options: CloudApiOptions): Promise<NestExpressApplication> {
  const module = CloudApiModule.register(resolveCloudApiOptions(options));
  const app = await NestFactory.create<NestExpressApplication>(module, { abortOnError: false });
  app.disable('x-powered-by');
  app.disable('etag');
  return app;
}
