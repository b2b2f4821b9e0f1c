import { z } from 'zod';
import { ApiError } from './api.error.js';
import { validationPipe } from './validation.pipe.js';

const schema = z.strictObject({ name: z.string().min(1, 'too short'), tags: z.array(z.string('text')).optional() });

async function errorsOf(value: unknown): Promise<unknown> {
  const refusal: unknown = await validationPipe()
    .transform(value, { type: 'body', schema })
    .catch((error: unknown) => error);
  if (!(refusal instanceof ApiError)) throw new Error('it was not refused');
  expect(refusal).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
  return refusal.members['errors'];
}

describe('validationPipe', () => {
  it('gives what the schema made of the value', async () => {
    await expect(validationPipe().transform({ name: 'x' }, { type: 'body', schema })).resolves.toEqual({ name: 'x' });
  });

  it('names each field that cannot be used, nested ones by their path', async () => {
    await expect(errorsOf({ name: '', tags: ['a', 1] })).resolves.toEqual([
      { field: 'name', message: 'too short' },
      { field: 'tags.1', message: 'text' },
    ]);
  });

  it('names each field that it does not know', async () => {
    await expect(errorsOf({ name: 'x', tenant_id: 'bar', id: 1 })).resolves.toEqual([
      { field: 'tenant_id', message: 'There is no such field' },
      { field: 'id', message: 'There is no such field' },
    ]);
  });

  it.each([undefined, null, 'text', [[]]])('refuses %j as the body as a whole', async (value) => {
    await expect(errorsOf(value)).resolves.toEqual([expect.objectContaining({ field: 'body' })]);
  });
});
