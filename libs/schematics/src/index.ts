export { client, provisioner, resolver } from './generators.js';
export type { GeneratorOptions } from './generators.js';
export { nestAdd } from './nest-add.js';
export type { NestAddOptions } from './nest-add.js';
export type { Rule, Tree } from './tree.js';
