/** Fails on words of `words/table.mjs` in the sources, their identifiers and the names of their files. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXCEPTIONS, TABLE } from './words/table.mjs';

const SCOPE = ['apps', 'libs', 'scripts', 'test'];
/** `words` holds the table itself. */
const SKIPPED = /(^|\/)(node_modules|dist|generated|words)(\/|$)/;

const entries = TABLE.map(([words, write]) => ({
  pattern: new RegExp(`(?<![\\w-])(?:${words.replaceAll(' ', '\\s+')})(?![\\w-])`, 'gi'),
  write,
}));
const paths = process.argv.length > 2 ? process.argv.slice(2) : SCOPE;
const usedExceptions = new Set();
const findings = paths.flatMap(filesOf).flatMap(findingsIn);
const unused = EXCEPTIONS.filter(({ path }) => paths.some((checked) => path.startsWith(checked))).filter(
  (exception) => !usedExceptions.has(exception),
);

for (const { place, word, write } of findings) console.log(`${place}: "${word}"; write: ${write}`);
for (const { path, words } of unused) console.log(`scripts/words/table.mjs: ${path} has none of: ${words.join(', ')}`);
process.exitCode = findings.length + unused.length > 0 ? 1 : 0;

function filesOf(path) {
  if (SKIPPED.test(path)) return [];
  if (statSync(path).isDirectory()) return readdirSync(path).flatMap((name) => filesOf(join(path, name)));
  return /\.(ts|mjs)$/.test(path) ? [path] : [];
}

function findingsIn(file) {
  const inName = wordsIn(file.replaceAll(/[/.-]/g, ' ')).map((found) => ({ ...found, place: file }));
  const inText = wordsIn(readFileSync(file, 'utf8')).map((found) => ({ ...found, place: `${file}:${found.line}` }));
  return [...inName, ...inText].filter(({ word }) => !isException(file, word));
}

function wordsIn(source) {
  const text = plainWords(source);
  return entries.flatMap(({ pattern, write }) =>
    [...text.matchAll(pattern)].map(({ 0: match, index }) => ({
      word: match.replaceAll(/\s+/g, ' '),
      line: text.slice(0, index).split('\n').length,
      write,
    })),
  );
}

/** Splits `camelCase` and `snake_case` and drops comment markers, so that a phrase is found across lines. */
function plainWords(source) {
  return source
    .replaceAll(/^[ \t]*(\/?\*+\/?|\/\/)[ \t]?/gm, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ');
}

function isException(file, word) {
  const exception = EXCEPTIONS.find(({ path, words }) => file.startsWith(path) && words.includes(word.toLowerCase()));
  if (exception) usedExceptions.add(exception);
  return exception !== undefined;
}
