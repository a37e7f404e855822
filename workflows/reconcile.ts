import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { OrderActivities, StripeActivities } from '../activities';
import { OUTAGES } from '../domain/fault';
import { TASK_QUEUES } from '../messages/names';
import type { ReconcileInput, SweepProgress } from '../messages/reconcile';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { failureOf } from './failures';
import { refuseStartByHand } from './started-by-hand';

/** The result of a sweep, in numbers. The orders and differences are in the database. */
export interface Swept {
  id: string;
  checked: number;
  repaired: number;
  discrepancies: number;
}

/** A page takes seconds. After an outage it may take minutes, because each difference is a call to Temporal. */
const patient = { startToCloseTimeout: '10m', heartbeatTimeout: '15s', scheduleToCloseTimeout: '20m' } as const;
const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' } as const;

/** Reads Stripe's lists, one page per step, with a lower priority than anything a shopper or staff wait for. */
const lists = proxyActivities<StripeActivities>({
  ...patient,
  taskQueue: TASK_QUEUES.stripe,
  retry,
  priority: { priorityKey: 5 },
});
const database = proxyActivities<OrderActivities>({ ...patient, taskQueue: TASK_QUEUES.orders, retry });
/** A report that cannot be sent for this long is left to the next sweep, because it must not delay that sweep. */
const post = proxyActivities<OrderActivities>({
  startToCloseTimeout: '1m',
  heartbeatTimeout: '15s',
  scheduleToCloseTimeout: '3m',
  taskQueue: TASK_QUEUES.orders,
  retry,
});

/** What a sweep reads, in this order: runs, what has none, complete sessions, events, and balance transactions. */
const STAGES = [
  { name: 'runs that closed and holds that are over', read: database.sweepRuns },
  { name: 'what is unfinished and has no run', read: database.sweepUnfinished },
  { name: 'complete sessions', read: lists.sweepSessions },
  { name: 'events', read: lists.sweepEvents },
  { name: 'the balance', read: lists.readBalance },
] as const;

/** How many pages one run reads before it continues as new, with a fresh history. */
const PAGES_A_RUN = 200;
/** How long the sweep waits for the orders it woke before it compares the balance with the orders. */
const PATIENCE = ['250ms', '500ms', '1s', '2s', '4s', '8s'] as const;

/**
 * One sweep. It finds what webhooks missed in Stripe's own lists, and wakes the same workflows as a webhook. Then it
 * compares Stripe's balance with the orders. It sends only *look again*, so it is safe beside webhooks and other
 * sweeps. The mark from which the next sweep reads moves only if everything succeeds.
 */
export async function reconcile(input: ReconcileInput): Promise<Swept> {
  refuseStartByHand('reconcile', input);
  const { id = uuid4(), trigger } = input;
  let sweep = input.goesOn;
  try {
    sweep ??= { id, window: await database.beginSweep({ id, trigger }), stage: 0, cursor: null, checked: 0 };
    const { window } = sweep;
    const late = await readStages(input, sweep); // each difference wakes its order
    await settle(id, late); // gives the orders time to correct themselves
    const { discrepancies, news } = await database.compareLedger({ id, window }); // records what still differs
    const { repaired } = await database.finishSweep({ id, window, checked: sweep.checked });
    if (news > 0) await report(id);
    setCurrentDetails(told(`Done: ${sweep.checked} checked, ${repaired} repaired, ${discrepancies} differ.`));
    return { id, checked: sweep.checked, repaired, discrepancies };
  } catch (error) {
    if (!(error instanceof ActivityFailure || isCancellation(error))) throw error;
    throw await giveUp({ id, trigger, checked: sweep?.checked ?? 0 }, error);
  }
}

/**
 * Reads every list to its end, a page at a time. If the history becomes long, the workflow continues as new from the
 * same place. Returns how many orders did not correct themselves in time.
 */
async function readStages(input: ReconcileInput, sweep: SweepProgress): Promise<number> {
  let woken = 0;
  let pages = 0;
  let late = 0;
  for (; sweep.stage < STAGES.length; sweep.stage++) {
    const { name, read } = stageOf(sweep);
    setCurrentDetails(told(`Reads ${name}.`));
    do {
      const { id, window, cursor } = sweep;
      const page = await read({ id, window, cursor, ...(input.restored && { restored: true }) });
      sweep.checked += page.checked;
      sweep.cursor = page.cursor;
      woken += page.woken;
      pages++;
      if (sweep.cursor !== null && pages >= PAGES_A_RUN)
        await continueAsNew<typeof reconcile>({ ...input, id: sweep.id, goesOn: sweep });
    } while (sweep.cursor !== null);
    // Refunds and disputes belong to orders, so missing orders must exist first.
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
 * Waits until the woken orders are correct, except for as many as were late before. If a run does not know about a
 * restored database, it is started again. Returns how many orders are late.
 */
async function settle(id: string, late: number): Promise<number> {
  for (const again of [true, false]) {
    for (const pause of PATIENCE) {
      const left = await database.settleRepairs({ id });
      if (left <= late) return left;
      await sleep(pause, { summary: 'Orders that were woken come right' });
    }
    if (again && (await database.resumeUnsettled({ id })) > 0) continue;
    break;
  }
  return database.settleRepairs({ id });
}

/** Sends staff one mail with everything new. */
async function report(id: string): Promise<void> {
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: true }]);
  try {
    await post.sendReport.executeWithOptions({ summary: 'reconciliation_report' }, [{ id }]);
  } catch {
    await database.giveUpReport({ id });
  }
}

/** Marks the sweep as failed, visible to staff. The next one reads from the same mark. */
function giveUp(
  sweep: { id: string; trigger: ReconcileInput['trigger']; checked: number },
  error: unknown,
): Promise<ApplicationFailure> {
  return CancellationScope.nonCancellable(async () => {
    const byHand = isCancellation(error);
    const { reason, cause } = byHand ? CANCELLED : failureOf(error);
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: true }]);
    setCurrentDetails(told(`**It failed**: ${reason}. The next sweep covers the same time again.`));
    await database.failSweep({
      ...sweep,
      reason,
      alarm: !byHand && cause === null,
      ...(cause !== null && OUTAGES.has(cause) && { outage: cause }),
    });
    return ApplicationFailure.nonRetryable(reason, 'sweep_failed');
  });
}

const CANCELLED = { reason: 'It was cancelled', cause: null };

const told = (what: string): string => `### Sweep \`${workflowInfo().workflowId}\`\n\n${what}`;
