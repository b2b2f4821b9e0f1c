import { z } from 'zod';
import { pageSchema } from '../http/page.js';
import { text } from '../http/text.js';

/** Body that creates a server. */
export const newServerSchema = z.strictObject({
  name: text(1, 200),
  size: z.enum(['small', 'medium', 'large'], 'small, medium or large').default('small'),
});

/** {@link newServerSchema} once checked. */
export type NewServer = z.output<typeof newServerSchema>;

/** A server as clients see it. */
export const serverSchema = z.object({
  id: z.string(),
  name: z.string(),
  size: z.string(),
  status: z.string(),
  createdAt: z.iso.datetime(),
});

/** A page of servers as clients see it. */
export const serverPageSchema = pageSchema(serverSchema);
