/** A scalar of a JSON value, under the name of the member that holds it, or holds the list that it is in. */
export interface Leaf {
  readonly name: string;
  readonly value: string | number | boolean | null;
}

/** What is unique by its looks: tokens as a whole, UUIDs, mail addresses, and long texts of letters and digits such as keys and cursors. */
const UNIQUE =
  /[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w.+-]+@[\w-]+\.[\w.-]*\w|[\w-]{20,}/gi;
const DATE =
  /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT/g;

/** Every scalar of a JSON value, in order. */
export function leavesOf(json: unknown, name = ''): Leaf[] {
  if (Array.isArray(json)) return json.flatMap((item) => leavesOf(item, name));
  if (typeof json === 'object' && json !== null)
    return Object.entries(json).flatMap(([key, value]) => leavesOf(value, key));
  return json === undefined ? [] : [{ name, value: json as Leaf['value'] }];
}

/** Every object of a JSON value, from the outside in. */
export function objectsOf(json: unknown): Record<string, unknown>[] {
  if (Array.isArray(json)) return json.flatMap(objectsOf);
  if (typeof json !== 'object' || json === null) return [];
  return [json as Record<string, unknown>, ...Object.values(json).flatMap(objectsOf)];
}

/** Texts in an answer that can belong to one tenant only, in lower case. */
export function uniqueTexts(text: string): string[] {
  return (text.replace(DATE, ' ').match(UNIQUE) ?? [])
    .filter((found) => /\d/.test(found) || found.includes('@'))
    .map((found) => found.toLowerCase());
}

/** Whether an id is a number, such as several databases give alike. */
export function isNumber(id: string): boolean {
  return /^\d{1,15}$/.test(id);
}

/** An id that looks like the given one and exists nowhere. Another `variant`, 0 to 3, gives another one. */
export function missingLike(id: string, variant: number): string {
  if (isNumber(id)) return String(2_000_000_000 + variant);
  const letters = /^[0-9a-f-]+$/i.test(id) ? 'fedc' : 'zyxw';
  const start = Math.max(0, id.length - 8);
  const end = [...id.slice(start)].map((char) => replaced(char, letters[variant] ?? 'a', String(9 - variant)));
  return id.slice(0, start) + end.join('');
}

function replaced(char: string, letter: string, digit: string): string {
  if (/\d/.test(char)) return digit;
  if (/[A-Z]/.test(char)) return letter.toUpperCase();
  return /[a-z]/.test(char) ? letter : char;
}

/** A text without dates, which differ from one request to the next by nature. */
export function withoutDates(text: string): string {
  return text.replace(DATE, '<time>');
}

/** A text without what differs from one request to the next by nature: what was sent, dates, and unique texts. */
export function steadyText(text: string, sent: readonly string[]): string {
  const spellings = sent
    .filter((value) => value !== '')
    .flatMap((value) => {
      const encoded = encodeURIComponent(value);
      return [value, encoded, encoded.replaceAll('%20', '+'), JSON.stringify(value).slice(1, -1)];
    });
  const own = [...new Set(spellings)].sort((a, b) => b.length - a.length);
  return own
    .reduce((rest, value) => replaceWhole(rest, value), text)
    .replace(DATE, '<time>')
    .replace(UNIQUE, (found: string) => (/\d/.test(found) ? '<unique>' : found));
}

/** Replaces a value where it is not part of a longer word or number. */
function replaceWhole(text: string, value: string): string {
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`, 'gi'), '<sent>');
}
