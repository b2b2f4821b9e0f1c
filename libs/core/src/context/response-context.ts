import type { ServerResponse } from 'node:http';
import type { ClsService } from 'nestjs-cls';

/**
 * Has a response tell its events in the running context, always. A keep-alive socket is shared: Node lets the response in
 * front of it, or one that waits behind it, set off its 'drain' and 'finish' in their own context, and the stream that is
 * piped into it would go on in another tenant's name.
 */
export function keepResponseInContext(cls: ClsService, response: ServerResponse): void {
  const store = cls.get();
  const emit = response.emit.bind(response);
  response.emit = (...event: Parameters<typeof emit>) =>
    cls.get() === store ? emit(...event) : cls.runWith(store, () => emit(...event));
  if (response.socket !== null) return;
  // It waits for its socket, and gets it from the one in front, in that one's context; what it has kept is sent in its own.
  const assignSocket = response.assignSocket.bind(response);
  response.assignSocket = (socket) => cls.runWith(store, () => assignSocket(socket));
}
