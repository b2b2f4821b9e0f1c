import ts from 'typescript';

/**
 * Adds a module to the `imports` of the first class with `@Module({ ... })` in a source, and its import declaration.
 * A source that has it already is given back as it is.
 *
 * @param source text of the module's file
 * @param name class of the module to add
 * @param from specifier that it is imported from
 * @throws Error where the source has no such class, or `imports` is not written as a list
 */
export function addToModule(source: string, name: string, from: string): string {
  const file = ts.createSourceFile('module.ts', source, ts.ScriptTarget.Latest, true);
  const metadata = moduleMetadata(file);
  if (metadata === undefined) throw new Error('No class with @Module({ ... }) is here to add to.');
  const withModule = isListed(metadata, name) ? source : insert(source, importsInsertion(metadata, name));
  return isImported(file, name) ? withModule : insert(withModule, importInsertion(file, name, from));
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

function insert(source: string, { at, text }: Insertion): string {
  return source.slice(0, at) + text + source.slice(at);
}

function moduleMetadata(file: ts.SourceFile): ts.ObjectLiteralExpression | undefined {
  for (const statement of file.statements) {
    if (!ts.isClassDeclaration(statement)) continue;
    for (const { expression } of ts.getDecorators(statement) ?? []) {
      if (!ts.isCallExpression(expression) || expression.expression.getText() !== 'Module') continue;
      const [argument] = expression.arguments;
      if (argument !== undefined && ts.isObjectLiteralExpression(argument)) return argument;
    }
  }
  return undefined;
}

function importsOf(metadata: ts.ObjectLiteralExpression): ts.PropertyAssignment | undefined {
  return metadata.properties.find(
    (property): property is ts.PropertyAssignment =>
      ts.isPropertyAssignment(property) && property.name.getText() === 'imports',
  );
}

function isListed(metadata: ts.ObjectLiteralExpression, name: string): boolean {
  const list = importsOf(metadata)?.initializer;
  return (
    list !== undefined && ts.isArrayLiteralExpression(list) && list.elements.some((each) => each.getText() === name)
  );
}

function importsInsertion(metadata: ts.ObjectLiteralExpression, name: string): Insertion {
  const property = importsOf(metadata);
  if (property === undefined) return { at: metadata.getStart() + 1, text: `\n  imports: [${name}],` };
  const list = property.initializer;
  if (!ts.isArrayLiteralExpression(list)) throw new Error(`"imports" is no list. Add ${name} to it yourself.`);
  const last = list.elements.at(-1);
  return last === undefined ? { at: list.getEnd() - 1, text: name } : { at: last.getEnd(), text: `, ${name}` };
}

function importDeclarations(file: ts.SourceFile): ts.ImportDeclaration[] {
  return file.statements.filter((statement) => ts.isImportDeclaration(statement));
}

function isImported(file: ts.SourceFile, name: string): boolean {
  return importDeclarations(file).some(({ importClause }) => {
    const bindings = importClause?.namedBindings;
    return (
      bindings !== undefined && ts.isNamedImports(bindings) && bindings.elements.some((each) => each.name.text === name)
    );
  });
}

/** After the last import: the class stands behind it, so an insertion there moves nothing that was found before. */
function importInsertion(file: ts.SourceFile, name: string, from: string): Insertion {
  const last = importDeclarations(file).at(-1);
  const line = `import { ${name} } from '${from}';`;
  return last === undefined ? { at: 0, text: `${line}\n` } : { at: last.getEnd(), text: `\n${line}` };
}
