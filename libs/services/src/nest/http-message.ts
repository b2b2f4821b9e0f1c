import { Buffer } from 'node:buffer';
import { StreamableFile } from '@nestjs/common';
import type { ServiceReply, ServiceRequest } from '../engine/service-engine.js';

/** What is needed of Node's request, whichever framework it comes through. */
export interface IncomingServiceRequest {
  readonly method?: string | undefined;
  /** The target as it was sent. */
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Credentials of the caller, and what proxies say: no tenant's code gets them. */
const KEPT_BACK =
  /^(?:authorization|cookie|proxy-.*|forwarded|x-forwarded-.*|x-real-ip|x-tenant-id|x-balancer-tenant|connection|keep-alive|upgrade|te|transfer-encoding)$/;

/**
 * A request as a service gets it: without the caller's credentials.
 *
 * @param path what follows the name of the service, `/` at least
 * @param body the bytes that were sent; absent = none
 */
export function toServiceRequest(request: IncomingServiceRequest, path: string, body?: Uint8Array): ServiceRequest {
  const { method = 'GET', url = '', headers } = request;
  const mark = url.indexOf('?');
  return {
    method: method.toUpperCase(),
    path,
    query: mark === -1 ? '' : url.slice(mark + 1),
    headers: Object.fromEntries(passedOn(headers)),
    ...bodyOf(body),
  };
}

function passedOn(headers: IncomingServiceRequest['headers']): [name: string, value: string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || KEPT_BACK.test(name) ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]],
  );
}

function bodyOf(body: Uint8Array | undefined): Pick<ServiceRequest, 'body' | 'encoding'> {
  if (body === undefined || body.byteLength === 0) return { body: null, encoding: 'utf8' };
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body), encoding: 'utf8' };
  } catch {
    return { body: Buffer.from(body).toString('base64'), encoding: 'base64' };
  }
}

/** What would act on the whole origin, which all tenants of a shared host have in common. */
const OF_THE_ORIGIN =
  /^(?:set-cookie2?|service-worker-allowed|access-control-.*|clear-site-data|strict-transport-security|content-security-policy(?:-report-only)?|x-content-type-options|public-key-pins|alt-svc|nel|report-to|reporting-endpoints|origin-agent-cluster|speculation-rules|x-accel-.*|refresh)$/;

/**
 * Headers of a reply on a host that several tenants, an API or a console share: pages are shown in a sandbox, as if from an
 * origin of their own, and headers that act on the whole origin are dropped.
 */
export function sharedHostHeaders({ headers }: ServiceReply): Readonly<Record<string, string>> {
  const kept = Object.entries(headers).filter(([name]) => !OF_THE_ORIGIN.test(name));
  return {
    ...Object.fromEntries(kept),
    'content-security-policy': 'sandbox allow-scripts',
    'x-content-type-options': 'nosniff',
  };
}

/** The body of a reply, for a handler to return on Express and on Fastify. Set status and headers before. */
export function replyBody({ body, headers }: ServiceReply): StreamableFile {
  return new StreamableFile(body, {
    length: body.byteLength,
    type: headers['content-type'] ?? 'application/octet-stream',
  });
}
