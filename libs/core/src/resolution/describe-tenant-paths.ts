import { PathPrefix } from './path-prefix.js';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

interface Parameter {
  readonly name?: unknown;
  readonly in?: unknown;
}

interface Operation {
  readonly parameters?: readonly unknown[];
  readonly operationId?: string;
}

type PathItem = Operation & Partial<Record<(typeof METHODS)[number], Operation>>;

/** The part of an OpenAPI document that matters here; `SwaggerModule.createDocument` gives one. */
export interface OpenApiPaths {
  readonly paths: Readonly<Record<string, object>>;
}

/** Options of {@link describeTenantPaths}. */
export interface TenantPathsOptions {
  /** As of `fromPath`. Default `t`. */
  readonly prefix?: string;
  /**
   * What stays where a route is served by host (`/projects`) and by path (`/t/{domain}/projects`): `path` (default) or `host`
   * lists it once, `both` twice.
   */
  readonly keep?: 'path' | 'host' | 'both';
  /** What the parameter is said to be. */
  readonly description?: string;
}

/**
 * Completes an OpenAPI document for routes below a tenant's path: declares the path parameter that no handler reads, and lists
 * a route once that is served by host and by path.
 *
 * @returns a new document; the one that was given stays as it is
 * @throws `MT_OPTIONS_INVALID` when the prefix is malformed
 */
export function describeTenantPaths<T extends OpenApiPaths>(document: T, options: TenantPathsOptions = {}): T {
  const { keep = 'path', prefix: text = 't' } = options;
  const prefix = new PathPrefix('describeTenantPaths.prefix', text).text.split('/');
  const items = new Map<string, PathItem>(Object.entries(document.paths));
  for (const [path, item] of [...items]) {
    const tenantPath = tenantPathOf(path, prefix);
    if (tenantPath === null) continue;
    items.set(path, withParameter(item, tenantPath.parameter, options.description));
    if (keep === 'both' || !items.has(tenantPath.plain)) continue;
    const [kept, dropped] = keep === 'path' ? [path, tenantPath.plain] : [tenantPath.plain, path];
    items.set(kept, withPlainIds(items.get(kept) as PathItem));
    items.delete(dropped);
  }
  return { ...document, paths: Object.fromEntries(items) };
}

/** The name of the parameter behind the prefix, and the path of the same route by host. */
function tenantPathOf(path: string, prefix: readonly string[]): { parameter: string; plain: string } | null {
  const segments = path.split('/').slice(1);
  const fits = prefix.every((segment, index) => segment === '*' || segment === segments[index]);
  const parameter = /^\{([^}]+)\}$/.exec(segments[prefix.length] ?? '')?.[1];
  if (!fits || parameter === undefined) return null;
  const rest = [...segments.slice(0, prefix.length - 1), ...segments.slice(prefix.length + 1)];
  return { parameter, plain: `/${rest.join('/')}` };
}

function withParameter(item: PathItem, name: string, description = "The tenant's domain, alias or id"): PathItem {
  const isDeclared = ({ parameters = [] }: Operation): boolean =>
    parameters.some((each) => (each as Parameter).name === name && (each as Parameter).in === 'path');
  if (isDeclared(item)) return item;
  const parameter = { name, in: 'path', required: true, description, schema: { type: 'string' } };
  const add = (operation: Operation): Operation =>
    isDeclared(operation) ? operation : { ...operation, parameters: [parameter, ...(operation.parameters ?? [])] };
  return mapOperations(item, add);
}

/** Nest numbers the operations of a controller with several paths, `list[1]`; a route that is listed once needs no number. */
function withPlainIds(item: PathItem): PathItem {
  return mapOperations(item, (operation) =>
    operation.operationId === undefined
      ? operation
      : { ...operation, operationId: operation.operationId.replace(/\[\d+\]$/, '') },
  );
}

function mapOperations(item: PathItem, change: (operation: Operation) => Operation): PathItem {
  const changed = METHODS.flatMap((method) => {
    const operation = item[method];
    return operation === undefined ? [] : [[method, change(operation)] as const];
  });
  return { ...item, ...Object.fromEntries(changed) };
}
