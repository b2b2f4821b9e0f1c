import type { INestApplication } from '@nestjs/common';
import { connect } from 'node:net';
import { portOf } from '../../support/http.js';

export interface RawAnswer {
  /** 0 when the server closed the connection without an answer. */
  readonly status: number;
  readonly headers: string;
  readonly text: string;
  /** The body as JSON, `undefined` when it is none. */
  readonly json: unknown;
}

export interface RawRequest {
  /** The request target as it is sent. Default `/who`. */
  readonly target?: string;
  readonly method?: string;
  readonly version?: string;
  /** Header lines as they are sent, without their ends. Default: a Host that names no tenant. */
  readonly lines?: readonly string[];
  /** Address that the connection comes from. Default 127.0.0.1. */
  readonly from?: string;
}

/** Sends one request byte by byte as given (text is latin1) and reads until the server closes. */
export async function raw(app: INestApplication, request: RawRequest): Promise<RawAnswer> {
  const { target = '/who', method = 'GET', version = 'HTTP/1.1', lines = ['Host: localhost'], from } = request;
  const head = [`${method} ${target} ${version}`, ...lines, 'Connection: close', '', ''].join('\r\n');
  const bytes = await exchange(portOf(app), Buffer.from(head, 'latin1'), from ?? '127.0.0.1');
  return parse(bytes.toString('utf8'));
}

/** UTF-8 text as {@link raw} sends it. */
export function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function exchange(port: number, bytes: Buffer, localAddress: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(received)));
    // A server that refuses in the middle of a long head resets the connection; what it has said before counts.
    socket.on('error', (error) => (received.length > 0 ? resolve(Buffer.concat(received)) : reject(error)));
    socket.write(bytes);
  });
}

function parse(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const headers = end < 0 ? text : text.slice(0, end);
  const body = end < 0 ? '' : text.slice(end + 4);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(headers)?.[1] ?? 0),
    headers,
    text: body,
    json: jsonOf(/transfer-encoding: chunked/i.test(headers) ? dechunked(body) : body),
  };
}

function dechunked(body: string): string {
  return body.replace(/(?:^|\r\n)[0-9a-f]+\r\n/gi, '').trimEnd();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
