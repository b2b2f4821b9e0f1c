import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import type { SqlDatabase } from '@tenantry/postgres';
import { DATABASE } from '../database/database.module.js';
import { Seeder } from '../seed/seeder.js';

/** Whether this process should get requests: the database answers and is filled, and the application is not shutting down. */
@Injectable()
export class Readiness implements OnModuleDestroy {
  readonly #database: SqlDatabase;
  readonly #seeder: Seeder;
  #shuttingDown = false;

  constructor(@Inject(DATABASE) database: SqlDatabase, seeder: Seeder) {
    this.#database = database;
    this.#seeder = seeder;
  }

  /** Checks. Never throws. */
  async isReady(): Promise<boolean> {
    if (this.#shuttingDown || !this.#seeder.isDone) return false;
    return this.#database.query('select 1').then(
      () => !this.#shuttingDown,
      () => false,
    );
  }

  /** Says no from the first step of the shutdown on, while requests in flight are still answered. */
  onModuleDestroy(): void {
    this.#shuttingDown = true;
  }
}
