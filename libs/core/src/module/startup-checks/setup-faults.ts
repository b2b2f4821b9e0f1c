import { declaredKinds } from '../../clients/client.decorators.js';
import { ClientDeclarations } from '../../clients/reach/client-declarations.js';
import { entryWrappersOf } from '../../clients/reach/entry-classes.js';
import { handlersOf } from '../../clients/reach/nest-graph.js';
import { kindOfRegistryToken } from '../../clients/tenant-client-tokens.js';
import { OptionsInvalidError } from '../../errors/usage.errors.js';
import type { DiagnosedApplication } from './checked-application.js';
import { assertOneFormat } from './loaded-formats.js';
import { assertEntitiesGuarded } from './unguarded-entities.js';
import { assertFieldsGuarded } from './unguarded-fields.js';
import { assertPeers } from './unsupported-peers.js';

/** Stops the start when the set-up is invalid. @throws `MT_OPTIONS_INVALID` naming what, and the remedy */
export function assertSetUp(application: DiagnosedApplication): void {
  assertOneFormat();
  assertPeers({ name: '@tenantry/core', url: import.meta.url, uses: ['@nestjs/schedule'] });
  assertOneRoot(application);
  assertRegistriesLive(application);
  assertKindsDeclared(application);
  assertFieldsGuarded(application);
  assertEntitiesGuarded(application);
}

function assertOneRoot({ modules, rootModule }: DiagnosedApplication): void {
  const count = [...modules.values()].filter(({ metatype }) => metatype === rootModule).length;
  if (count < 2) return;
  throw new OptionsInvalidError(
    'MultitenancyModule.forRoot',
    count,
    'once per application. Import it in one module, which serves all others, and only forFeature elsewhere',
  );
}

/** A registry for each request would make each client again and close none. */
function assertRegistriesLive({ modules }: DiagnosedApplication): void {
  for (const wrapper of [...modules.values()].flatMap(({ providers }) => [...providers.values()])) {
    const kind = kindOfRegistryToken(wrapper.token);
    if (kind === undefined || wrapper.isDependencyTreeStatic()) continue;
    const allowed = 'what lives as long as the application: inject nothing with Scope.REQUEST, nor what injects such';
    throw new OptionsInvalidError('MultitenancyModule.forFeatureAsync inject', kind, allowed);
  }
}

function assertKindsDeclared({ modules }: DiagnosedApplication): void {
  const declared = new Set(new ClientDeclarations(modules.values()).kinds);
  for (const { metatype } of [...modules.values()].flatMap(entryWrappersOf)) {
    const entry = metatype as { readonly name: string; readonly prototype: object };
    assertDeclared(entry.name, entry, declared);
    for (const handler of handlersOf(entry.prototype))
      assertDeclared(`${entry.name}.${handler.name}`, handler, declared);
  }
  for (const { metatype } of [...modules.values()].flatMap(({ injectables, providers, middlewares }) => [
    ...injectables.values(),
    ...providers.values(),
    ...middlewares.values(),
  ]))
    if (typeof metatype === 'function') assertDeclared(metatype.name, metatype, declared);
}

function assertDeclared(where: string, target: object, declared: ReadonlySet<string>): void {
  const asked = declaredKinds(target) ?? [];
  const missing = asked.find((kind) => !declared.has(kind));
  if (missing === undefined) return;
  const known = [...declared].map((kind) => `"${kind}"`).join(', ') || 'none';
  throw new OptionsInvalidError(
    `@UseTenantClients of ${where}`,
    missing,
    `a kind declared with MultitenancyModule.forFeature (declared: ${known})`,
  );
}
