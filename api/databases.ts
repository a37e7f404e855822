import { CONNECTIONS, connectDatabase } from '../store/database';
import type { ApiDeps } from './deps';

/**
 * The connections of an API process: those of everything that somebody waits for, and a few of their own for downloads
 * and for tables.
 */
export const connectDatabases = (url: string): Pick<ApiDeps, 'db' | 'fileDb' | 'tableDb'> => ({
  db: connectDatabase(url),
  fileDb: connectDatabase(url, CONNECTIONS.downloads),
  tableDb: connectDatabase(url, CONNECTIONS.tables),
});
