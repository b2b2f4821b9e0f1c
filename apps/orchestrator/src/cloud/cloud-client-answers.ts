import { z } from 'zod';
import { CloudApiError } from './cloud-client-error.js';
import type { CloudApiErrorKind } from './cloud-client-error.js';
import type { Answer } from './cloud-client-exchange.js';

/** Answer to one server. */
export const cloudServerSchema = z.object({
  id: z.string().min(1),
  name: z.string(),
  size: z.string().min(1),
  status: z.string().min(1),
  createdAt: z.iso.datetime(),
});

/** Answer to a list of servers. */
export const cloudServerPageSchema = z.object({
  items: z.array(cloudServerSchema),
  next: z.string().nullable(),
});

/** A server in the tenant's account. `createdAt` is ISO 8601 in UTC. */
export type CloudServer = Readonly<z.output<typeof cloudServerSchema>>;

/** One page of servers, oldest first; `next` goes into `after` for the next page and is `null` on the last one. */
export interface CloudServerPage {
  readonly items: readonly CloudServer[];
  readonly next: string | null;
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set(['name', 'size', 'limit', 'after', 'body']);

const problemSchema = z.object({ errors: z.array(z.object({ field: z.string() })) });

/**
 * Checks the body of an answer.
 *
 * @throws {@link CloudApiError} `malformed-answer` when it is not what the schema says
 */
export function parseAnswer<T>(schema: z.ZodType<T>, { status, text }: Answer): T {
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const message = 'The answer of the cloud is not what its API promises. Check baseUrl and the version of the cloud.';
  throw new CloudApiError('malformed-answer', message, { status, cause: parsed.error });
}

/**
 * Lets a 2xx answer pass.
 *
 * @throws {@link CloudApiError} of the kind that the status stands for; nothing that the cloud wrote is repeated
 */
export function assertSuccess(answer: Answer): void {
  const { status } = answer;
  if (status >= 200 && status < 300) return;
  const kind = kindOf(status);
  const fields = kind === 'invalid-request' ? fieldsOf(answer) : [];
  const about = fields.length > 0 ? ` (${fields.join(', ')})` : '';
  throw new CloudApiError(kind, `The cloud answered ${status}: ${REMEDIES[kind]}${about}.`, { status, fields });
}

type AnsweredKind = Exclude<CloudApiErrorKind, 'timeout' | 'aborted' | 'closed'>;

const REMEDIES: Readonly<Record<AnsweredKind, string>> = {
  unavailable: 'it cannot serve at the moment, try again shortly',
  refused: 'it does not accept the token, check what the client may do',
  'not-found': 'the account has no such server',
  conflict: 'the account does not allow it now, such as by its limit of servers',
  'invalid-request': 'it does not accept the input',
  'malformed-answer': 'that is not part of its API, check baseUrl',
};

function kindOf(status: number): AnsweredKind {
  if (status === 429 || status >= 500) return 'unavailable';
  if (status === 401 || status === 403) return 'refused';
  if (status === 404) return 'not-found';
  if (status === 409) return 'conflict';
  return status >= 400 ? 'invalid-request' : 'malformed-answer';
}

// Only names that we know are passed on: the answer is the other side's text and may echo anything.
function fieldsOf({ text }: Answer): readonly string[] {
  const problem = problemSchema.safeParse(jsonOf(text));
  const fields = problem.success ? problem.data.errors.map(({ field }) => field) : [];
  return fields.filter((field) => KNOWN_FIELDS.has(field));
}

// The parser's message quotes the text, so it is dropped: what is no JSON is `undefined`, which no schema accepts.
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
