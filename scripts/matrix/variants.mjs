/** What an application of the matrix has otherwise than `nest new` makes it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function useFastify(cwd) {
  edit(cwd, 'src/main.ts', [
    [/^/, "import { FastifyAdapter } from '@nestjs/platform-fastify';\n"],
    ['NestFactory.create(AppModule)', 'NestFactory.create(AppModule, new FastifyAdapter())'],
  ]);
}

/** The application's own service injects what the library uses inside: both must be one class. */
export function injectCls(cwd) {
  edit(cwd, 'src/tenancy/example.controller.ts', [
    [/^/, "import { ClsService } from 'nestjs-cls';\n"],
    [
      'private readonly context: TenantContext,',
      'private readonly context: TenantContext,\n    private readonly cls: ClsService,',
    ],
    ['tenant: this.context.tenant.id', "tenant: this.cls.isActive() ? this.context.tenant.id : 'no store'"],
  ]);
}

export function useBuilder(cwd, builder) {
  edit(cwd, 'nest-cli.json', [['"deleteOutDir": true', `"deleteOutDir": true, "builder": "${builder}"`]]);
}

/** Jest in place of Vitest, with the configuration of `docs/guides/testing.md`. */
export function useJest(cwd) {
  const guide = readFileSync('docs/guides/testing.md', 'utf8');
  const [, config] = /^\/\/ jest\.config\.mjs\n([\s\S]*?)^```/m.exec(guide) ?? [];
  if (config === undefined) throw new Error('docs/guides/testing.md has no jest.config.mjs.');
  writeFileSync(join(cwd, 'jest.config.mjs'), config);
  rmSync(join(cwd, 'vitest.config.ts'));
  edit(cwd, 'package.json', [
    ['"test": "vitest run"', '"test": "node --experimental-vm-modules node_modules/jest/bin/jest.js"'],
  ]);
}

function edit(cwd, file, replacements) {
  const path = join(cwd, file);
  const before = readFileSync(path, 'utf8');
  const after = replacements.reduce((text, [from, to]) => text.replace(from, to), before);
  if (after === before) throw new Error(`${file} has nothing of what should be replaced.`);
  writeFileSync(path, after);
}
