import { type AlarmCause, FILE_CAUSES, type FileCause } from '../../domain/fault';
import type { ObjectStore, StoredObject } from '../../platform/object-store';
import { type ObjectFault, ObjectStoreError } from '../../platform/object-store-error';
import { claimProbe, noteRefused, openAlarms, resolveAlarms } from '../../store/alarms/alarms';
import { findFile, newestInStorage } from '../../store/catalogue/files';
import type { ApiDeps } from '../deps';

/** What an operation on storage for files needs. */
export type FileDeps = Pick<ApiDeps, 'objects' | 'watch' | 'log'>;

/** Whose fault it is: of one product's file, or of storage as a whole. */
const CAUSES: Record<ObjectFault, FileCause> = {
  missing: 'file_lost',
  changed: 'file_lost',
  refused: 'files_refused',
  away: 'files_down',
};

/**
 * Does something with a product's file in storage, and raises or ends the alarm about it.
 * @throws `ObjectStoreError`
 */
export async function watched<T>({ watch, log }: FileDeps, sku: string, work: () => Promise<T>): Promise<T> {
  try {
    const done = await work();
    watch.worked(['files_refused', 'files_down']);
    watch.worked(['file_lost'], sku);
    return done;
  } catch (error) {
    if (error instanceof ObjectStoreError) {
      const cause = CAUSES[error.fault];
      log.error({ err: error, sku, cause }, 'storage for files');
      await watch.refused(cause, cause === 'file_lost' ? sku : '');
    }
    throw error;
  }
}

/** The least time between two looks of the whole fleet. Each process wants to look every minute. */
const PROBE_EVERY_MS = 45_000;

/**
 * Looks again at what storage has refused or not answered: ends the alarms that are over, also those that another
 * process has raised. One process looks for all of them. Costs one small query while nothing is wrong.
 */
export async function tendFileAlarms({ db, objects, clock }: Pick<ApiDeps, 'db' | 'objects' | 'clock'>): Promise<void> {
  for (const { cause, subject } of await openAlarms(db)) {
    if (!isOfFiles(cause)) continue;
    const now = clock.now();
    const at = new Date(now);
    if (!(await claimProbe(db, { cause, subject, before: new Date(now - PROBE_EVERY_MS), at }))) continue;
    const object = cause === 'file_lost' ? (await findFile(db, { sku: subject }))?.object : await newestInStorage(db);
    const found = object ? await faultOf(objects, object) : null;
    if (isOver(cause, found)) await resolveAlarms(db, { causes: [cause], subject, at });
    else if (found !== null && CAUSES[found] === cause) await noteRefused(db, { cause, subject, at });
  }
}

const isOfFiles = (cause: AlarmCause): cause is FileCause => (FILE_CAUSES as readonly string[]).includes(cause);

async function faultOf(objects: ObjectStore | null, object: StoredObject): Promise<ObjectFault | null> {
  try {
    await configured(objects).check(object);
    return null;
  } catch (error) {
    if (error instanceof ObjectStoreError) return error.fault;
    throw error;
  }
}

/** Storage that answers about one file neither refuses the key nor is away, whatever it says of that file. */
function isOver(cause: FileCause, found: ObjectFault | null): boolean {
  if (found === null) return true;
  if (cause === 'file_lost') return false;
  return CAUSES[found] === 'file_lost' || (cause === 'files_down' && found === 'refused');
}

/** @throws `ObjectStoreError` if a file is in storage that is no longer configured */
export function configured(objects: ObjectStore | null): ObjectStore {
  if (objects === null) throw new ObjectStoreError('refused', 'not_configured');
  return objects;
}
