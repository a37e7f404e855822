import { ApplicationFailureCategory } from '@temporalio/common';
import { ApplicationFailure } from '@temporalio/workflow';
import type { OrderFactsNow } from '../../activities/order/facts';
import type { Opening, OrderInput } from '../../messages/order';
import { database, stripe } from '../steps';
import type { OrderRun } from './run';

/**
 * Step 1. Writes the order at the requested prices and holds its stock, all or nothing. For a session made elsewhere,
 * an order is opened if it is complete.
 */
export async function open(run: OrderRun, { openedBy }: OrderInput): Promise<'opened' | 'not-ours'> {
  const { sessionId } = run;
  const gone = run.inbox.hasAbandon;
  const write = () =>
    run.untilDone('open', () => database.openOrder({ sessionId, hold: !gone, ...(openedBy && { openedBy }) }));
  let opened = await write();
  if (opened.outcome === 'unknown') {
    const taken = await run.untilDone('take-up', () =>
      stripe.takeUpSession.executeWithOptions({ summary: 'Opens an order for a session made elsewhere' }, [
        { sessionId },
      ]),
    );
    if (taken === 'not-complete') throw NOT_COMPLETE;
    if (taken === 'taken-up') opened = await write();
  }
  if (opened.outcome === 'unknown') {
    run.notOurs();
    return 'not-ours';
  }
  run.opened(opened.order, toShopper(opened.order, opened.missing, gone));
  // An order that was opened by an earlier run may have missed messages, so Stripe is asked at once.
  if (!opened.fresh) run.inbox.put('look');
  if (opened.owes) run.mails.send(...opened.owes);
  return 'opened';
}

/**
 * Opens no order for a session made elsewhere that is only open or expired. The run fails, so that its id can be used
 * again later.
 */
const NOT_COMPLETE = ApplicationFailure.create({
  message: 'The session is not complete: there is no order to open yet',
  type: 'not_complete',
  nonRetryable: true,
  category: ApplicationFailureCategory.BENIGN,
});

/**
 * The answer to the shopper. Also for an order that was opened before, because the earlier answer may have been lost.
 */
function toShopper(
  { status, stock }: OrderFactsNow,
  missing: Extract<Opening, { outcome: 'sold-out' }>['missing'],
  gone: boolean,
): Opening {
  if (missing.length > 0) return { outcome: 'sold-out', missing };
  return !gone && status === 'PENDING' && stock === 'HELD'
    ? { outcome: 'held', status }
    : { outcome: 'closed', status };
}
