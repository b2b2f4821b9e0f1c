import { BaseEntity, Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { DataSource, ObjectLiteral, ObjectType, Repository } from 'typeorm';

let current: DataSource | undefined;

/** Once, at the start: `useTenantDataSource(app.get(getTenantClientToken('db')))`. The injected client follows the tenant. */
export function useTenantDataSource(injected: DataSource): void {
  current = injected;
}

/** In place of TypeORM's `BaseEntity`: every active record asks the current tenant's data source. */
export abstract class TenantEntity extends BaseEntity {
  static override useDataSource(): void {
    // `DataSource.initialize()` would bind the class to the data source that was made last.
  }

  static override getRepository<T extends ObjectLiteral>(this: ObjectType<T>): Repository<T> {
    if (current === undefined) throw new Error('Call useTenantDataSource() at the start.');
    return current.getRepository<T>(this);
  }
}

@Entity('note')
export class TenantNote extends TenantEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  text!: string;
}
