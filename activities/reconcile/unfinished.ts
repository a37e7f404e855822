import type { OrderStatus } from '../../domain/order';
import { isAhead } from '../../domain/sweep';
import {
  countUnfinished,
  reviewsSilentSince,
  type Unfinished,
  type UnfinishedKind,
  unfinished,
  withoutOrder,
} from '../../store/reconciliation/unfinished';
import { atWork } from '../at-work';
import type { Deps } from '../deps';
import { followAgain } from './followers';
import type { PageRead, PageRequest } from './page';
import { resumeOrders } from './repairs';
import { askFrom, askRuns, wasRestored } from './restored';
import { reportStuckRuns } from './stuck';

/** How far Temporal's lists may lag behind. What began since then is left out, so that it does not look missing. */
const LAG_MS = 10_000;

/** An open review is looked at again after this long. */
const REVIEW_SILENT_MS = 3_600_000;

/** Activities that find what is unfinished in the database but has no run. */
export const sweepUnfinished = (deps: Deps) => {
  const { db, runs } = deps;

  return {
    /**
     * Compares the unfinished orders, refunds and disputes with the runs that Temporal lists, and starts what is
     * missing. After Temporal's store was lost, or its namespace changed, that is all of them. Temporal only counts,
     * unless it counts fewer runs than are unfinished; once an hour it lists them in any case. Looks at open reviews
     * again that nobody has looked at for an hour. That is one page. Others follow only if the database was restored:
     * they ask the runs of orders what they have sent.
     */
    async sweepUnfinished(request: PageRequest): Promise<PageRead> {
      const { id, window, cursor } = request;
      if (cursor !== null) return askRuns(deps, { id, cursor });
      const isRestored = await wasRestored(deps, request);
      const wide = window.wide || isRestored;
      const before = new Date(wide ? window.until : window.until - LAG_MS);
      const counts = await countUnfinished(db, before);
      let checked = 0;
      let woken = 0;
      for (const kind of KINDS) {
        // A database that was restored may know no open order, and yet there are runs of those it has lost.
        const mayBeLost = wide && kind === 'order';
        if (!mayBeLost && counts[kind] === 0) continue;
        if (!wide && (await runs.countRunning(kind)) >= counts[kind]) continue;
        const running = await listRunning(kind);
        const met = new Set<string>();
        for await (const page of unfinished(db, kind, before)) {
          atWork();
          checked += page.length;
          for (const { id } of page) met.add(id);
          const missing = page.filter((one) => !running.has(one.id) || mayBeRestored(one, running));
          if (kind !== 'order')
            await followAgain(
              deps,
              id,
              missing.map((one) => ({ workflow: kind, id: one.id })),
              { isUnfinished: true },
            );
          else
            woken += await resumeOrders(
              deps,
              id,
              missing.map(({ sessionId }) => sessionId),
            );
        }
        if (mayBeLost) woken += await resumeForgotten(id, [...running.keys()], met);
      }
      checked += await lookAtReviews(new Date(window.until - REVIEW_SILENT_MS));
      await reportStuckRuns(deps);
      return { checked, woken, cursor: isRestored ? askFrom(window.until) : null };
    },
  };

  /** The event that ends a review may never have been generated, and nothing ships before its end. */
  async function lookAtReviews(silentSince: Date): Promise<number> {
    const reviews = await reviewsSilentSince(db, silentSince);
    for (const id of reviews) await deps.starter.notice('review', id);
    return reviews.length;
  }

  /** Starts the runs over that have opened an order of which a database that was restored knows nothing. */
  async function resumeForgotten(sweepId: string, running: string[], met: ReadonlySet<string>): Promise<number> {
    const others = running.filter((one) => !met.has(one));
    let woken = 0;
    for (let start = 0; start < others.length; start += BATCH) {
      atWork();
      woken += await resumeOrders(deps, sweepId, await withoutOrder(db, others.slice(start, start + BATCH)));
    }
    return woken;
  }

  async function listRunning(kind: UnfinishedKind): Promise<Map<string, OrderStatus | null>> {
    const reached = new Map<string, OrderStatus | null>();
    for await (const run of runs.running(kind)) {
      if (reached.size % BATCH === 0) atWork();
      reached.set(run.id, run.reached);
    }
    return reached;
  }
};

const BATCH = 1_000;

/** Whether the run of an order seems to be ahead of the database: it is asked itself. */
function mayBeRestored({ id, status }: Unfinished, running: ReadonlyMap<string, OrderStatus | null>): boolean {
  const reached = running.get(id) ?? null;
  return reached !== null && isAhead(reached, status as OrderStatus);
}

const KINDS: readonly UnfinishedKind[] = ['order', 'refund', 'dispute'];
