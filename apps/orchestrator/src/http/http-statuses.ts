/** Code, title and detail of answers that frameworks and body parsers give by themselves, by HTTP status. */
export const HTTP_STATUSES: ReadonlyMap<number, readonly [code: string, title: string, detail: string]> = new Map([
  [
    400,
    [
      'BAD_REQUEST',
      'Bad request',
      'The request cannot be read. Check its target, and that its body is well-formed JSON.',
    ],
  ],
  [401, ['AUTHENTICATION_REQUIRED', 'Authentication required', 'Log in first.']],
  [403, ['FORBIDDEN', 'Forbidden', 'You may not do this.']],
  [404, ['NOT_FOUND', 'Not found', 'There is nothing here.']],
  [405, ['METHOD_NOT_ALLOWED', 'Method not allowed', 'This resource does not support the method.']],
  [408, ['REQUEST_TIMEOUT', 'Request timeout', 'The request took too long to arrive.']],
  [413, ['PAYLOAD_TOO_LARGE', 'Payload too large', 'The body is too large.']],
  [414, ['URI_TOO_LONG', 'URI too long', 'The target of the request is too long.']],
  [415, ['UNSUPPORTED_MEDIA_TYPE', 'Unsupported media type', 'Send the body as application/json in UTF-8.']],
  [503, ['UNAVAILABLE', 'Unavailable', 'The service cannot answer at the moment. Try again shortly.']],
]);
