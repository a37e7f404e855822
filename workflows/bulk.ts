import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  patched,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { BulkProgress, BulkStatus, EndedStatus } from '../domain/bulk';
import type { BulkInput } from '../messages/bulk';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { describeParked, Parking } from './parking';
import { refuseStartByHand } from './started-by-hand';
import { slowDatabase, stripeInBulk } from './steps';

/** How many orders one run moves before it continues as new, with a fresh history. Each costs six events. */
const ORDERS_A_RUN = 200;
/** Runs from before this patch need attention for ever if they are stopped while they are stuck. */
const STOPPED = 'a-stopped-bulk-needs-nothing';

/** The result of a bulk, in numbers. What became of each order is in the database. */
export type BulkResult = BulkProgress & { status: BulkStatus };

/**
 * Does the same with many orders, one after the other. What was asked for, whose turn is next and what became of each
 * order is in the database, so a run that dies, or continues as new, goes on there. *Request Cancellation* stops it
 * after the order at hand.
 */
export async function bulk(input: BulkInput): Promise<BulkResult> {
  refuseStartByHand('bulk', input);
  return new BulkRun(input).live();
}

class BulkRun {
  private readonly parking: Parking<'move'>;
  private progress: BulkProgress | null = null;
  private ended: BulkStatus | null = null;
  private shownAttention = false;

  constructor(private readonly input: BulkInput) {
    this.parking = new Parking({ show: () => this.show() });
    this.parking.takeRetries();
    this.show();
  }

  async live(): Promise<BulkResult> {
    try {
      await this.moveAll();
    } catch (error) {
      if (!isCancellation(error)) throw error;
      return this.end('STOPPED');
    }
    return this.end('COMPLETED');
  }

  private async moveAll(): Promise<void> {
    const { id, action } = this.input;
    const summary = action === 'cancel' ? 'Cancels the next order' : 'Retries the next order';
    for (let moved = 0; !this.progress?.over; moved++) {
      if (moved === ORDERS_A_RUN) {
        await condition(allHandlersFinished);
        await continueAsNew<typeof bulk>(this.input);
      }
      this.progress = await this.parking.untilDone('move', () =>
        stripeInBulk.moveNext.executeWithOptions({ summary }, [{ id }]),
      );
      this.show();
    }
  }

  private end(status: EndedStatus): Promise<BulkResult> {
    return CancellationScope.nonCancellable(async () => {
      const ended = await slowDatabase.endBulk({ id: this.input.id, status });
      this.progress = ended;
      this.ended = ended.status;
      this.show();
      await condition(allHandlersFinished);
      return ended;
    });
  }

  private show(): void {
    const { input, progress, ended, parking } = this;
    const isStuck = parking.all.length > 0;
    const stillStuck = isStuck && ended === null;
    setCurrentDetails(describe(input, { progress, ended, parked: stillStuck ? describeParked(parking) : [] }));
    const attention = stillStuck || (isStuck && !patched(STOPPED));
    if (attention !== this.shownAttention)
      upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: attention }]);
    this.shownAttention = attention;
  }
}

interface Shown {
  progress: BulkProgress | null;
  ended: BulkStatus | null;
  /** What is parked, as Markdown. */
  parked: string[];
}

/** What staff read in the Temporal UI, as Markdown. */
function describe({ id, action }: BulkInput, { progress, ended, parked }: Shown): string {
  const goesOn = 'It goes on by itself. *Request Cancellation* stops it after the order at hand.';
  return [
    `### ${action === 'cancel' ? 'Cancels many orders' : 'Retries many orders'}`,
    progress === null ? 'It takes up its first orders.' : describeProgress(action, progress, ended === 'STOPPED'),
    ...parked,
    ...(ended === null ? [goesOn] : []),
    `\`GET /admin/bulk/${id}\` of the staff API lists the orders that were refused, and why.`,
  ].join('\n\n');
}

function describeProgress(
  action: BulkInput['action'],
  { matched, done, refused }: BulkProgress,
  isStopped: boolean,
): string {
  if (matched === 0) return 'No order matched.';
  const orders = matched === 1 ? '1 order' : `${matched} orders`;
  const counts = `${done} ${action === 'cancel' ? 'cancelled' : 'retried'}, ${refused} refused`;
  return `${isStopped ? '**Stopped.** ' : ''}Done with ${done + refused} of ${orders}: ${counts}.`;
}
