import type { ArgumentsHost } from '@nestjs/common';
import type { ProblemAnswer } from './problem.js';

/** What a socket of socket.io or of `ws` has that is used here. */
interface Socket {
  emit(event: string, data: unknown): unknown;
  send(data: unknown): unknown;
  readonly handshake?: unknown;
}

const EVENT = 'exception';

/** Notifies the client of a WebSocket, as Nest does for its own exceptions: an `exception` event. Sockets of socket.io have a handshake. */
export function answerWebSocket(host: ArgumentsHost, { body }: ProblemAnswer): void {
  const client = host.switchToWs().getClient<Socket>();
  const problem = { ...body, status: 'error', statusCode: body.status };
  if (client.handshake !== undefined) client.emit(EVENT, problem);
  else client.send(JSON.stringify({ event: EVENT, data: problem }));
}
