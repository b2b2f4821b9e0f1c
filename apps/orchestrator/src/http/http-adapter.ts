import type { Server } from 'node:http';
import { BadRequestException, PayloadTooLargeException } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PROBLEM_MEDIA_TYPE } from '@tenantry/core';
import type { Settings } from '../settings/settings.js';
import { jsonBodyOnly } from './json-body.middleware.js';
import { isForService } from './service-bodies.js';
import { problemOf } from './problem.js';

/** Bytes that a body may have. */
const BODY_LIMIT = 100 * 1_024;

/** Bytes of a body for a tenant's service, or of its source: its own limits are checked later. */
const SERVICE_BODY_LIMIT = 1_100 * 1_024;

/** How long a request may take to arrive whole, as a body that never ends does not. Fastify itself sets no limit. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Long enough for a host name of 253 characters in a path. */
const MAX_PARAMETER_LENGTH = 300;

/** Makes the HTTP adapter. Both route alike: without regard to case and to a slash at the end. */
export function httpAdapterOf({ httpAdapter, trustedProxies }: Settings): AbstractHttpAdapter {
  if (httpAdapter === 'express') return new ExpressAdapter();
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    return503OnClosing: false,
    frameworkErrors: answerRouterError,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, maxParamLength: MAX_PARAMETER_LENGTH },
  });
}

/** Sets up what differs between the frameworks: JSON bodies only, of a limited size, that arrive in a limited time. */
export function configureHttp(app: INestApplication, { httpAdapter, trustedProxies }: Settings): void {
  (app.getHttpServer() as Server).requestTimeout = REQUEST_TIMEOUT_MS;
  app.use(jsonBodyOnly);
  if (httpAdapter === 'express') configureExpress(app as NestExpressApplication, trustedProxies);
  else configureFastify(app as NestFastifyApplication);
}

/** An empty body is none, as on Express, also with `Content-Type: application/json`. */
function configureFastify(app: NestFastifyApplication): void {
  for (const type of ['text/plain', '*'])
    app.useBodyParser(type, { bodyLimit: SERVICE_BODY_LIMIT }, (_request, body: Buffer, done) => done(null, body));
  app.useBodyParser('application/json', { bodyLimit: SERVICE_BODY_LIMIT }, ({ raw }, body: Buffer, done) => {
    if (isForService(raw)) return done(null, body);
    if (body.length > BODY_LIMIT) return done(new PayloadTooLargeException());
    try {
      done(null, body.length === 0 ? undefined : JSON.parse(body.toString('utf8')));
    } catch {
      done(new BadRequestException());
    }
  });
}

function configureExpress(app: NestExpressApplication, trustedProxies: readonly string[]): void {
  app.disable('x-powered-by').disable('etag');
  app.set('trust proxy', trustedProxies.length > 0 ? [...trustedProxies] : false);
  app.useBodyParser('raw', { limit: SERVICE_BODY_LIMIT, type: isForService });
  app.useBodyParser('json', { limit: BODY_LIMIT });
}

/** The part of Fastify's reply that is needed. */
interface RouterReply {
  readonly raw: {
    statusCode: number;
    setHeader(name: string, value: string): unknown;
    end(text: string): unknown;
  };
}

/** Answers what the router refuses before it knows a route, such as a target that cannot be decoded. */
function answerRouterError(error: Error, _request: object, { raw }: RouterReply): void {
  const { status, body } = problemOf(error);
  raw.statusCode = status;
  raw.setHeader('Content-Type', PROBLEM_MEDIA_TYPE);
  raw.end(JSON.stringify(body));
}
