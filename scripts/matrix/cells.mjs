/**
 * What is tried: applications as the Nest CLI generates them, and on each of them what is checked with which Node.
 * `quick` marks what `npm run matrix -- --quick` runs, on one Node.
 */
/** `@tenantry/core` brings its generators along. */
const CORE = ['core', 'schematics'];
/** What the other packages ask for, for Nest 11. */
const PEERS_11 = [
  '@nestjs/microservices@11',
  '@nestjs/websockets@11',
  '@nestjs/platform-socket.io@11',
  '@nestjs/bullmq@11',
  'bullmq@5',
  'pg',
];
const NODES = [20, 22, 24, 26];
const TYPESCRIPTS = ['5.5', '5.7'];
const RESOLUTIONS = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'commonjs', moduleResolution: 'node10' },
];

export const APPLICATIONS = [
  {
    name: 'nest11-express',
    nest: 11,
    packages: 'all',
    install: [
      ...PEERS_11,
      'nestjs-cls@6',
      ...TYPESCRIPTS.map((version) => `typescript-${version}@npm:typescript@${version}`),
    ],
    quick: true,
    checks: [
      ...NODES.map((node) => ({ kind: 'test', node, quick: node === 20 })),
      ...NODES.map((node) => ({ kind: 'ask', node, quick: node === 20 })),
      ...TYPESCRIPTS.flatMap((version) =>
        RESOLUTIONS.map((options) => ({ kind: 'types', version, options, node: 20 })),
      ),
    ],
  },
  {
    name: 'nest11-fastify',
    nest: 11,
    packages: CORE,
    install: ['@nestjs/platform-fastify@11', 'nestjs-cls@6'],
    fastify: true,
    checks: [20, 24].map((node) => ({ kind: 'ask', node })),
  },
  ...[true, false].map((injectsCls) => ({
    name: injectsCls ? 'nest11-cls7-injected' : 'nest11-cls7',
    nest: 11,
    packages: CORE,
    install: ['nestjs-cls@7'],
    injectsCls,
    checks: [22, 24, 26].flatMap((node) => ['test', 'ask'].map((kind) => ({ kind, node }))),
  })),
  {
    name: 'nest12-express',
    nest: 12,
    packages: [...CORE, 'transports'],
    install: ['nestjs-cls@6', '@nestjs/microservices@12'],
    quick: true,
    checks: NODES.flatMap((node) => ['test', 'ask'].map((kind) => ({ kind, node, quick: node === 20 }))),
  },
  {
    name: 'nest12-fastify',
    nest: 12,
    packages: CORE,
    install: ['@nestjs/platform-fastify@12', 'nestjs-cls@6'],
    fastify: true,
    checks: [20, 24].map((node) => ({ kind: 'ask', node })),
  },
  {
    // Jest cannot load nestjs-cls 6, which is CommonJS and requires Nest 12, which is not.
    name: 'nest12-jest',
    nest: 12,
    packages: [...CORE, 'transports'],
    install: ['nestjs-cls@7', '@nestjs/microservices@12', 'jest@30', '@types/jest@30', '@swc/core', '@swc/jest'],
    jest: true,
    checks: [22, 24, 26].map((node) => ({ kind: 'jest', node })),
  },
  ...[
    ['swc', ['@swc/core', '@swc/cli']],
    ['rspack', ['@rspack/core', 'webpack-node-externals', 'tsconfig-paths-webpack-plugin', 'ts-checker-rspack-plugin']],
  ].map(([builder, install]) => ({
    name: `nest12-${builder}`,
    nest: 12,
    packages: CORE,
    install: ['nestjs-cls@6', ...install],
    builder,
    checks: [{ kind: 'ask', node: 24 }],
  })),
  {
    name: 'nest12-esbuild',
    nest: 12,
    packages: CORE,
    install: ['nestjs-cls@6', 'esbuild'],
    checks: [{ kind: 'askBundle', node: 24 }],
  },
];
