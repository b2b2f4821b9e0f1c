import { z } from 'zod';

/**
 * Text that every database takes: without the character U+0000, which PostgreSQL refuses.
 *
 * @param min characters at least
 * @param max characters at most
 */
export function text(min: number, max: number): z.ZodString {
  const length = min === 0 ? `at most ${max} characters` : `${min} to ${max} characters`;
  return z
    .string('text is needed')
    .min(min, length)
    .max(max, length)
    .refine(isStorable, 'text without the character U+0000');
}

function isStorable(value: string): boolean {
  return !value.includes('\0');
}
