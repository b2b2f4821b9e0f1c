import { StandardSchemaValidationPipe } from '@nestjs/common';
import { validationFailed } from './api-errors.js';
import type { ApiError } from './api.error.js';
import type { FieldProblem } from './api-errors.js';

type PathSegment = PropertyKey | { readonly key: PropertyKey };

interface Issue {
  readonly message: string;
  readonly path?: readonly PathSegment[] | undefined;
}

/** The pipe that checks bodies and queries against the schema of their parameter; refuses with 400 `VALIDATION_FAILED`. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({ exceptionFactory: refusal });
}

function refusal(issues: readonly Issue[]): ApiError {
  return validationFailed(issues.flatMap(fieldProblems));
}

function fieldProblems(issue: Issue): FieldProblem[] {
  const path = (issue.path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  const unknown = unknownKeys(issue);
  if (unknown.length === 0) return [{ field: path.join('.') || 'body', message: issue.message }];
  return unknown.map((key) => ({ field: [...path, key].join('.'), message: 'There is no such field' }));
}

/** Zod reports unknown fields at their parent and lists their names. */
function unknownKeys(issue: Issue): string[] {
  const keys: unknown = Reflect.get(issue, 'keys');
  return Array.isArray(keys) ? keys.map(String) : [];
}
