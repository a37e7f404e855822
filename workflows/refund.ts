import {
  condition,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { MailRequest } from '../activities/email';
import type { SessionId } from '../domain/ids';
import { type RefundInput, refundChangedSignal, refundLookSignal, SEARCH_ATTRIBUTES } from './messages';
import { post, slowDatabase, stripePatient } from './steps';

const DAY = 86_400_000;
const ENDED = ['succeeded', 'failed', 'canceled'];

/**
 * Follows one refund to its end, whoever asked for it: records what Stripe says, tells the order while it is open, and mails the customer once.
 * Started as often as the refund changes; every run reads Stripe again and writes idempotently.
 */
export async function refund({ refundId }: RefundInput): Promise<string> {
  let news = true;
  setHandler(refundLookSignal, () => {
    news = true;
  });
  for (;;) {
    news = false;
    const followed = await stripePatient.followRefund.executeWithOptions({ summary: 'Reads the refund' }, [
      { refundId },
    ]);
    if (followed.outcome === 'unknown') return 'unknown';
    const { sessionId, number, status } = followed;
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.orderNumber, value: number }]);
    setCurrentDetails(`### Refund of order ${number}: ${status}\n\nFollowed until Stripe says how it ended.`);
    await tell(sessionId, refundId);
    if (status === 'failed' || status === 'canceled') await callStaff(sessionId, refundId, status);
    else await mail(sessionId, { template: 'order_refunded', ref: refundId });
    if (ENDED.includes(status) && !news) return status;
    await condition(() => news, DAY);
  }
}

/** The order goes on from there, if it is still open. */
async function tell(sessionId: SessionId, refundId: RefundInput['refundId']): Promise<void> {
  try {
    await getExternalWorkflowHandle(sessionId).signal(refundChangedSignal, refundId);
  } catch {
    // The order has ended: the database already says what the refund made of it.
  }
}

async function callStaff(sessionId: SessionId, refundId: RefundInput['refundId'], status: string): Promise<void> {
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: true }]);
  await slowDatabase.raiseAttention({
    sessionId,
    step: 'refund',
    reason: `The refund is ${status}: the money is back with us`,
  });
  await mail(sessionId, { template: 'attention_needed', ref: `refund-${refundId}` });
}

/** Mail never holds up the money: one that is refused, or that nobody takes for an hour, is given up in sight of staff. */
async function mail(sessionId: SessionId, request: MailRequest): Promise<void> {
  const mails = [request];
  try {
    await post.sendMails.executeWithOptions({ summary: request.template }, [{ sessionId, mails }]);
  } catch {
    await slowDatabase.giveUpMails({ sessionId, mails });
  }
}
