import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { ProblemException } from './problem.exception.js';
import type { FieldProblem } from './problem.exception.js';

/** Checks input against a schema; bad input is a 400 that names the fields. */
export class SchemaPipe<T> implements PipeTransform<unknown, T> {
  readonly #schema: z.ZodType<T>;

  constructor(schema: z.ZodType<T>) {
    this.#schema = schema;
  }

  /** Returns the checked value, or throws the {@link ProblemException} to answer with. */
  transform(value: unknown): T {
    const parsed = this.#schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const fields = parsed.error.issues.flatMap(fieldProblemsOf);
    const names = fields.map(({ field }) => field).join(', ');
    throw new ProblemException(400, 'invalid_request', `Not acceptable: ${names}.`, { fields });
  }
}

function fieldProblemsOf(issue: z.core.$ZodIssue): readonly FieldProblem[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((field) => ({ field, message: 'is not known' }));
  return [{ field: issue.path.join('.') || 'body', message: issue.message }];
}
