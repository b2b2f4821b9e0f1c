import { describeOrms } from './orm.contract.js';
import { drizzleStore } from './support/drizzle-store.js';
import { kyselyStore } from './support/kysely-store.js';
import { mikroOrmStore } from './support/mikro-orm-store.js';
import { pgStore } from './support/pg-store.js';
import { typeOrmStore } from './support/typeorm-store.js';

describeOrms([pgStore, kyselyStore, drizzleStore, typeOrmStore, mikroOrmStore]);
