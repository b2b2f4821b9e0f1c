import type { FactoryProvider } from '@nestjs/common';
import { ScopeHooks } from '../context/scope-hooks.js';
import { EntrySteps } from '../http/entry-steps.js';
import { OPEN_SCOPES } from './open-scopes.provider.js';
import { MULTITENANCY_OPTIONS } from './multitenancy.tokens.js';
import type { ResolvedMultitenancyOptions } from './resolve-options.js';

/** The open scopes, and what runs when one opens. */
export const SCOPE_PROVIDERS: FactoryProvider[] = [
  {
    provide: ScopeHooks,
    inject: [MULTITENANCY_OPTIONS],
    useFactory: ({ clock }: ResolvedMultitenancyOptions) => new ScopeHooks(clock),
  },
  {
    provide: EntrySteps,
    inject: [MULTITENANCY_OPTIONS],
    useFactory: ({ clock }: ResolvedMultitenancyOptions) => new EntrySteps(clock),
  },
  OPEN_SCOPES,
];
