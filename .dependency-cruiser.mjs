const core = '^libs/core/src';
const specs = '\\.spec\\.ts$|apps/[^/]+/src/testing/';

/**
 * Folders of a package in layers. A folder imports from itself and from the layers before its own. A folder inside another
 * one that is named here has a layer of its own.
 */
const layers = {
  core: [
    ['errors'],
    ['kernel'],
    ['tenant'],
    ['observability'],
    ['observability/audit', 'http/responses', 'registry'],
    ['catalog'],
    ['resolution'],
    ['context'],
    ['observability/logging'],
    ['clients'],
    ['guards', 'http/answers', 'messages', 'sync'],
    ['http'],
    ['module'],
    ['testing'],
  ],
  observability: [['kernel'], ['health', 'logs', 'secrets', 'traces'], ['metrics']],
  postgres: [
    ['sql'],
    ['catalog', 'sync', 'policies', 'isolation/strategies'],
    ['attestation', 'lifecycle', 'migrations', 'isolation/placement'],
    ['isolation/moving', 'isolation'],
    ['testing'],
  ],
  identity: [['port'], ['passwords', 'permissions'], ['login', 'management'], ['sessions'], ['postgres'], ['testing']],
  traffic: [['errors'], ['kernel'], ['rates'], ['plans', 'cache', 'admission'], ['entry'], ['module']],
  services: [
    ['kernel', 'thread', 'author'],
    ['engine'],
    ['artifacts', 'capabilities'],
    ['nest', 'postgres'],
    ['testing'],
  ],
  secrets: [['port'], ['local', 'managers', 'rotation', 'vault']],
};

/** Paths of a folder without the folders inside it that have a layer of their own. */
const inside = (root, folder, all) => ({
  path: `${root}/${folder}/`,
  pathNot: all.filter((other) => other.startsWith(`${folder}/`)).map((other) => `${root}/${other}/`),
});

const layerRules = Object.entries(layers).flatMap(([lib, levels]) => {
  const root = `^libs/${lib}/src`;
  const all = levels.flat();
  return levels.flatMap((folders, index) =>
    folders.map((folder) => {
      const own = inside(root, folder, all);
      const later = all.filter((other) => other !== folder && !levels.slice(0, index).flat().includes(other));
      return {
        name: `${lib}-${folder.replace('/', '-')}`,
        comment: 'Dependencies between folders point one way; folders of one layer do not import each other.',
        severity: 'error',
        from: { path: own.path, pathNot: [...own.pathNot, specs] },
        to: { path: outside(root, later, all) },
      };
    }),
  );
});

/** A pattern for the files of some folders, without the folders inside them that are not among them. */
function outside(root, folders, all) {
  const patterns = folders.map((folder) => {
    const nested = all.filter((other) => other.startsWith(`${folder}/`)).map((other) => other.slice(folder.length + 1));
    return nested.length === 0 ? `${folder}/` : `${folder}/(?!(?:${nested.join('|')})/)`;
  });
  return patterns.length === 0 ? '^$' : `${root}/(?:${patterns.join('|')}|[^/]+$)`;
}

/** A new folder has its place in the order above before it has a file. */
const unknownFolders = Object.entries(layers).map(([lib, levels]) => ({
  name: `${lib}-unknown-folder`,
  severity: 'error',
  from: {
    path: `^libs/${lib}/src/[^/]+/`,
    pathNot: [`^libs/${lib}/src/(${levels.flat().join('|')})/`, specs],
  },
  to: {},
}));

export default {
  forbidden: [
    ...layerRules,
    ...unknownFolders,
    {
      name: 'core-index-is-last',
      comment: 'index.ts lists the public names; inside the package nobody imports it.',
      severity: 'error',
      from: { path: `${core}/`, pathNot: specs },
      to: { path: `${core}/(index|spi)\\.ts$` },
    },
    {
      name: 'core-module-is-second-last',
      comment: 'Only index.ts imports the module: it is where the parts are wired.',
      severity: 'error',
      from: { path: `${core}/`, pathNot: [`${core}/(index|spi)\\.ts$`, specs] },
      to: { path: `${core}/module/multitenancy\\.module\\.ts$` },
    },
    {
      name: 'registry-stands-alone',
      comment: 'The registry knows neither Nest, nor HTTP, nor the context.',
      severity: 'error',
      from: { path: `${core}/registry/`, pathNot: specs },
      to: { path: 'node_modules/|^(node:)?(http|http2|https|net|tls)$', pathNot: 'node_modules/@types/node/' },
    },
    {
      name: 'libs-know-no-app',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'core-knows-no-other-lib',
      severity: 'error',
      from: { path: '^libs/core/', pathNot: specs },
      to: { path: '^libs/(?!core/)' },
    },
    {
      name: 'entry-points-only',
      comment: 'Another package is imported by its name, which leads to its index.ts, or to that of its test helpers.',
      severity: 'error',
      from: { path: '^((?:apps|libs)/[^/]+)/' },
      to: {
        path: '^(?:apps|libs)/',
        pathNot: [
          '^$1/',
          '^(?:apps|libs)/[^/]+/src/(?:(?:author/|postgres/|testing/|bullmq/|microservices/|websockets/)?index|spi)\\.ts$',
        ],
      },
    },
    {
      name: 'sources-know-no-test',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: specs },
      to: { path: ['^test/', specs] },
    },
    {
      name: 'declared-dependencies-only',
      comment: 'What a source imports is a dependency or a peer of its own package, not a dev or undeclared one.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: specs },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '\\.d\\.ts$',
          'libs/services/src/author/index\\.ts$',
          '^test/types/',
          '^test/support/(global-(setup|teardown)|quiet-logs)\\.ts$',
          specs,
        ],
      },
      to: {},
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // They have packages of their own, which are installed when they are measured or tested.
    exclude: { path: '^test/(bench/http/peers|orms/prisma)/' },
    doNotFollow: { path: 'node_modules|/dist/' },
    tsConfig: { fileName: 'tsconfig.test.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
