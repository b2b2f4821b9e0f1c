import { connect } from './server-database.js';
import { setUpDatabase } from './set-up-database.js';

/**
 * Makes a PostgreSQL database ready for the application.
 *
 * @param adminUrl connects as the owner of the database, or as a superuser
 * @param url the application's
 * @returns the name of the application's role
 * @throws {@link DatabaseStartError}
 */
export function setUpServerDatabase(adminUrl: string | undefined, url: string | undefined): Promise<string> {
  return setUpDatabase(adminUrl, url, (each) => connect(each, 1));
}
