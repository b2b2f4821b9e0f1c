/**
 * Loads every entry point of every package, by `import` or by `require`, and prints what it exports and which of its
 * errors have the base class of another format (`foreign`). `node load-packages.mjs require` from the project's root.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(`${process.cwd()}/package.json`));
const load = process.argv[2] === 'require' ? async (name) => require(name) : (name) => import(name);

const manifests = readdirSync('libs').map((lib) => JSON.parse(readFileSync(`libs/${lib}/package.json`, 'utf8')));
const entries = manifests.flatMap(({ name, exports }) =>
  Object.keys(exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => name + path.slice(1)),
);
const { MultitenancyError } = await load('@tenantry/core');
const report = {};
for (const entry of entries) {
  const exported = Object.entries(await load(entry)).filter(([key]) => key !== 'default' && key !== 'module.exports');
  const errors = exported.filter(([, value]) => extendsByName(value, 'MultitenancyError'));
  report[entry] = {
    names: exported.map(([key]) => key).sort(),
    errors: errors.length,
    foreign: errors.filter(([, value]) => !(value.prototype instanceof MultitenancyError)).map(([key]) => key),
  };
}
console.log(JSON.stringify(report));

/** Whether a class has a base class of that name, whichever copy of it. */
function extendsByName(value, name) {
  if (typeof value !== 'function') return false;
  for (let base = Object.getPrototypeOf(value); base?.name; base = Object.getPrototypeOf(base))
    if (base.name === name) return true;
  return false;
}
