import { connect } from 'node:net';

const AT_ONCE = 200;

/** Sends GET requests over one connection, many at once, each with its own tenant. @returns the status of each answer */
export async function sendPipelined(port: number, path: string, tenants: readonly string[]): Promise<number[]> {
  const statuses: number[] = [];
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true).setEncoding('latin1');
  let [text, sent] = ['', 0];
  await new Promise<void>((resolve, reject) => {
    const send = (): void => {
      const next = tenants.slice(sent, sent + AT_ONCE);
      sent += next.length;
      socket.write(next.map((id) => `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Tenant: ${id}\r\n\r\n`).join(''));
    };
    socket.on('error', reject).on('connect', send);
    socket.on('data', (chunk: string) => {
      text += chunk;
      for (let match = STATUS.exec(text); match !== null; match = STATUS.exec(text)) {
        statuses.push(Number(match[1]));
        text = text.slice(match.index + match[0].length);
      }
      if (statuses.length === tenants.length) resolve();
      else if (statuses.length === sent) send();
    });
  });
  socket.destroy();
  return statuses;
}

const STATUS = /HTTP\/1\.1 (\d{3})/;
