import { z } from 'zod';

const version = z.int('a whole number').min(1, '1 or more');

/** Body that activates a version. `expected`: the version that must be active now, `null` for none. */
export const activateSchema = z.strictObject({ version, expected: version.nullable().optional() });

/** {@link activateSchema} once checked. */
export type Activate = z.output<typeof activateSchema>;

/** Body that says who may call a service. */
export const accessSchema = z.strictObject({
  access: z.union(
    [z.enum(['public', 'signed-in']), z.templateLiteral(['permission:', z.string().regex(/^[A-Za-z0-9_.:-]{1,100}$/)])],
    'public, signed-in or permission:NAME',
  ),
});

/** {@link accessSchema} once checked. */
export type Access = z.output<typeof accessSchema>;
