import { namesOf } from './names.js';
import type { Names } from './names.js';
import { clientSource } from './templates/client.js';
import { provisionerSource } from './templates/provisioner.js';
import { resolverSource } from './templates/resolver.js';
import { createOnce } from './tree.js';
import type { Rule } from './tree.js';

/** Options of a generator. */
export interface GeneratorOptions {
  /** In kebab, camel or Pascal case: `mail-server`. */
  readonly name: string;
  /** Folder of the sources. Default `src`. */
  readonly sourceRoot?: string;
  /** Folder of the new file, in that of the sources. Default `tenancy`. */
  readonly path?: string;
}

/** A client kind: its class, and the module that declares it. @throws Error for a name that is none */
export function client(options: GeneratorOptions): Rule {
  return generate(options, 'client', clientSource);
}

/** A provisioner that sets one thing up for new tenants. @throws Error for a name that is none */
export function provisioner(options: GeneratorOptions): Rule {
  return generate(options, 'provisioner', provisionerSource);
}

/** A resolver that reads the tenant's identifier from one place of a request. @throws Error for a name that is none */
export function resolver(options: GeneratorOptions): Rule {
  return generate(options, 'resolver', resolverSource);
}

function generate(options: GeneratorOptions, role: string, source: (names: Names) => string): Rule {
  const { name, sourceRoot = 'src', path = 'tenancy' } = options;
  const names = namesOf(name);
  return (tree) => {
    createOnce(tree, `/${sourceRoot}/${path}/${names.kebab}.${role}.ts`, source(names));
    return tree;
  };
}
