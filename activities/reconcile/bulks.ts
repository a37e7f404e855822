import { bulkId } from '../../messages/bulk';
import { endBulk, runningBulks } from '../../store/bulk/bulks';
import type { Deps } from '../deps';
import { eachApart } from './apart';

const MOST = 100;

/**
 * Starts the bulks that were written down and whose run was never started. A bulk whose run has ended before it was
 * done is over: staff who terminate a bulk do not want it to go on, and a bulk of a database that was restored may be
 * about orders that have changed since.
 */
export async function carryOnBulks(deps: Deps, before: Date): Promise<void> {
  const { db, runs, starter, clock } = deps;
  await eachApart(deps, {
    items: await runningBulks(db, { before, limit: MOST }),
    referenceOf: ({ id }) => bulkId(id),
    async work({ id, action }) {
      const state = await runs.stateOf(bulkId(id));
      if (state === 'absent') await starter.bulk({ id, action });
      else if (state !== 'running') await endBulk(db, { id, status: 'FAILED', at: new Date(clock.now()) });
    },
  });
}
