import { Inject, Injectable } from '@nestjs/common';
import { TenantHealth } from '@tenantry/observability';
import type { SqlDatabase } from '@tenantry/postgres';
import { DATABASE } from '../database/database.module.js';
import { Seeder } from '../seed/seeder.js';

/**
 * Whether this process should get requests: the database answers and is filled, the catalog answers, changes of tenants arrive, and
 * the application is not shutting down.
 */
@Injectable()
export class Readiness {
  readonly #database: SqlDatabase;
  readonly #seeder: Seeder;
  readonly #health: TenantHealth;

  constructor(@Inject(DATABASE) database: SqlDatabase, seeder: Seeder, health: TenantHealth) {
    this.#database = database;
    this.#seeder = seeder;
    this.#health = health;
  }

  /** Checks. Never throws. */
  async isReady(): Promise<boolean> {
    if (!this.#seeder.isDone || !(await this.#databaseAnswers())) return false;
    return (await this.#health.ready()).status === 'up';
  }

  #databaseAnswers(): Promise<boolean> {
    return this.#database.query('select 1').then(
      () => true,
      () => false,
    );
  }
}
