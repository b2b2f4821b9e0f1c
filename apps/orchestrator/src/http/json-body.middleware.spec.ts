import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { jsonBodyOnly } from './json-body.middleware.js';

function outcomeOf(headers: Record<string, string>): unknown {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  let outcome: unknown = 'not called';
  jsonBodyOnly(request, undefined, (error) => {
    outcome = error;
  });
  return outcome;
}

describe('jsonBodyOnly', () => {
  it.each([
    [{}],
    [{ 'content-length': '0', 'content-type': 'text/plain' }],
    [{ 'content-length': '2', 'content-type': 'application/json' }],
    [{ 'content-length': '2', 'content-type': 'Application/JSON; charset=utf-8' }],
    [{ 'transfer-encoding': 'chunked', 'content-type': 'application/merge-patch+json' }],
  ])('lets %j through', (headers: Record<string, string>) => {
    expect(outcomeOf(headers)).toBeUndefined();
  });

  it.each([
    [{ 'content-length': '2' }],
    [{ 'content-length': '2', 'content-type': 'text/plain' }],
    [{ 'content-length': '2', 'content-type': 'application/x-www-form-urlencoded' }],
    [{ 'content-length': '2', 'content-type': 'application/jsonp' }],
    [{ 'transfer-encoding': 'chunked', 'content-type': 'multipart/form-data' }],
  ])('refuses %j with 415', (headers: Record<string, string>) => {
    expect(outcomeOf(headers)).toMatchObject({ status: 415 });
  });
});
