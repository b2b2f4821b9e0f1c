import { decodeCursor, encodeCursor } from './cursor.js';

const cursor = { createdAt: new Date('2026-01-02T03:04:05.678Z'), id: '7b0e7a2c-6f3d-4c57-9a5e-3d8f0d9c1a11' };

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('cursor', () => {
  it('comes back as it was, through text that needs no escape in a URL', () => {
    const text = encodeCursor(cursor);
    expect(text).toMatch(/^[\w-]+$/);
    expect(decodeCursor(text)).toEqual(cursor);
  });

  it.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['another shape', encoded({ id: cursor.id })],
    ['a date that is none', encoded(['yesterday', cursor.id])],
    ['a date that no database has', encoded(['0000-01-01T00:00:00.000Z', cursor.id])],
    ['an id that is none', encoded([cursor.createdAt, "1' or true"])],
    ['more than it should', encoded([cursor.createdAt, cursor.id, 1])],
  ])('refuses %s, naming the field', (_what, text) => {
    expect(() => decodeCursor(text)).toThrow(
      expect.objectContaining({ status: 400, members: { errors: [expect.objectContaining({ field: 'after' })] } }),
    );
  });
});
