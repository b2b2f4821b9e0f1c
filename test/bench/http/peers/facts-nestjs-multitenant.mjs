import { getRepositoryToken } from '@nestjs/typeorm';
import { Tenant, TOKEN_CONSTANTS } from 'nestjs-multitenant';
import { DataSource } from 'typeorm';
import { createFactsApp } from '../../peers/facts-app.mjs';
import { tenantIds } from '../tenants.mjs';
import { nest11 } from './nest11.mjs';
import { multiTenancy } from './nestjs-multitenant.mjs';

/** The module with TypeORM; the controller has `@InjectTenantDataSource()`. Clients are the tenants' data sources. */
export async function create({ tenants, database }) {
  const counts = countDataSources();
  const app = await createFactsApp(nest11('express'), {
    imports: multiTenancy({ adapter: 'express', database }),
    token: TOKEN_CONSTANTS.DATA_SOURCE,
    use: async (dataSource) => {
      await dataSource.query('select 1');
      return dataSource.options.schema.replace('tenant_', '');
    },
  });
  await app.init();
  const records = tenantIds(tenants).map((id) => ({
    code: `tenant_${id}`,
    name: id,
    entityConfig: { enabledEntities: [] },
  }));
  await app.get(getRepositoryToken(Tenant, 'admin'), { strict: false }).upsert(records, ['code']);
  counts.reset();
  return { app, counts: counts.read };
}

function countDataSources() {
  let [created, closed] = [0, 0];
  const { initialize, destroy } = DataSource.prototype;
  DataSource.prototype.initialize = async function () {
    const initialized = await initialize.call(this);
    created += 1;
    return initialized;
  };
  DataSource.prototype.destroy = function () {
    // The application's own two close as well; only the tenants' count.
    if (String(this.options.schema).startsWith('tenant_')) closed += 1;
    return destroy.call(this);
  };
  return { read: () => ({ created, closed }), reset: () => (created = 0) };
}
