import { hasCall } from '../../domain/calls';
import type { SessionId } from '../../domain/ids';
import { formatMoney } from '../../domain/money';
import { DECISIONS } from '../../domain/order';
import { refundableOf } from '../../domain/order-money';
import { openRefusals, type RefusedRefund, requestOf } from '../../domain/refund';
import { isUnderWay } from '../../domain/refundable';
import type { Refund as RefundRow } from '../../prisma/generated/client';
import type { Db } from '../database';
import { isDecided } from '../orders/attention';
import { callForDecision, callForRefusal, callsOf, isAboutRefunds } from '../orders/decisions';
import { changeOrder, lockKnownOrder, moneyOf } from '../orders/records';
import { sessionOfRefund } from './record';
import { refundsOf } from './rows';
import { readRefundStanding } from './standing';

/** Why Stripe refuses a refund for good: its code, and its own sentence. */
export interface StripeRefusal {
  code: string;
  message: string;
}

/**
 * Records that Stripe refuses a refund for good. The refusal stands beside the order, which needs a decision but goes
 * on; its amount is available again. Safe to repeat.
 * @returns since when the order has needed a decision about its refunds: staff are mailed once for that time
 */
export async function refuseByStripe(
  db: Db,
  { key, refusal, at }: { key: string; refusal: StripeRefusal; at: Date },
): Promise<{ since: Date }> {
  const { sessionId } = await db.refund.findUniqueOrThrow({ where: { key }, select: { sessionId: true } });
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId as SessionId);
    const asked = await tx.refund.findUniqueOrThrow({ where: { key } });
    const since = isAboutRefunds(order.attentionStep) ? (order.attentionSince ?? at) : at;
    if (asked.status !== 'requested') return { since };
    const row = await tx.refund.update({
      where: { key },
      data: {
        ...{ status: 'refused', refusal: refusal.code, refusalReason: refusal.message },
        ...{ refusedAt: at, refusals: { increment: 1 }, updatedAt: at },
      },
    });
    const [standing] = openRefusals(await refundsOf(tx, sessionId as SessionId), refundableOf(moneyOf(order)));
    const isCalled = order.attentionStep !== DECISIONS.refundFailed && standing !== undefined;
    const change = {
      ...(isCalled && callForRefusal(order, standing, at)),
      // A cancel is refused with its refund: the order goes on as if it had not been cancelled.
      ...(row.origin === 'COMPENSATION' && order.cancelRequestedAt !== null && { cancelRefusal: refusal.message }),
    };
    await changeOrder(tx, order, at, change, {
      type: 'refund-refused',
      message: `Stripe refuses to refund ${amountOf(row)}: “${refusal.message}”`,
      actor: 'stripe',
      key: `refund-refused/${key}/${row.refusals}`,
    });
    return { since };
  });
}

const amountOf = ({ amount, currency }: RefundRow): string =>
  amount === null ? 'all that is left' : formatMoney({ amount: Number(amount), currency });

/**
 * Raises a decision about a refund that is recorded here but that Stripe does not know, once: staff who
 * have taken note are not called again, however often the refund is looked up.
 * @returns the session of its order; null if it is not recorded
 */
export async function missRefund(db: Db, { stripeId, at }: { stripeId: string; at: Date }): Promise<SessionId | null> {
  const sessionId = await sessionOfRefund(db, stripeId);
  if (sessionId === null) return null;
  await db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const reason = `Stripe does not know the refund ${stripeId}: look for it in the Dashboard`;
    const call = { step: DECISIONS.refundUnknown, subject: stripeId, reason };
    const isKnown = hasCall(callsOf(order), call) || (await isDecided(tx, sessionId, call));
    if (!isKnown) await callForDecision(tx, order, at, call);
  });
  return sessionId;
}

/**
 * The refunds of an order that are to be requested again: those that Stripe refuses and that staff have not resolved,
 * oldest first, then those that were requested again but whose run died before Stripe answered.
 */
export async function refusedRefunds(db: Db, sessionId: SessionId): Promise<RefusedRefund[]> {
  const { refunds, refundable } = await readRefundStanding(db, sessionId);
  return [...openRefusals(refunds, refundable), ...refunds.filter(isUnderWay)].map(
    ({ requestKey, actor, ...refund }) =>
      requestKey === null
        ? { all: true, reason: refund.reason, actor: actor === 'holdfast' ? 'holdfast' : 'staff' }
        : { all: false, key: requestKey, request: requestOf(refund) },
  );
}
