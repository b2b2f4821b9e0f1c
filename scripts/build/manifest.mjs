import { basename } from 'node:path';

const HOME = 'https://github.com/tenantry/tenantry';
const KEYWORDS = ['nestjs', 'nest', 'multi-tenancy', 'multitenancy', 'multi-tenant', 'saas', 'tenant'];
const FILES = ['dist', '!dist/**/.tsbuildinfo'];

/**
 * A manifest with both formats of each entry point in `exports`, `main`, `types` and `typesVersions` for resolvers that
 * read no `exports`, and the metadata of the registry page. Entry points are those of the `exports` that it has.
 */
export function normalized(folder, manifest) {
  const { name, version, description, license, type, engines, exports, main, types, typesVersions, files, ...rest } =
    manifest;
  const entries = Object.keys(exports).filter((key) => !key.endsWith('.json'));
  const subpaths = entries.filter((key) => key !== '.');
  return {
    name,
    version,
    description,
    keywords: [...new Set([...KEYWORDS, basename(folder), ...(manifest.keywords ?? [])])],
    homepage: `${HOME}#readme`,
    bugs: `${HOME}/issues`,
    repository: { type: 'git', url: `git+${HOME}.git`, directory: folder },
    license,
    type,
    engines,
    ...(entries.includes('.') && { main: './dist/cjs/index.js', types: './dist/cjs/index.d.ts' }),
    ...(subpaths.length > 0 && { typesVersions: { '*': Object.fromEntries(subpaths.map(declarationOf(exports))) } }),
    exports: {
      ...Object.fromEntries(entries.map((key) => [key, conditions(entryFile(exports[key]))])),
      './package.json': './package.json',
    },
    files: [...new Set([...FILES, ...files.filter((file) => !file.includes('tsbuildinfo'))])],
    publishConfig: { access: 'public' },
    ...withoutMetadata(rest),
  };
}

/** `dist/x/index.js` of an entry, whichever form it is written in. */
function entryFile(entry) {
  const file = entry.import?.default ?? entry.default ?? entry;
  return file.replace(/^\.\/dist\//, '').replace(/\.js$/, '');
}

function conditions(file) {
  return {
    import: { types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` },
    require: { types: `./dist/cjs/${file}.d.ts`, default: `./dist/cjs/${file}.js` },
  };
}

function declarationOf(exports) {
  return (key) => [key.slice(2), [`./dist/cjs/${entryFile(exports[key])}.d.ts`]];
}

function withoutMetadata({ keywords, homepage, bugs, repository, publishConfig, ...rest }) {
  return rest;
}
