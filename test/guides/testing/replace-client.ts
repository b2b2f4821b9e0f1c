import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { overrideTenantClient } from '@tenantry/testing';
import { CatsModule } from './cats.module.js'; // yours
import type { Cats } from './cats.module.js';

export async function cats(fake: Cats): Promise<TestingModule> {
  const builder = Test.createTestingModule({ imports: [CatsModule] });
  return overrideTenantClient(builder, 'cats').useValue(fake).compile();
}
