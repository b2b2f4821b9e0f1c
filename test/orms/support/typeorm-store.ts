import { DataSource, EntitySchema } from 'typeorm';
import type { EntityManager } from 'typeorm';
import { eachInTransaction, NAME_TENANT } from './project-store.js';
import type { ConnectionSettings, Orm, Project, Projects } from './project-store.js';

/** The entity; without a schema, so that the connection says in which one its table is. */
export const ProjectEntity = new EntitySchema<Project>({
  name: 'project',
  columns: { id: { type: 'int', primary: true }, body: { type: 'text' } },
});

/** TypeORM, a data source for each tenant or one for all. */
export const typeOrmStore: Orm = {
  name: 'TypeORM',
  async open(settings) {
    const source = await connectedSource(settings);
    return {
      ...projectsIn(source.manager),
      transaction: (fn) => source.transaction((manager) => fn(projectsIn(manager))),
      close: () => source.destroy(),
    };
  },
  async share(settings) {
    const source = await connectedSource(settings);
    return {
      forTenant: (tenantId) =>
        eachInTransaction((fn) =>
          source.transaction(async (manager) => {
            await manager.query(NAME_TENANT, [tenantId]);
            return fn(projectsIn(manager));
          }),
        ),
      close: () => source.destroy(),
    };
  },
};

/** A data source that has connected. `extra` goes to the pool of `pg` as it is, with the check of each connection. */
export function connectedSource(settings: ConnectionSettings): Promise<DataSource> {
  return new DataSource({
    type: 'postgres',
    entities: [ProjectEntity],
    extra: settings,
    logging: false,
    poolErrorHandler: () => undefined,
  }).initialize();
}

function projectsIn(manager: EntityManager): Projects {
  const projects = manager.getRepository(ProjectEntity);
  return {
    create: async (project) => void (await projects.insert(project)),
    list: () => projects.find({ order: { id: 'asc' } }),
    find: (id) => projects.findOneBy({ id }),
    update: async ({ id, body }) => (await projects.update({ id }, { body })).affected === 1,
    remove: async (id) => (await projects.delete({ id })).affected === 1,
    execute: (text) => manager.query(text),
  };
}
