import type { SessionId } from '../../domain/ids';
import { DECISIONS, isFinal } from '../../domain/order';
import { againKey, openFailures, requestOf } from '../../domain/refund';
import { REFUSED_AGAIN, type RefundRequestInput } from '../../messages/refund-request';
import type { Db } from '../database';
import { type RefundStanding, readRefundStanding } from './standing';

/**
 * The requests for refunds that `retry` of an order that has ended is about: what the pending decision names, else
 * everything that waits for Stripe. None while the order's own workflow handles `retry`.
 */
export async function refundsToRetry(db: Db, sessionId: SessionId): Promise<RefundRequestInput[]> {
  const standing = await readRefundStanding(db, sessionId);
  return isFinal(standing.status) && standing.attentionStep !== null ? unfinishedRequests(sessionId, standing) : [];
}

function unfinishedRequests(
  sessionId: SessionId,
  { currency, attentionStep, refundable, refunds }: RefundStanding,
): RefundRequestInput[] {
  const refusedAgain = { sessionId, currency, key: REFUSED_AGAIN };
  if (attentionStep === DECISIONS.refundRefused) return [refusedAgain];
  if (attentionStep === DECISIONS.refundFailed)
    return openFailures(refunds, refundable)
      .slice(0, 1)
      .map(({ stripeId }) => ({ sessionId, currency, key: againKey(stripeId) }));
  const waiting = refunds.filter(({ status }) => status === 'requested');
  const byStaff = waiting.flatMap(({ requestKey, ...refund }) =>
    requestKey === null ? [] : [{ sessionId, currency, key: requestKey, request: requestOf(refund) }],
  );
  return waiting.length > byStaff.length ? [...byStaff, refusedAgain] : byStaff;
}
