import { type SessionId, sessionId as toSessionId } from '../../domain/ids';
import { requestOf } from '../../domain/refund';
import type { RefundRequestInput } from '../../messages/refund-request';
import type { Refund } from '../../prisma/generated/client';
import { noteRestarts } from '../../store/reconciliation/repairs';
import { ordersWithUnmailedParcels, overdueHolds, unfinishedOrders } from '../../store/reconciliation/unfinished';
import type { Deps } from '../deps';
import type { PageRead, PageRequest } from './page';
import { resumeAll } from './repairs';

/** How many runs are held against the database at a time, and how many holds that are over are looked after in one sweep. */
const BATCH = 1_000;

/** Three times the longest pause between two tries. */
const FORGOTTEN_AFTER = 1_800_000;

/** Orders that are not done and whose run is. */
export const sweepRuns = (deps: Deps) => {
  const { db, door } = deps;

  return {
    /**
     * Runs that closed since the last sweep, whichever way (terminated and failed ones, and those that a restored database has overtaken), and
     * unpaid orders whose hold ended over an interval ago: those that are not final run again. Temporal is asked for one list, PostgreSQL for
     * each thousand runs once.
     */
    async sweepRuns({ id, window }: PageRequest): Promise<PageRead> {
      let checked = 0;
      let woken = 0;
      for await (const runs of batches(door.closedOrders(new Date(window.runsSince)))) {
        checked += runs.length;
        woken += await resume(id, await unfinishedOrders(db, runs));
      }
      const over = await overdueHolds(db, { before: new Date(window.holdsOverBefore), limit: BATCH });
      checked += over.length;
      woken += await resume(id, over);
      // A worker that dies between writing a parcel and saying so takes staff's request with it: the order reads itself again, and sends the mail.
      for (const sessionId of await ordersWithUnmailedParcels(db, new Date(window.runsSince)))
        await door.flagsChanged(sessionId);
      for (const row of await forgottenRequests(new Date(window.holdsOverBefore))) await door.refundRequest(asked(row));
      return { checked, woken, cursor: null };
    },
  };

  /**
   * A refund that staff asked for and that nobody has in hand: the run that had it was terminated, or the API died before it told one. Who has it
   * in hand tries, and writes so, at least every ten minutes.
   */
  function forgottenRequests(before: Date): Promise<Refund[]> {
    const silentSince = new Date(before.getTime() - FORGOTTEN_AFTER);
    return db.refund.findMany({
      where: { status: 'requested', updatedAt: { lt: silentSince }, key: { contains: '/staff/' } },
      take: BATCH,
    });
  }

  async function resume(id: string, orders: SessionId[]): Promise<number> {
    const started = await resumeAll(deps, orders);
    await noteRestarts(db, { sweepId: id, sessions: started });
    return started.length;
  }
};

/** What a row asks for, as it was asked. */
function asked({ key, sessionId, ...row }: Refund): RefundRequestInput {
  return { sessionId: toSessionId(sessionId), key: key.slice(`${sessionId}/staff/`.length), request: requestOf(row) };
}

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
