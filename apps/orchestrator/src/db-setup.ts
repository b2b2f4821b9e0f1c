import { provisionServerDatabase } from './database/provision-server-database.js';
import { reportStartFailure } from './start-failure.js';

/** `npm run db:setup`: makes a PostgreSQL database ready for the application, with the rights of an administrator. */
async function main(): Promise<void> {
  const { ADMIN_DATABASE_URL, DATABASE_URL } = process.env;
  const role = await provisionServerDatabase(ADMIN_DATABASE_URL, DATABASE_URL);
  process.stdout.write(`The database is ready. The application connects as ${role}.\n`);
}

main().catch(reportStartFailure);
