import { BaseEntity, Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { DataSource } from 'typeorm';

let current: DataSource | undefined;

/** Before the application listens: `useTenantDataSource(app.get(getTenantClientToken('db')))`. The injected client follows the tenant. */
export function useTenantDataSource(injected: DataSource): void {
  current = injected;
}

/** In place of TypeORM's `BaseEntity`: every active record asks the current tenant's data source. */
export abstract class TenantEntity extends BaseEntity {
  /** `DataSource.initialize()` calls it with the data source that was made last, which is one tenant's. */
  static override useDataSource(): void {
    if (current !== undefined) super.useDataSource(current);
  }
}

@Entity('note')
export class TenantNote extends TenantEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  text!: string;
}
