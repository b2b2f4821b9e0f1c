import { z } from 'zod';
import { pageSchema } from '../http/page.js';
import { text } from '../http/text.js';

const name = text(1, 200);
const description = text(0, 2_000);

/** Body that creates a project. */
export const newProjectSchema = z.strictObject({ name, description: description.default('') });

/** {@link newProjectSchema} once checked. */
export type NewProject = z.output<typeof newProjectSchema>;

/** Body that changes a project; what is absent stays. */
export const projectChangesSchema = z
  .strictObject({ name: name.optional(), description: description.optional() })
  .refine(
    (changes) => changes.name !== undefined || changes.description !== undefined,
    'name or description is needed',
  );

/** {@link projectChangesSchema} once checked. */
export type ProjectChanges = z.output<typeof projectChangesSchema>;

/** A project as clients see it. */
export const projectSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});

/** A page of projects as clients see it. */
export const projectPageSchema = pageSchema(projectSchema);
