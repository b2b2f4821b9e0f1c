export { describeSqlDatabase } from './sql-database.contract.js';
