import type { INestApplication } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Settings } from '../settings/settings.js';
import { jsonBodyOnly } from './json-body.middleware.js';

/** Bytes that a body may have. */
const BODY_LIMIT = 100 * 1_024;

/** Long enough for a host name of 253 characters in a path. */
const MAX_PARAMETER_LENGTH = 300;

/** Makes the HTTP adapter. Both route alike: without regard to case and to a slash at the end. */
export function httpAdapterOf({ httpAdapter, trustedProxies }: Settings): AbstractHttpAdapter {
  if (httpAdapter === 'express') return new ExpressAdapter();
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    return503OnClosing: false,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, maxParamLength: MAX_PARAMETER_LENGTH },
  });
}

/** Sets up what differs between the frameworks: JSON bodies only, of a limited size. */
export function configureHttp(app: INestApplication, { httpAdapter, trustedProxies }: Settings): void {
  app.use(jsonBodyOnly);
  if (httpAdapter === 'express') configureExpress(app as NestExpressApplication, trustedProxies);
  else (app as NestFastifyApplication).useBodyParser('application/json', { bodyLimit: BODY_LIMIT });
}

function configureExpress(app: NestExpressApplication, trustedProxies: readonly string[]): void {
  app.disable('x-powered-by').disable('etag');
  app.set('trust proxy', trustedProxies.length > 0 ? [...trustedProxies] : false);
  app.useBodyParser('json', { limit: BODY_LIMIT });
}
