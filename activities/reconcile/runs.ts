import type { SessionId } from '../../domain/ids';
import { cancelsRequestedSince } from '../../store/orders/cancel';
import { noteRestarts } from '../../store/reconciliation/repairs';
import { ordersWithUnmailedParcels, overdueHolds, unfinishedOrders } from '../../store/reconciliation/unfinished';
import { requestsSilentSince } from '../../store/refunds/staff-requests';
import type { Deps } from '../deps';
import type { PageRead, PageRequest } from './page';
import { resumeAll } from './repairs';

/** How many runs are compared with the database at a time, and how many ended holds one sweep handles. */
const BATCH = 1_000;

/** Three times the longest pause between two attempts. */
const FORGOTTEN_AFTER_MS = 1_800_000;

/** Activities that find orders which have not ended although their workflow has. */
export const sweepRuns = (deps: Deps) => {
  const { db, starter } = deps;

  return {
    /**
     * Reads the runs that closed since the last sweep in any way (also terminated or failed, or ahead of a restored
     * database), and the unpaid orders whose hold ended over an interval ago. Starts those again that are not final.
     * It asks Temporal for one list, and PostgreSQL once for each thousand runs.
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
      // If a worker dies between recording a parcel and answering, the request of staff is lost. The order reads itself
      // again and sends the mail.
      for (const sessionId of await ordersWithUnmailedParcels(db, new Date(window.runsSince)))
        await starter.orderChanged(sessionId);
      // A cancel is stored before the order's run hears of it, and Temporal may have been away then.
      for (const sessionId of await cancelsRequestedSince(db, new Date(window.runsSince)))
        await starter.orderChanged(sessionId);
      // The run that had a request was terminated, or the API died before it started one. A run that has the request
      // retries and records it every ten minutes.
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
