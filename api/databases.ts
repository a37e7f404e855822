import { connectDatabase } from '../store/database';
import type { ApiDeps } from './deps';

/** How many connections all downloads of a process take together. */
const FILE_CONNECTIONS = 3;

/** And all tables that are exported. */
const TABLE_CONNECTIONS = 2;

/**
 * The connections of an API process: those of everything that somebody waits for, and a few of their own for downloads
 * and for tables.
 */
export const connectDatabases = (url: string): Pick<ApiDeps, 'db' | 'fileDb' | 'tableDb'> => ({
  db: connectDatabase(url),
  fileDb: connectDatabase(url, FILE_CONNECTIONS),
  tableDb: connectDatabase(url, TABLE_CONNECTIONS),
});
