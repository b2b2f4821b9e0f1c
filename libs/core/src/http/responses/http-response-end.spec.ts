import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { HttpResponseEnds } from './http-response-end.js';
import { keepResponseInContext } from './response-context.js';

describe('the end of a response', () => {
  const waitingFor = (
    leave: (response: ServerResponse, keep: () => void) => void,
  ): { response: ServerResponse; socket: Socket; ended: () => number } => {
    const socket = new Socket();
    const request = new IncomingMessage(socket);
    request.httpVersionMajor = 1;
    const response = new ServerResponse(request);
    response.assignSocket(socket);
    let ended = 0;
    leave(response, () => {
      keepResponseInContext(response, {});
      new HttpResponseEnds().whenOver(request, { response, end: () => (ended += 1) });
    });
    return { response, socket, ended: () => ended };
  };

  it('is notified when the response closes, once', () => {
    const { response, ended } = waitingFor((_response, keep) => keep());
    expect(ended()).toBe(0);
    response.emit('close');
    response.emit('close');
    expect(ended()).toBe(1);
  });

  it('is notified though a library has put back the `emit` that it found before', () => {
    const { response, ended } = waitingFor((found, keep) => {
      const { emit } = found as { emit: ServerResponse['emit'] };
      found.emit = function (this: ServerResponse, ...event: [string, ...unknown[]]) {
        return emit.apply(this, event);
      };
      keep();
      found.emit = emit;
    });
    response.emit('close');
    expect(ended()).toBe(1);
  });

  it('is notified of a response that is handed on in a wrapper, and of no other', () => {
    const { response } = waitingFor(() => undefined);
    const behind = new ServerResponse(new IncomingMessage(response.req.socket));
    const ends = new HttpResponseEnds();
    const ended: string[] = [];
    ends.whenOver(response.req, { response: new Proxy(response, {}), end: () => ended.push('wrapped') });
    ends.whenOver(response.req, { response: behind, end: () => ended.push('behind') });
    behind.emit('close');
    expect(ended).toEqual(['behind']);
    response.emit('close');
    expect(ended).toEqual(['behind', 'wrapped']);
  });

  it('is notified at once of one that waits for a socket which has gone', () => {
    const socket = new Socket();
    const request = new IncomingMessage(socket);
    request.httpVersionMajor = 1;
    socket.destroy();
    const end = jest.fn();
    new HttpResponseEnds().whenOver(request, { response: new ServerResponse(request), end });
    expect(end).toHaveBeenCalledTimes(1);
  });

  it('is notified with that of the socket, though the response has left it', () => {
    const { socket, ended } = waitingFor((response, keep) => {
      keep();
      response.detachSocket(response.socket as Socket);
    });
    socket.emit('close', false);
    expect(ended()).toBe(1);
  });
});
