import { ApplicationFailureCategory } from '@temporalio/common';
import { ApplicationFailure } from '@temporalio/workflow';
import type { OrderFactsNow } from '../../activities/order/facts';
import type { Opening } from '../../messages/order';
import { database, stripe } from '../steps';
import type { OrderRun } from './run';

/** 1. Open: the order at the price asked, and the holds, all or nothing. A session nobody asked for here is taken up when it is complete. */
export async function open(run: OrderRun): Promise<'opened' | 'not-ours'> {
  const { sessionId } = run;
  const gone = run.inbox.hasAbandon;
  const write = () => run.untilDone('open', () => database.openOrder({ sessionId, hold: !gone }));
  let opened = await write();
  if (opened.outcome === 'unknown') {
    const taken = await run.untilDone('take-up', () =>
      stripe.takeUpSession.executeWithOptions({ summary: 'Takes up a session' }, [{ sessionId }]),
    );
    if (taken === 'not-complete') throw NOT_COMPLETE;
    if (taken === 'taken-up') opened = await write();
  }
  if (opened.outcome === 'unknown') {
    run.notOurs();
    return 'not-ours';
  }
  run.opened(opened.order, toShopper(opened.order, opened.missing, gone));
  // An order that was opened before may have missed anything since: Stripe is asked at once.
  if (!opened.fresh) run.inbox.put('look');
  return 'opened';
}

/** Nothing is held for a session that is only open or expired. The run fails, so that its id can be used when the session is complete. */
const NOT_COMPLETE = ApplicationFailure.create({
  message: 'The session is not complete: there is nothing to take up yet',
  type: 'not_complete',
  nonRetryable: true,
  category: ApplicationFailureCategory.BENIGN,
});

/** What the shopper hears. Of an order that was opened before too, for the word of the worker that opened it may have been lost. */
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
