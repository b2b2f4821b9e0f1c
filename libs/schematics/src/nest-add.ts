import { addToModule } from './add-to-module.js';
import { controllerSource } from './templates/controller.js';
import { exampleClientSource } from './templates/example-client.js';
import { isolationTestSource } from './templates/isolation-test.js';
import { tenancyModuleSource } from './templates/tenancy-module.js';
import type { TenancyChoices } from './templates/tenancy-module.js';
import { createOnce, importEnding, readText } from './tree.js';
import type { Rule } from './tree.js';

const RESOLVERS = ['host', 'path', 'host-and-path'] as const;
const CATALOGS = ['memory', 'postgres'] as const;

/** Options of `nest add @tenantry/core`. */
export interface NestAddOptions {
  /** Where a request names its tenant. Default `host`. */
  readonly resolver?: TenancyChoices['resolver'];
  /** Where tenants are recorded. Default `memory`. */
  readonly catalog?: TenancyChoices['catalog'];
  /** Folder of the sources. Default `src`. */
  readonly sourceRoot?: string;
  /** File of the root module, in that folder. Default `app.module.ts`. */
  readonly module?: string;
}

/**
 * Adds tenancy to an application: a module with resolver and catalog, an example client with a controller, a test that
 * tenants are kept apart, and the import in the root module. Files that exist are left as they are.
 *
 * @throws Error for a choice that does not exist, and where the root module is not found or has no `@Module({ ... })`
 */
export function nestAdd(options: NestAddOptions = {}): Rule {
  const { sourceRoot = 'src', module = 'app.module.ts' } = options;
  const choices: TenancyChoices = {
    resolver: chosen('resolver', options.resolver ?? 'host', RESOLVERS),
    catalog: chosen('catalog', options.catalog ?? 'memory', CATALOGS),
  };
  return (tree) => {
    const root = `/${sourceRoot}/${module}`;
    const source = readText(tree, root);
    const ending = importEnding(tree, source);
    const edited = addToModule(source, 'TenancyModule', `./tenancy/tenancy.module${ending}`);
    const folder = `/${sourceRoot}/tenancy`;
    createOnce(tree, `${folder}/tenancy.module.ts`, tenancyModuleSource(choices, ending));
    createOnce(tree, `${folder}/example.client.ts`, exampleClientSource());
    createOnce(tree, `${folder}/example.controller.ts`, controllerSource(choices, ending));
    createOnce(tree, `${folder}/tenancy.isolation.spec.ts`, isolationTestSource(choices, ending));
    if (edited !== source) tree.overwrite(root, edited);
    return tree;
  };
}

function chosen<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new Error(`--${option}=${value} is no choice. Choose ${allowed.join(', ')}.`);
  return found;
}
