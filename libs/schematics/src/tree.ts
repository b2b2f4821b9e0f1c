/** The files of an application: the part of the devkit's `Tree` that is used here, so that the devkit is no dependency. */
export interface Tree {
  exists(path: string): boolean;
  /** `null` where there is no such file. */
  read(path: string): { toString(): string } | null;
  create(path: string, content: string): void;
  overwrite(path: string, content: string): void;
}

/** What a generator gives: a change of the files. */
export type Rule = (tree: Tree) => Tree;

/** Creates a file; one that exists is left as it is. */
export function createOnce(tree: Tree, path: string, content: string): void {
  if (!tree.exists(path)) tree.create(path, content);
}

/** The text of a file. @throws Error naming the file that is missing */
export function readText(tree: Tree, path: string): string {
  const content = tree.read(path);
  if (content === null) throw new Error(`There is no file ${path}. Name it with --sourceRoot and --module.`);
  return content.toString();
}

/**
 * The ending of relative imports: that of the first one in the source of the root module, such as `.ts`. Without any it is
 * `.js` in an application of ES modules, none in one of CommonJS.
 */
export function importEnding(tree: Tree, source: string): string {
  const relative = /from\s+['"]\.{1,2}\/[^'"]*?(\.[cm]?[jt]s)?['"]/.exec(source);
  if (relative !== null) return relative[1] ?? '';
  const manifest = JSON.parse(readText(tree, '/package.json')) as { readonly type?: string };
  return manifest.type === 'module' ? '.js' : '';
}
