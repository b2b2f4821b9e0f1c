import { z } from 'zod';
import { text } from '../http/text.js';

/** Body of a log-in request. */
export const loginSchema = z
  .strictObject({
    username: text(1, 320).describe("`user@domain`, or the user's plain name where host or path name the tenant"),
    password: text(1, 1_000),
    refresh: z.boolean('true or false').default(false).describe('Whether the answer has a refresh token'),
  })
  .meta({ example: { username: 'alice@foo.com', password: 'correct horse battery staple' } });

/** {@link loginSchema} once checked. */
export type Login = z.output<typeof loginSchema>;

/** Answer to a log-in request. */
export const tokensSchema = z.object({
  accessToken: z.string(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.int().describe('Seconds'),
  refreshToken: z.string().optional().describe('Good for one `POST /auth/refresh`'),
});

/** {@link tokensSchema} as a type. */
export type Tokens = z.output<typeof tokensSchema>;

/** Body of a request that refreshes tokens. */
export const refreshSchema = z.strictObject({ refreshToken: text(1, 4_000) });

/** {@link refreshSchema} once checked. */
export type Refresh = z.output<typeof refreshSchema>;

/** Body of a request that changes the user's own password. */
export const passwordChangeSchema = z.strictObject({ currentPassword: text(1, 1_000), newPassword: text(1, 1_000) });

/** {@link passwordChangeSchema} once checked. */
export type PasswordChange = z.output<typeof passwordChangeSchema>;
