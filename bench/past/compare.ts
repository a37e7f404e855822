import { MockActivityEnvironment } from '@temporalio/testing';
import type { Deps } from '../../activities/deps';
import { reconciliation } from '../../activities/reconcile/reconciliation';
import type { SweepWindow } from '../../domain/sweep';
import type { Db } from '../../store/database';

/** What a comparison of the ledger has found, and what it took. */
export interface Compared {
  /** How many differences are open. */
  open: number;
  /** How long each page took, in milliseconds. */
  pages: number[];
  /** The memory of this process at the end of each page, in mebibytes. */
  mib: number[];
}

/**
 * Runs the product's activity that compares the ledger with the orders, for a span of time. It says before each page
 * that it is at work; so its pages are counted.
 */
export async function compare(
  db: Db,
  { id, since, until }: { id: string; since: Date; until: Date },
): Promise<Compared> {
  const activities = reconciliation({ db, clock: { now: () => until.getTime() + 1 } } as Deps);
  const environment = new MockActivityEnvironment();
  const pages: number[] = [];
  const mib: number[] = [];
  let last = performance.now();
  environment.on('heartbeat', () => {
    pages.push(performance.now() - last);
    mib.push(residentMib());
    last = performance.now();
  });
  const window = { ledgerSince: since.getTime(), until: until.getTime() } as SweepWindow;
  const { discrepancies } = (await environment.run(activities.compareLedger, { id, window })) as {
    discrepancies: number;
  };
  pages.push(performance.now() - last);
  mib.push(residentMib());
  // The first is the time before the first page.
  return { open: discrepancies, pages: pages.slice(1), mib: mib.slice(1) };
}

const residentMib = (): number => process.memoryUsage.rss() / 2 ** 20;
