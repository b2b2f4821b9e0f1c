import type { PathPrefix } from './path-prefix.js';

const SUSPICIOUS = /[A-Z%\\;\p{Cc}]|\/[/.]/u;
const ENCODED_ASCII = /%([0-7][0-9a-f])/gi;

/** Whether all parsers read this path alike; most paths are like that, and need no further check. */
export function isPlain(path: string): boolean {
  return !SUSPICIOUS.test(path);
}

/** Whether a server or router that reads paths leniently could take this one for one that starts with the prefix. */
export function isDisguised(path: string, prefix: PathPrefix): boolean {
  const folded = fold(path);
  return prefix.endIn(folded) >= 0 || prefix.endIn(folded.replace(/\/{2,}/g, '/')) >= 0;
}

/** Whether a server that normalises paths could resolve this one to another tenant's, or to one without a tenant. */
export function hasDotSegments(path: string): boolean {
  return /\/\.{1,2}(?:\/|$)/.test(fold(path));
}

/** Decodes what some parser on the way may decode: encoding (twice), backslashes, path parameters, controls, case. */
function fold(path: string): string {
  return decodeAscii(decodeAscii(path))
    .replaceAll('\\', '/')
    .replace(/;[^/]*|\p{Cc}/gu, '')
    .toLowerCase();
}

/** Escape by escape: one that is malformed does not hide the others. */
function decodeAscii(path: string): string {
  return path.replace(ENCODED_ASCII, (_escape, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
