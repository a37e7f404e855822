import { hasCall } from '../../domain/calls';
import type { SessionId } from '../../domain/ids';
import { formatMoney } from '../../domain/money';
import { DECISIONS } from '../../domain/order';
import { refundableOf } from '../../domain/order-money';
import { ANSWERED_AFTER_MS, openRefusals, type RefusedRefund, requestOf } from '../../domain/refund';
import { isUnderWay, type Refusal } from '../../domain/refundable';
import type { Refund as RefundRow } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';
import { isDecided } from '../orders/attention';
import { callForDecision, callForRefusal, callsOf, isAboutRefunds } from '../orders/decisions';
import { changeOrder, type LockedOrder, lockKnownOrder, moneyOf } from '../orders/records';
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
  return db.$transaction(async (tx) =>
    stand(tx, await lockOrderOf(tx, key), {
      ...{ key, at, code: refusal.code, reason: refusal.message, actor: 'stripe' },
      message: (amount) => `Stripe refuses to refund ${amount}: “${refusal.message}”`,
    }),
  );
}

/**
 * Records that a rule refuses a request. If staff were told before that it is requested, the refusal stands beside the
 * order as one by Stripe does, with the reason on the timeline: nobody waits for the answer any more.
 * @returns since when the order has needed a decision, if it stands
 */
export async function refuseByRule(
  db: Db,
  { key, refusal, at }: { key: string; refusal: Refusal; at: Date },
): Promise<{ since: Date } | null> {
  return db.$transaction(async (tx) => {
    const order = await lockOrderOf(tx, key);
    const row = await tx.refund.findUniqueOrThrow({ where: { key } });
    if (isAnswered(row, at)) return refuseAnswered(tx, order, { key, refusal, at });
    await refuseRefund(tx, { key, refusal, at });
    return null;
  });
}

/** Whether staff, or the shopper who withdrew, have been told that this request is stored. */
export const isAnswered = ({ status, requestHash, createdAt }: RefundRow, at: Date): boolean =>
  status === 'requested' && requestHash !== null && at.getTime() - createdAt.getTime() >= ANSWERED_AFTER_MS;

/** As `refuseByRule`, of a request of which staff were told that it is requested, once the order is locked. */
export const refuseAnswered = (
  tx: Tx,
  order: LockedOrder,
  { key, refusal: { code, reason }, at }: { key: string; refusal: Refusal; at: Date },
): Promise<{ since: Date }> =>
  stand(tx, order, {
    ...{ key, at, code, reason, actor: 'holdfast' },
    message: (amount) => `The refund of ${amount} that waited is refused: ${reason}`,
  });

/** Records that a rule refused the request. Its amount is available again. */
export async function refuseRefund(
  db: Db | Tx,
  { key, refusal, at }: { key: string; refusal: Refusal; at: Date },
): Promise<void> {
  await db.refund.updateMany({ where: { key, status: 'requested' }, data: { ...refusedAs(refusal), updatedAt: at } });
}

/** Each refusal counts: a request that is judged anew is asked for under another key. */
export const refusedAs = ({ code, reason }: Pick<Refusal, 'reason'> & { code: string }) => ({
  ...{ status: 'refused', refusal: code, refusalReason: reason },
  refusals: { increment: 1 },
});

async function lockOrderOf(tx: Tx, key: string): Promise<LockedOrder> {
  const { sessionId } = await tx.refund.findUniqueOrThrow({ where: { key }, select: { sessionId: true } });
  return lockKnownOrder(tx, sessionId as SessionId);
}

/** Has a refusal stand beside the order, which needs a decision about it. */
async function stand(
  tx: Tx,
  order: LockedOrder,
  refused: { key: string; code: string; reason: string; actor: string; at: Date; message: (amount: string) => string },
): Promise<{ since: Date }> {
  const { key, code, reason, actor, at, message } = refused;
  const asked = await tx.refund.findUniqueOrThrow({ where: { key } });
  const since = isAboutRefunds(order.attentionStep) ? (order.attentionSince ?? at) : at;
  if (asked.status !== 'requested') return { since };
  const row = await tx.refund.update({
    where: { key },
    data: { ...refusedAs({ code, reason }), refusedAt: at, updatedAt: at },
  });
  const [standing] = openRefusals(await refundsOf(tx, order.sessionId as SessionId), refundableOf(moneyOf(order)));
  const isCalled = order.attentionStep !== DECISIONS.refundFailed && standing !== undefined;
  const change = {
    ...(isCalled && callForRefusal(order, standing, at)),
    // A cancel is refused with its refund: the order goes on as if it had not been cancelled.
    ...(row.origin === 'COMPENSATION' && order.cancelRequestedAt !== null && { cancelRefusal: reason }),
  };
  await changeOrder(tx, order, at, change, {
    type: 'refund-refused',
    message: message(amountOf(row)),
    actor,
    key: `refund-refused/${key}/${row.refusals}`,
  });
  return { since };
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
