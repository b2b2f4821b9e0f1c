import { connect } from './server-database.js';
import { provisionDatabase } from './provision-database.js';

/**
 * Makes a PostgreSQL database ready for the application.
 *
 * @param adminUrl connects as the owner of the database, or as a superuser
 * @param url the application's
 * @returns the name of the application's role
 * @throws {@link DatabaseStartError}
 */
export function provisionServerDatabase(adminUrl: string | undefined, url: string | undefined): Promise<string> {
  return provisionDatabase(adminUrl, url, (each) => connect(each, 1));
}
