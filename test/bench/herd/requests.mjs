import { get } from 'node:http';
import { performance } from 'node:perf_hooks';
import { BASE_DOMAIN } from '../http/tenants.mjs';

/** Asks which tenant answers, and gives the milliseconds that it took. Throws unless it is the tenant that was asked for. */
export function timed(agent, port, id) {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/who', agent, headers: { host: `${id}.${BASE_DOMAIN}` } };
    const request = get(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part) => (body += part));
      response.on('end', () => {
        if (body === JSON.stringify({ tenant: id })) resolve(performance.now() - start);
        else reject(new Error(`${id} was answered ${response.statusCode} ${body}`));
      });
    });
    request.on('error', reject);
  });
}
