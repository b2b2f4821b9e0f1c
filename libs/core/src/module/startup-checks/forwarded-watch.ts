import type { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { TenantResolver } from '../../resolution/tenant-resolver.js';

const FORWARDED_HOST = /\bhost="?([^";,]+)/i;

const UNTRUSTED =
  'A request came through a proxy, and fromHost() reads the Host header, in which the proxy puts a name that the client did not send. ' +
  'Have the proxy pass Host on unchanged, or set X-Forwarded-Host there and name the proxy: fromHost({ trustedProxies: [...] }). ' +
  'Logged once; if a client has forged the header, nothing is wrong.';

/** Whether tenants are read from the host, and no resolver trusts a proxy. */
export function trustsNoProxy(resolvers: readonly TenantResolver[]): boolean {
  const readers = resolvers.filter(({ name }) => name === 'host');
  return (
    readers.length > 0 &&
    !readers.some((reader) => Reflect.get(reader, 'trustsProxies') === true) &&
    !resolvers.some(({ trust }) => trust === 'proxy')
  );
}

/** A proxy is there from the beginning; that many probes of an orchestrator every ten seconds take a day. */
const REQUESTS_WATCHED = 10_000;

/**
 * Reports once when a request shows that a proxy hides the host which the client addressed. Listens to the server beside
 * the application, and stops with the first such request, or when many have shown nothing, to limit its cost.
 */
export function watchForwarded(server: EventEmitter, report: (line: string) => void): void {
  let left = REQUESTS_WATCHED;
  const onRequest = ({ headers }: IncomingMessage): void => {
    left -= 1;
    const isHidden = isHostHidden(headers);
    if (isHidden || left === 0) server.off('request', onRequest);
    if (isHidden) report(UNTRUSTED);
  };
  server.on('request', onRequest);
}

function isHostHidden(headers: IncomingHttpHeaders): boolean {
  const { forwarded, 'x-forwarded-host': named, 'x-forwarded-for': client } = headers;
  if (forwarded === undefined && named === undefined && client === undefined) return false;
  const host = headers.host ?? headers[':authority'];
  const addressed = named ?? (forwarded === undefined ? undefined : FORWARDED_HOST.exec(forwarded)?.[1]);
  return addressed === undefined
    ? namesNoTenant(String(host))
    : String(addressed).toLowerCase() !== String(host).toLowerCase();
}

/** Addresses and single-label names are what proxies put there by themselves. */
function namesNoTenant(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return !name.includes('.') || isIP(name) !== 0;
}
