import { readFileSync } from 'node:fs';

const GUIDE = readFileSync('docs/guides/policies.md', 'utf8');

/** Kinds of findings with their severity, as the guide lists them. */
export const LISTED: ReadonlyMap<string, string> = new Map(
  [...GUIDE.matchAll(/^\| `([a-z-]+)` +\| (error|warning) +\|/gm)].map(([, kind = '', severity = '']) => [
    kind,
    severity,
  ]),
);
