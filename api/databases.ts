import { connectDatabase } from '../store/database';
import type { ApiDeps } from './deps';

/** How many connections all downloads of a process take together. */
const FILE_CONNECTIONS = 3;

/** The connections of an API process: those of everything that somebody waits for, and a few of the downloads' own. */
export const connectDatabases = (url: string): Pick<ApiDeps, 'db' | 'fileDb'> => ({
  db: connectDatabase(url),
  fileDb: connectDatabase(url, FILE_CONNECTIONS),
});
