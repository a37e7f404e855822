import { isSessionId, type SessionId } from '../../domain/ids';
import { spanWritten } from '../../domain/sweep';
import { REFUSED_AGAIN } from '../../messages/refund-request';
import { resendId } from '../../messages/resend';
import { isPicked, mailRequestsBefore, removeMailRequest } from '../../store/mails/requests';
import { cancelsRequestedSince } from '../../store/orders/cancel';
import { noteRestarts } from '../../store/reconciliation/repairs';
import { readSkips } from '../../store/reconciliation/skips';
import {
  ordersReplacedSince,
  ordersWithUnmailedParcels,
  ordersWithUnmailedReturns,
  ordersWrittenBeside,
  overdueHolds,
  unfinishedOrders,
} from '../../store/reconciliation/unfinished';
import { refundsSilentSince } from '../../store/refunds/waiting';
import { atWork } from '../at-work';
import type { Deps, WorkflowRuns } from '../deps';
import { eachApart } from './apart';
import { carryOnBulks } from './bulks';
import { type Follower, followAgain, followerOf, startFollower } from './followers';
import { ordersOwing, sendForgottenMails } from './owed-mails';
import type { PageRead, PageRequest } from './page';
import { resumeOrders } from './repairs';

/** How many closed runs are compared with the database at a time, and how many waiting refunds one sweep handles. */
const BATCH = 1_000;

/** Three times the longest pause between two attempts. */
const FORGOTTEN_AFTER_MS = 1_800_000;

/** Activities that find what happened to runs since the last sweep. */
export const sweepRuns = (deps: Deps) => {
  const { db, runs, starter } = deps;

  return {
    /**
     * Reads the runs that closed since the last sweep, and starts those again whose work is not done: runs of orders
     * that closed in any way (the database may have been restored to an earlier state), and runs of refunds, disputes
     * and notices that did not complete. Then handles unpaid orders whose hold ended since, mails that are owed by runs
     * that Temporal has lost, refunds that were asked for and that no run carries out, mails that staff want sent
     * again, and bulks that are not over.
     */
    async sweepRuns({ id, window }: PageRequest): Promise<PageRead> {
      const since = new Date(window.runsSince);
      let checked = 0;
      let woken = 0;
      const before = new Date(window.holdsOverBefore);
      for await (const { orders, listed, followers } of closedRuns(runs, since, before)) {
        checked += orders.length + followers.length;
        const undone = new Set([...(await unfinishedOrders(db, orders)), ...(await ordersOwing(deps, listed))]);
        woken += await resumeOrders(deps, id, [...undone]);
        await followAgain(deps, id, followers);
      }
      const intervalMs = window.until - window.holdsOverBefore;
      const over = await overdueHolds(db, { since: new Date(window.runsSince - intervalMs), before });
      checked += over.length;
      woken += await resumeOrders(deps, id, over);
      woken += await sendForgottenMails(deps, { id, window });
      await remind(window);
      await sendAgain(id, before);
      await carryOnBulks(deps, before);
      await trySkippedAgain();
      return { checked, woken, cursor: null };
    },
  };

  /**
   * Sends the mails that staff wanted sent again, and whose runs were terminated or are not known to Temporal. The
   * requests whose runs have ended are done, unless they were refused, and are made again.
   */
  async function sendAgain(sweepId: string, before: Date): Promise<void> {
    const sessions: SessionId[] = [];
    await eachApart(deps, {
      items: await mailRequestsBefore(db, { before, limit: BATCH }),
      referenceOf: ({ sessionId }) => sessionId,
      async work(request) {
        const state = await runs.stateOf(resendId(request));
        if (state === 'running') return;
        const again = state === 'completed';
        if (again && (await isPicked(db, request))) return removeMailRequest(db, request);
        await starter.resend(request, { again });
        sessions.push(request.sessionId);
      },
    });
    await noteRestarts(db, { sweepId, sessions, action: 'followed_again' });
  }

  /** Tries again what earlier sweeps skipped. An id that shows no workflow is left to the list that it came from. */
  async function trySkippedAgain(): Promise<void> {
    await eachApart(deps, {
      items: (await readSkips(db, BATCH)).map(({ reference }) => reference),
      referenceOf: String,
      async work(reference) {
        if (isSessionId(reference)) return starter.order(reference, { again: true });
        const follower = followerOf(reference);
        if (follower) await startFollower(starter, follower);
      },
    });
  }

  async function remind(window: PageRequest['window']): Promise<void> {
    const { runsSince, holdsOverBefore } = window;
    // If a worker dies between recording a parcel and answering, the request of staff is lost. The order reads itself
    // again and sends the mail.
    const parcels = await ordersWithUnmailedParcels(db, new Date(runsSince));
    // A cancel is stored before the order's run hears of it, and Temporal may have been away then.
    const cancels = await cancelsRequestedSince(db, new Date(runsSince));
    // So is a hold, or a corrected address, which the run shows to staff.
    const besides = await ordersWrittenBeside(db, spanWritten(window));
    await eachApart(deps, {
      items: [...new Set([...parcels, ...cancels, ...besides])],
      referenceOf: String,
      work: (order) => starter.orderChanged(order),
    });
    // So are goods that came back or are to be sent again, and an order that has ended is started again for them.
    const returned = await ordersWithUnmailedReturns(db, new Date(runsSince));
    await eachApart(deps, {
      items: [...new Set([...returned, ...(await ordersReplacedSince(db, new Date(runsSince)))])],
      referenceOf: String,
      work: (order) => starter.orderChanged(order, { again: true }),
    });
    // The run that had a refund was terminated, or the API died before it started one. A run that has the refund
    // retries and records it every ten minutes.
    const since = new Date(holdsOverBefore - FORGOTTEN_AFTER_MS);
    await eachApart(deps, {
      items: await refundsSilentSince(db, { since, limit: BATCH }),
      referenceOf: ({ sessionId }) => sessionId,
      work: ({ requestKey, ...refund }) => starter.refundRequest({ key: requestKey ?? REFUSED_AGAIN, ...refund }),
    });
  }
};

interface Closed {
  orders: SessionId[];
  /** Of the orders, those whose run closed before the last sweep, which compared Stripe's lists with them. */
  listed: SessionId[];
  followers: Follower[];
}

/** The runs that closed since a time, by kind of workflow, in batches. */
async function* closedRuns(runs: WorkflowRuns, since: Date, listedBefore: Date): AsyncIterable<Closed> {
  let batch: Closed = { orders: [], listed: [], followers: [] };
  for await (const { workflow, id, closedAt } of runs.closedSince(since)) {
    if (workflow !== 'order') {
      if (followerOf(id)?.workflow === workflow) batch.followers.push({ workflow, id }); // else it has a made-up id
    } else if (isSessionId(id)) {
      batch.orders.push(id);
      if (closedAt < listedBefore) batch.listed.push(id);
    }
    if (batch.orders.length + batch.followers.length < BATCH) continue;
    atWork();
    yield batch;
    batch = { orders: [], listed: [], followers: [] };
  }
  yield batch;
}
