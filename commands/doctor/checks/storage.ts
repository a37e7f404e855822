import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { connectObjectStore } from '../../../platform/object-store';
import { ObjectStoreError } from '../../../platform/object-store-error';
import { newestInStorage } from '../../../store/catalogue/files';
import { type Check, type Finding, ok, problem, warning } from '../finding';
import type { Site } from '../site';

export const storage: Check[] = [
  { id: 'files', group: 'At work', needs: ['schema'], look: files },
  { id: 'disk', group: 'At work', look: disk },
];

const FIX = 'See FILES_S3_ENDPOINT, FILES_S3_BUCKET, FILES_S3_REGION and what its key is allowed (docs/going-live.md).';

/** The file that was stored last is looked for: that takes the address, the bucket and the key. Nothing is written. */
async function files(site: Site): Promise<Finding> {
  const newest = await newestInStorage(site.db);
  const store = connectObjectStore(site.storageEnv);
  const where = site.get('FILES_S3_ENDPOINT') ?? '';
  if (store === null)
    return newest === null
      ? ok('Files of digital products are kept in the database.')
      : problem(
          'Files of digital products are in storage that is no longer configured: nobody can download them.',
          'Set FILES_S3_ENDPOINT, FILES_S3_BUCKET, FILES_S3_KEY_ID and FILES_S3_SECRET again.',
        );
  if (newest === null) return ok(`New files will be kept at ${where}; none is there yet, so it has not been tried.`);
  try {
    await store.check(newest);
    return ok(`The newest file is where it should be, at ${where}.`);
  } catch (error) {
    if (!(error instanceof ObjectStoreError)) throw error;
    if (error.fault === 'refused')
      return problem(`${where} refuses us (${error.code}): no file can be downloaded.`, FIX);
    if (error.fault === 'away')
      return problem(`${where} does not answer (${error.code}): no file can be downloaded.`, FIX);
    return problem(
      `The newest file is ${error.fault === 'missing' ? 'missing' : 'another one than was uploaded'} at ${where}.`,
      'Upload it again (PUT /admin/products/{sku}/file), or restore the object in the bucket as it was.',
    );
  }
}

const MIB = 1024 * 1024;
/** PostgreSQL stops when its disk is full, and needs room for what it is just doing. */
const LEAST_FREE = { problem: 256 * MIB, warning: 2048 * MIB };

/** The disk that the parts of `npm start` write to. The API and the worker write nothing. */
async function disk(site: Site): Promise<Finding> {
  const folder = site.source.DATA_DIR || '.data';
  if (!existsSync(folder)) return ok('Nothing is kept on this machine’s disk: watch that of PostgreSQL where it runs.');
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const says = `${Math.floor(free / MIB)} MiB are free where ${folder} is.`;
  const todo = 'Free some, or move DATA_DIR: PostgreSQL and Temporal stop when it is full.';
  if (free < LEAST_FREE.problem) return problem(says, todo);
  return free < LEAST_FREE.warning ? warning(says, todo) : ok(says);
}
