import { z } from 'zod';
import { SERVER_SIZES } from './server.js';

const NAME_RULE = 'use 1 to 200 characters, without control characters';
const LIMIT_RULE = 'use a whole number from 1 to 100';

/** Body of `POST /v1/servers`. */
export const newServerSchema = z.strictObject(
  {
    name: z
      .string(NAME_RULE)
      .trim()
      .regex(/^\P{Cc}{1,200}$/u, NAME_RULE),
    size: z.enum(SERVER_SIZES, `use ${SERVER_SIZES.join(', ')}`).default('small'),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? 'send a JSON object' : undefined) },
);

/** Query of `GET /v1/servers`. */
export const serverListSchema = z.object({
  limit: z
    .string(LIMIT_RULE)
    .regex(/^\d{1,3}$/, LIMIT_RULE)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 100, LIMIT_RULE)
    .default(50),
  after: z
    .string('use the `next` of the page before')
    .regex(/^\d{1,15}$/, 'use the `next` of the page before')
    .transform(Number)
    .default(0),
});

/** A new server as the caller describes it. */
export type NewServer = z.output<typeof newServerSchema>;

/** Which page of servers to list. */
export type ServerListQuery = z.output<typeof serverListSchema>;
