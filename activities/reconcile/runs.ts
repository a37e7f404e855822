import type { SessionId } from '../../domain/ids';
import { noteRestarts } from '../../store/reconciliation/repairs';
import { ordersWithUnmailedParcels, overdueHolds, unfinishedOrders } from '../../store/reconciliation/unfinished';
import { requestsSilentSince } from '../../store/refunds/staff-requests';
import type { Deps } from '../deps';
import type { PageRead, PageRequest } from './page';
import { resumeAll } from './repairs';

/** How many runs are held against the database at a time, and how many holds that are over are looked after in one sweep. */
const BATCH = 1_000;

/** Three times the longest pause between two tries. */
const FORGOTTEN_AFTER_MS = 1_800_000;

/** Orders that are not done and whose run is. */
export const sweepRuns = (deps: Deps) => {
  const { db, starter } = deps;

  return {
    /**
     * Runs that closed since the last sweep, whichever way (terminated and failed ones, and those that a restored database has overtaken), and
     * unpaid orders whose hold ended over an interval ago: those that are not final run again. Temporal is asked for one list, PostgreSQL for
     * each thousand runs once.
     */
    async sweepRuns({ id, window }: PageRequest): Promise<PageRead> {
      let checked = 0;
      let woken = 0;
      for await (const runs of batches(starter.closedOrders(new Date(window.runsSince)))) {
        checked += runs.length;
        woken += await resume(id, await unfinishedOrders(db, runs));
      }
      const over = await overdueHolds(db, { before: new Date(window.holdsOverBefore), limit: BATCH });
      checked += over.length;
      woken += await resume(id, over);
      // A worker that dies between writing a parcel and saying so takes staff's request with it: the order reads itself again, and sends the mail.
      for (const sessionId of await ordersWithUnmailedParcels(db, new Date(window.runsSince)))
        await starter.orderChanged(sessionId);
      // The run that had a request was terminated, or the API died before it told one. A run that has it tries, and writes so, every ten minutes.
      const since = new Date(window.holdsOverBefore - FORGOTTEN_AFTER_MS);
      for (const { requestKey: key, ...request } of await requestsSilentSince(db, { since, limit: BATCH }))
        await starter.refundRequest({ key, ...request });
      return { checked, woken, cursor: null };
    },
  };

  async function resume(id: string, orders: SessionId[]): Promise<number> {
    const started = await resumeAll(deps, orders);
    await noteRestarts(db, { sweepId: id, sessions: started });
    return started.length;
  }
};

async function* batches(ids: AsyncIterable<SessionId>): AsyncIterable<SessionId[]> {
  let batch: SessionId[] = [];
  for await (const id of ids) {
    batch.push(id);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
