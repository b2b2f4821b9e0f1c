import { z } from 'zod';
import { text } from '../http/text.js';

/** Body of a log-in request. */
export const loginSchema = z
  .strictObject({
    username: text(1, 320).describe("`user@domain`, or the user's plain name where host or path name the tenant"),
    password: text(1, 1_000),
  })
  .meta({ example: { username: 'alice@foo.com', password: 'correct horse battery staple' } });

/** {@link loginSchema} once checked. */
export type Login = z.output<typeof loginSchema>;

/** Answer to a log-in request. */
export const accessTokenSchema = z.object({
  accessToken: z.string(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.int().describe('Seconds'),
});

/** {@link accessTokenSchema} as a type. */
export type AccessToken = z.output<typeof accessTokenSchema>;
