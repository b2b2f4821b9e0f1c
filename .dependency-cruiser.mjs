const core = '^libs/core/src';
const specs = '\\.spec\\.ts$|/testing/';

/** Rooms of a package. A room imports from the layers before its own, never from its own or a later one. */
const layers = {
  core: [
    ['kernel'],
    ['errors'],
    ['tenant'],
    ['observability'],
    ['audit'],
    ['context', 'resolution', 'registry'],
    ['clients', 'guards', 'answers', 'messages', 'transports', 'cleanup', 'loading', 'logging', 'nodes', 'shutdown'],
    ['diagnosis'],
  ],
  observability: [['kernel'], ['health', 'logs', 'secrets', 'traces'], ['metrics']],
  postgres: [
    ['sql'],
    ['catalog', 'nodes', 'policies', 'strategies'],
    ['attestation', 'isolation', 'lifecycle', 'migrations', 'placement'],
    ['moving'],
  ],
  secrets: [['port'], ['local', 'managers', 'rotation', 'vault']],
};

const roomRules = Object.entries(layers).flatMap(([lib, levels]) => {
  const root = `^libs/${lib}/src`;
  return levels.flatMap((rooms, index) =>
    rooms.map((room) => ({
      name: `${lib}-room-${room}`,
      comment: 'Dependencies between rooms point one way, and rooms of one layer meet through what is before them.',
      severity: 'error',
      from: { path: `${root}/${room}/`, pathNot: specs },
      to: { path: `${root}/`, pathNot: `${root}/(${[room, ...levels.slice(0, index).flat()].join('|')})/` },
    })),
  );
});

/** A new room has its place in the order above before it has a file. */
const unknownRooms = Object.entries(layers).map(([lib, levels]) => ({
  name: `${lib}-room-unknown`,
  severity: 'error',
  from: {
    path: `^libs/${lib}/src/[^/]+/`,
    pathNot: [`^libs/${lib}/src/(${levels.flat().join('|')})/`, specs],
  },
  to: {},
}));

export default {
  forbidden: [
    ...roomRules,
    ...unknownRooms,
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
      to: { path: `${core}/multitenancy\\.module\\.ts$` },
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
      from: { path: '^libs/core/' },
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
          '^(?:apps|libs)/[^/]+/src/(?:(?:testing/|bullmq/|microservices/|websockets/)?index|spi)\\.ts$',
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
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^test/support/global-(setup|teardown)\\.ts$', specs] },
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
