import {
  condition,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { FollowedRefund } from '../activities/refunds';
import type { SessionId } from '../domain/ids';
import { isFinal } from '../domain/order';
import { hasEnded, isReversed } from '../domain/refund';
import { type RefundInput, refundChangedSignal, refundLookSignal, SEARCH_ATTRIBUTES } from './messages';
import { stripePatient } from './steps';
import { mail } from './tell';

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * Follows one refund to its end, whoever asked for it: records what Stripe says, tells the order while it is open, and mails the customer once.
 * Started as often as the refund changes; every run reads Stripe again and writes idempotently.
 */
export async function refund({ refundId }: RefundInput): Promise<string> {
  let news = true;
  setHandler(
    refundLookSignal,
    () => {
      news = true;
    },
    { description: 'The refund changed at Stripe: it is read again' },
  );
  const staffSee = new StaffView();
  for (let early = 0; ; ) {
    news = false;
    const followed = await stripePatient.followRefund.executeWithOptions({ summary: 'Reads the refund' }, [
      { refundId },
    ]);
    if (followed.outcome === 'unknown') return 'unknown';
    if (followed.outcome === 'early') {
      setCurrentDetails('Its order does not know of its payment yet. It was told to look, and is asked again.');
      await condition(() => news, Math.min(MINUTE * 2 ** early++, DAY), { summary: 'Waits for the order' });
      continue;
    }
    staffSee.refund(followed);
    if (isReversed(followed.status)) await didNotGoThrough(refundId, followed);
    else await isOnItsWay(refundId, followed);
    if (hasEnded(followed.status) && !news) return followed.status;
    await condition(() => news, DAY, { summary: 'Stripe is asked again' });
  }
}

type Known = Extract<FollowedRefund, { outcome: 'known' }>;

async function isOnItsWay(refundId: RefundInput['refundId'], { sessionId }: Known): Promise<void> {
  await tell(sessionId, refundId);
  await mail(sessionId, { template: 'order_refunded', ref: refundId });
}

/**
 * The money is back with us, and the order calls for a person already (the same transaction wrote both). One that is not done by this is
 * woken, also when its workflow has long ended: it waits for their decision.
 */
async function didNotGoThrough(refundId: RefundInput['refundId'], { sessionId, orderStatus }: Known): Promise<void> {
  const told = await tell(sessionId, refundId);
  if (!told && !isFinal(orderStatus))
    await stripePatient.reviveOrder.executeWithOptions({ summary: 'Starts the order again' }, [{ sessionId }]);
  await mail(
    sessionId,
    { template: 'refund_failed', ref: refundId },
    { template: 'attention_needed', ref: `refund-${refundId}` },
  );
}

/** The order goes on from there, if it is still open. False when it has ended: the database already says what the refund made of it. */
async function tell(sessionId: SessionId, refundId: RefundInput['refundId']): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(sessionId).signal(refundChangedSignal, refundId);
    return true;
  } catch {
    return false;
  }
}

/** The refund in the Temporal UI. Each change of a search attribute is an event of the history: only changes are told. */
class StaffView {
  private shown: { number?: string; attention: boolean } = { attention: false };

  refund({ number, status }: Known): void {
    const attention = isReversed(status);
    const pairs = [
      ...(this.shown.number === number ? [] : [{ key: SEARCH_ATTRIBUTES.orderNumber, value: number }]),
      ...(this.shown.attention === attention ? [] : [{ key: SEARCH_ATTRIBUTES.needsAttention, value: attention }]),
    ];
    if (pairs.length > 0) upsertSearchAttributes(pairs);
    this.shown = { number, attention };
    setCurrentDetails(
      [
        `### Refund of order ${number}: ${status}`,
        attention
          ? 'The money is back with us. `retry` of the order asks for it anew; or reach the customer another way.'
          : 'Followed until Stripe says how it ended.',
      ].join('\n\n'),
    );
  }
}
