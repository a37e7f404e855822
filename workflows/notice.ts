import { allHandlersFinished, condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { FollowedNotice } from '../activities/notice/records';
import { type NoticeInput, noticeLookSignal } from '../messages/notice';
import { stripePatient } from './steps';
import { mail, tellOrder } from './tell';

/** An order that is being written is asked after this soon, doubling, at most once an hour. */
const SOON = 15_000;
const HOUR = 3_600_000;

/**
 * Finds whom something at Stripe concerns (a review, an early fraud warning, a failed payment, a payout), writes it down, tells them, and ends.
 * Started as often as it changes: every run reads Stripe again and writes idempotently.
 */
export async function notice(input: NoticeInput): Promise<FollowedNotice['outcome']> {
  let news = true;
  setHandler(
    noticeLookSignal,
    () => {
      news = true;
    },
    { description: 'Something changed at Stripe: it is read again' },
  );
  for (let soon = SOON; ; soon = Math.min(soon * 2, HOUR)) {
    news = false;
    const followed = await stripePatient.followNotice.executeWithOptions({ summary: `Reads the ${input.kind}` }, [
      input,
    ]);
    setCurrentDetails(describe(input, followed));
    if (followed.outcome === 'coming') {
      await condition(() => news, soon, { summary: 'Its order is being written' });
      continue;
    }
    if (followed.outcome === 'order') await tell(followed);
    await condition(allHandlersFinished);
    if (!news) return followed.outcome;
  }
}

async function tell({ sessionId, changed, call }: Extract<FollowedNotice, { outcome: 'order' }>): Promise<void> {
  if (changed) await tellOrder(sessionId);
  if (call !== null) await mail(sessionId, { template: 'attention_needed', ref: call });
}

function describe({ kind }: NoticeInput, followed: FollowedNotice): string {
  switch (followed.outcome) {
    case 'order':
      return `A ${kind} of order ${followed.number}: ${followed.call === null ? 'told' : 'staff are called to decide'}.`;
    case 'coming':
      return `A ${kind} of an order that is being written. It waits for that.`;
    case 'recorded':
      return `A ${kind}: recorded for the ledger.`;
    default:
      return `A ${kind} of no order here: counted.`;
  }
}
