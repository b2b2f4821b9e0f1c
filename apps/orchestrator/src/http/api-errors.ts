import { ApiError } from './api.error.js';

/** One field of a request that cannot be used. */
export interface FieldProblem {
  /** Path of the field, joined by dots; `body` = the body as a whole. */
  readonly field: string;
  readonly message: string;
}

/** The request's body or query cannot be used (400 `VALIDATION_FAILED`). */
export function validationFailed(errors: readonly FieldProblem[]): ApiError {
  const fields = [...new Set(errors.map(({ field }) => field))].join(', ');
  return new ApiError(400, 'VALIDATION_FAILED', 'Validation failed', `These fields cannot be used: ${fields}.`, {
    members: { errors },
  });
}

/** The thing is not there, or not this tenant's (404 `NOT_FOUND`). Says the same in both cases. */
export function notFound(): ApiError {
  return new ApiError(404, 'NOT_FOUND', 'Not found', 'There is nothing here.');
}

/** The tenant has as many projects as its settings allow (409 `PROJECT_LIMIT_REACHED`). */
export function projectLimitReached(limit: number): ApiError {
  const detail = `There may be ${limit} projects at most. Delete one, or ask the operator for a higher limit.`;
  return new ApiError(409, 'PROJECT_LIMIT_REACHED', 'Project limit reached', detail);
}

/** No token was sent to a route that needs one (401 `AUTHENTICATION_REQUIRED`). */
export function authenticationRequired(): ApiError {
  const detail = 'Log in and send the access token as "Authorization: Bearer <token>".';
  return new ApiError(401, 'AUTHENTICATION_REQUIRED', 'Authentication required', detail, {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}

/** User and password do not match (401 `INVALID_CREDENTIALS`). Says nothing about which of them is wrong. */
export function invalidCredentials(): ApiError {
  return new ApiError(401, 'INVALID_CREDENTIALS', 'Invalid credentials', 'The user name or the password is wrong.');
}

/** Too many log-in attempts (429 `TOO_MANY_ATTEMPTS`). @param retryAfterSeconds when the next attempt is accepted */
export function tooManyAttempts(retryAfterSeconds: number): ApiError {
  const detail = `There were too many log-in attempts. Try again in ${retryAfterSeconds} s.`;
  return new ApiError(429, 'TOO_MANY_ATTEMPTS', 'Too many attempts', detail, {
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}
