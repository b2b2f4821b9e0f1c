import ts from 'typescript';
import { addToModule } from './add-to-module.js';
import { client, provisioner, resolver } from './generators.js';
import { nestAdd } from './nest-add.js';
import type { NestAddOptions } from './nest-add.js';
import type { Rule, Tree } from './tree.js';

const ROOT = `import { Module } from '@nestjs/common';
import { AppController } from './app.controller';

@Module({
  imports: [],
  controllers: [AppController],
})
export class AppModule {}
`;

/** The files of a generated application, by path. */
class MemoryTree implements Tree {
  readonly files: Map<string, string>;

  constructor(type: 'commonjs' | 'module') {
    const controller = `import { Controller } from '@nestjs/common';\n@Controller()\nexport class AppController {}\n`;
    const root = type === 'module' ? ROOT.replace('app.controller', 'app.controller.js') : ROOT;
    this.files = new Map([
      ['/package.json', JSON.stringify({ type })],
      ['/src/app.module.ts', root],
      ['/src/app.controller.ts', controller],
    ]);
  }

  exists(path: string): boolean {
    return this.files.has(path);
  }

  read(path: string): string | null {
    return this.files.get(path) ?? null;
  }

  create(path: string, content: string): void {
    if (this.files.has(path)) throw new Error(`${path} exists`);
    this.files.set(path, content);
  }

  overwrite(path: string, content: string): void {
    this.files.set(path, content);
  }
}

function after(rule: Rule, type: 'commonjs' | 'module' = 'module'): MemoryTree {
  const tree = new MemoryTree(type);
  rule(tree);
  return tree;
}

describe('nest add @tenantry/core', () => {
  it('creates a module, a client, a controller and a test, and imports the module in the root module', () => {
    const { files } = after(nestAdd(), 'commonjs');
    expect([...files.keys()].filter((file) => file.includes('tenancy'))).toEqual([
      '/src/tenancy/tenancy.module.ts',
      '/src/tenancy/example.client.ts',
      '/src/tenancy/example.controller.ts',
      '/src/tenancy/tenancy.isolation.spec.ts',
    ]);
    expect(files.get('/src/app.module.ts')).toContain('imports: [TenancyModule],');
    expect(files.get('/src/app.module.ts')).toContain(`import { TenancyModule } from './tenancy/tenancy.module';`);
  });

  it('writes imports with the file ending in an application of ES modules', () => {
    expect(after(nestAdd()).files.get('/src/app.module.ts')).toContain(`'./tenancy/tenancy.module.js'`);
  });

  it('writes imports with the ending that the root module uses, and by the kind of the package where it has no such import', () => {
    const rootOf = (source: string): string | undefined => {
      const tree = new MemoryTree('module');
      tree.overwrite('/src/app.module.ts', source);
      return nestAdd()(tree).read('/src/app.module.ts')?.toString();
    };
    expect(rootOf(ROOT.replace('app.controller', 'app.controller.ts'))).toContain(`'./tenancy/tenancy.module.ts'`);
    expect(rootOf(ROOT)).toContain(`'./tenancy/tenancy.module'`);
    expect(rootOf(ROOT.replace(/^.*app.controller';\n/m, ''))).toContain(`'./tenancy/tenancy.module.js'`);
  });

  it('changes nothing when it runs again, also where its files were edited', () => {
    const tree = after(nestAdd());
    tree.overwrite('/src/tenancy/example.client.ts', '// mine');
    const before = new Map(tree.files);
    nestAdd({ resolver: 'path' })(tree);
    expect(tree.files).toEqual(before);
  });

  it.each([
    [{ resolver: 'cookie' }, '--resolver=cookie'],
    [{ catalog: 'redis' }, '--catalog=redis'],
  ])('refuses the choice %j by name', (options, message) => {
    expect(() => nestAdd(options as unknown as NestAddOptions)).toThrow(message);
  });

  it('names the root module that it does not find, and creates nothing', () => {
    const tree = new MemoryTree('module');
    const before = new Map(tree.files);
    expect(() => nestAdd({ module: 'main.module.ts' })(tree)).toThrow('/src/main.module.ts');
    expect(tree.files).toEqual(before);
  });
});

describe('the import in a module', () => {
  it.each([
    ['an empty list', '{ imports: [] }', 'imports: [Added]'],
    ['a list', '{ imports: [A, B()] }', 'imports: [A, B(), Added]'],
    ['a list with a comma at its end', '{ imports: [A, B(),] }', 'imports: [A, B(), Added,]'],
    ['no list', '{ providers: [] }', 'imports: [Added],'],
    ['nothing', '{}', 'imports: [Added],'],
  ])('is added to %s', (_what, metadata, expected) => {
    const edited = addToModule(`import { Module } from 'x';\n@Module(${metadata})\nclass M {}\n`, 'Added', './added');
    expect(edited).toContain(expected);
    expect(edited).toContain(`import { Added } from './added';`);
    expect(addToModule(edited, 'Added', './added')).toBe(edited);
  });

  it('is refused where the list is an expression, or there is no module', () => {
    expect(() => addToModule('@Module({ imports: all() })\nclass M {}', 'Added', './added')).toThrow('is no list');
    expect(() => addToModule('class M {}', 'Added', './added')).toThrow('No class with @Module');
  });
});

describe('generators', () => {
  it('name files and classes after the name in any case', () => {
    const { files } = after(client({ name: 'MailServer' }));
    expect(files.get('/src/tenancy/mail-server.client.ts')).toContain('class MailServerClient');
  });

  it.each(['', '9lives', 'a/b', '../up'])('refuse the name "%s"', (name) => {
    expect(() => resolver({ name })).toThrow('is no name');
  });
});

describe('everything that is generated', () => {
  const choices = (['host', 'path', 'host-and-path'] as const).flatMap((resolver) =>
    (['memory', 'postgres'] as const).map((catalog) => ({ resolver, catalog })),
  );

  it('compiles against the packages as they are', () => {
    const files = choices.flatMap((options, index) => sourcesOf(nestAdd(options), `app${index}`));
    for (const rule of [client({ name: 'a-b' }), provisioner({ name: 'a-b' }), resolver({ name: 'a-b' })])
      files.push(...sourcesOf(rule, 'generated'));
    expect(problemsOf(new Map(files))).toEqual([]);
  }, 120_000);
});

/** Sources by absolute path, in a folder of the project that does not exist. */
function sourcesOf(rule: Rule, folder: string): [string, string][] {
  const files = [...after(rule).files].filter(([file]) => file.endsWith('.ts'));
  return files.map(([file, text]) => [`${process.cwd()}/test/generated/${folder}${file}`, text]);
}

function problemsOf(files: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile('tsconfig.test.json', (file) => ts.sys.readFile(file)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, process.cwd());
  const host = ts.createCompilerHost({ ...options, noPropertyAccessFromIndexSignature: false });
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file) ?? readFile(file);
  delete host.directoryExists;
  host.getSourceFile = (file, ...rest) => {
    const text = files.get(file);
    return text === undefined
      ? getSourceFile(file, ...rest)
      : ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  };
  const program = ts.createProgram([...files.keys()], { ...options, noPropertyAccessFromIndexSignature: false }, host);
  const problems = [...files.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  return problems.map(
    ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
  );
}
