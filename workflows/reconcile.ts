import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { OrderActivities, StripeActivities } from '../activities';
import { TASK_QUEUES } from '../messages/names';
import type { ReconcileInput, SweepProgress } from '../messages/reconcile';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { failureOf } from './failures';

/** What a sweep came to. Which orders and what differed stands in the database. */
export interface Swept {
  id: string;
  checked: number;
  repaired: number;
  discrepancies: number;
}

const patient = { startToCloseTimeout: '1m', scheduleToCloseTimeout: '20m' } as const;
const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' } as const;

/** Stripe's lists, a page a step: after everything that a shopper or staff wait for. */
const lists = proxyActivities<StripeActivities>({
  ...patient,
  taskQueue: TASK_QUEUES.stripe,
  retry,
  priority: { priorityKey: 5 },
});
const books = proxyActivities<OrderActivities>({ ...patient, taskQueue: TASK_QUEUES.orders, retry });
/** Of these there may be many after an outage, each with a call to Temporal. */
const runs = proxyActivities<OrderActivities>({
  ...patient,
  startToCloseTimeout: '10m',
  taskQueue: TASK_QUEUES.orders,
  retry,
});
/** A mail that nobody takes for so long goes with the next sweep's: it must not keep that from beginning. */
const post = proxyActivities<OrderActivities>({
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '3m',
  taskQueue: TASK_QUEUES.orders,
  retry,
});

/** What is read, in this order: first what stands still here, then what is complete, what was told, and where the money went. */
const STAGES = [
  { name: 'runs that closed and holds that are over', read: runs.sweepRuns },
  { name: 'complete sessions', read: lists.sweepSessions },
  { name: 'events', read: lists.sweepEvents },
  { name: 'the balance', read: lists.readBalance },
] as const;

/** So many pages are read before the history is begun anew. */
const PAGES_A_RUN = 200;
/** How long orders that were woken are given to come right before the books are compared. */
const PATIENCE = ['250ms', '500ms', '1s', '2s', '4s', '8s'] as const;

/**
 * One sweep: what webhooks missed is found in Stripe's own lists and is routed as a webhook is; then Stripe's balance is held against
 * the orders. A message of the sweep says only *look again*, so it is safe beside webhooks and beside another sweep. The mark from which the
 * next one reads moves only when all of this has succeeded.
 */
export async function reconcile(input: ReconcileInput): Promise<Swept> {
  const sweep = input.goesOn ?? (await begin(input));
  const { id, window } = sweep;
  try {
    const late = await readStages(input, sweep); // a difference wakes the order it is about
    await settle(id, late); // the orders come right
    const { discrepancies, news } = await books.compareLedger({ id, window }); // and what is left differs
    const { repaired } = await books.finishSweep({ id, window, checked: sweep.checked });
    if (news > 0) await report(id);
    setCurrentDetails(told(`Done: ${sweep.checked} checked, ${repaired} repaired, ${discrepancies} differ.`));
    return { id, checked: sweep.checked, repaired, discrepancies };
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    throw await giveUp(id, sweep.checked, error);
  }
}

async function begin({ id = uuid4(), trigger }: ReconcileInput): Promise<SweepProgress> {
  const window = await books.beginSweep({ id, trigger });
  return { id, window, stage: 0, cursor: null, checked: 0 };
}

/**
 * Reads every list to its end, a page at a time; a history that has become long is begun anew where it stands. Answers how many orders have been
 * waited for in vain.
 */
async function readStages(input: ReconcileInput, sweep: SweepProgress): Promise<number> {
  let woken = 0;
  let pages = 0;
  let late = 0;
  for (; sweep.stage < STAGES.length; sweep.stage++) {
    const { name, read } = stageOf(sweep);
    setCurrentDetails(told(`Reads ${name}.`));
    do {
      const page = await read({ id: sweep.id, window: sweep.window, cursor: sweep.cursor });
      sweep.checked += page.checked;
      sweep.cursor = page.cursor;
      woken += page.woken;
      pages++;
      if (sweep.cursor !== null && pages >= PAGES_A_RUN)
        await continueAsNew<typeof reconcile>({ ...input, id: sweep.id, goesOn: sweep });
    } while (sweep.cursor !== null);
    // Refunds and disputes are told of orders: those that were missing must be there first.
    if (woken > 0) late = await settle(sweep.id, late);
    woken = 0;
  }
  return late;
}

function stageOf({ stage }: SweepProgress): (typeof STAGES)[number] {
  const found = STAGES[stage];
  if (!found) throw new Error('there is no such stage');
  return found;
}

/**
 * Waits until the orders that were woken have come right, but for so many as were waited for before; one whose run knows nothing of a restored
 * database is started over. Answers how many are late.
 */
async function settle(id: string, late: number): Promise<number> {
  for (const again of [true, false]) {
    for (const pause of PATIENCE) {
      const left = await books.settleRepairs({ id });
      if (left <= late) return left;
      await sleep(pause, { summary: 'Orders that were woken come right' });
    }
    if (again && (await runs.resumeUnsettled({ id })) > 0) continue;
    break;
  }
  return books.settleRepairs({ id });
}

/** One mail to staff for all that is new. */
async function report(id: string): Promise<void> {
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: true }]);
  try {
    await post.sendReport.executeWithOptions({ summary: 'reconciliation_report' }, [{ id }]);
  } catch {
    await books.giveUpReport({ id });
  }
}

/** The sweep has failed, in sight of staff; the next one reads from the same mark. */
function giveUp(id: string, checked: number, error: ActivityFailure): Promise<ApplicationFailure> {
  return CancellationScope.nonCancellable(async () => {
    const { reason } = failureOf(error);
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: true }]);
    setCurrentDetails(told(`**It failed**: ${reason}. The next sweep looks back as far.`));
    await books.failSweep({ id, checked, reason });
    return ApplicationFailure.nonRetryable(reason, 'sweep_failed');
  });
}

const told = (what: string): string => `### Sweep \`${workflowInfo().workflowId}\`\n\n${what}`;
