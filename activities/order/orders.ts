import type { AttentionStep } from '../../domain/attention';
import type { SessionId } from '../../domain/ids';
import { DECISIONS, isDecision, isFinal, type OrderStatus, type Reason } from '../../domain/order';
import type { Refund } from '../../domain/refund';
import { againKey, openFailures, refundedOf } from '../../domain/refund';
import { callForRefund } from '../../store/orders/decisions';
import { changeOrder, type LockedOrder, lockKnownOrder, lockOrder, NO_ATTENTION } from '../../store/orders/records';
import { undoDelivery } from '../../store/orders/undo';
import { refundsOf } from '../../store/refunds/rows';
import { inventory } from '../../store/stock/inventory';
import type { Deps } from '../deps';
import { factsOf, type OrderFactsNow } from './facts';

/** How an order is read, how it ends unpaid, and how staff are called to it. */
export const orders = ({ db, clock, env }: Deps) => ({
  /** The order as it stands. */
  async readOrder({ sessionId }: { sessionId: SessionId }): Promise<OrderFactsNow> {
    return db.$transaction(async (tx) => {
      const order = await lockKnownOrder(tx, sessionId);
      const lost = (await tx.dispute.count({ where: { sessionId, lost: true } })) > 0;
      return { ...factsOf(order, env), lost };
    });
  },

  /** The parcels that left, by id, in the order in which they did. */
  async readParcels({ sessionId }: { sessionId: SessionId }): Promise<string[]> {
    const parcels = await db.shipment.findMany({
      where: { sessionId },
      select: { id: true },
      orderBy: [{ shippedAt: 'asc' }, { id: 'asc' }],
    });
    return parcels.map(({ id }) => id);
  },

  /** Ends an order that was not paid: gives back its stock and writes how it ended. */
  async endUnpaid({ sessionId, ending }: { sessionId: SessionId; ending: UnpaidEnding }): Promise<OrderStatus> {
    const at = new Date(clock.now());
    const { status, recoverable, ...happening } = UNPAID_ENDINGS[ending];
    return db.$transaction(async (tx) => {
      const order = await lockKnownOrder(tx, sessionId);
      if (isFinal(order.status)) return order.status;
      await inventory.release(tx, sessionId, at);
      await changeOrder(
        tx,
        order,
        at,
        {
          status,
          ...(order.stock === 'HELD' && { stock: 'RELEASED' }),
          // A payment that was on its way and brought nothing has failed, also where staff had cancelled meanwhile.
          ...((ending === 'payment-failed' || order.paymentStatus === 'PROCESSING') && {
            paymentStatus: 'FAILED' as const,
          }),
          ...(recoverable && { recoverableUntil: new Date(at.getTime() + RECOVERABLE_MS) }),
        },
        { type: ending, ...happening },
      );
      return status;
    });
  },

  /** Gives the stock back while money may still come: the order stays where it is and goes on watching Stripe. */
  async releaseHold({ sessionId, why }: { sessionId: SessionId; why: string }): Promise<void> {
    const at = new Date(clock.now());
    await db.$transaction(async (tx) => {
      const order = await lockKnownOrder(tx, sessionId);
      if (order.stock !== 'HELD') return;
      await inventory.release(tx, sessionId, at);
      await changeOrder(
        tx,
        order,
        at,
        { stock: 'RELEASED' },
        { type: 'released', message: `Stock given back: ${why}`, actor: 'holdfast' },
      );
    });
  },

  /** Raises the flag that a step cannot go on; staff see it in lists, in the Temporal UI and by mail. */
  async raiseAttention({
    sessionId,
    step,
    reason,
  }: {
    sessionId: SessionId;
    step: AttentionStep;
    reason: string;
  }): Promise<void> {
    const at = new Date(clock.now());
    await db.$transaction(async (tx) => {
      const order = await lockOrder(tx, sessionId);
      if (!order || (order.attentionStep === step && order.attentionReason === reason)) return;
      // What a person must decide about is not overwritten by a step that may yet go on by itself.
      if (order.attentionStep !== null && isDecision(order.attentionStep) && !isDecision(step)) return;
      await changeOrder(
        tx,
        order,
        at,
        { attentionStep: step, attentionReason: reason, attentionSince: at },
        {
          type: 'attention',
          message: `Needs attention at “${step}”: ${reason}`,
          actor: 'holdfast',
          key: `attention/${step}/${at.getTime()}`,
        },
      );
    });
  },

  /** Lowers the flag again, unless it is one that a person must decide about. */
  async clearAttention({ sessionId }: { sessionId: SessionId }): Promise<void> {
    const at = new Date(clock.now());
    await db.$transaction(async (tx) => {
      const order = await lockOrder(tx, sessionId);
      if (!order || order.attentionStep === null || isDecision(order.attentionStep)) return;
      await changeOrder(tx, order, at, NO_ATTENTION);
    });
  },

  /** A person has decided: what was found out is answered, and the order goes on. */
  async decide({ sessionId }: { sessionId: SessionId }): Promise<OrderFactsNow> {
    const at = new Date(clock.now());
    return db.$transaction(async (tx) => {
      const order = await lockKnownOrder(tx, sessionId);
      const step = order.attentionStep;
      if (step === null || !isDecision(step)) return factsOf(order, env);
      const [failed] = openFailures(await refundsOf(tx, sessionId), Number(order.total));
      await changeOrder(
        tx,
        order,
        at,
        {
          ...(step === DECISIONS.fraudWarning && { fraudWarning: false }),
          ...stillToDecide(order, step === DECISIONS.refundFailed ? failed : undefined, at),
        },
        {
          type: 'decided',
          message: `Staff have decided about “${step}”`,
          actor: 'staff',
          key: `decided/${at.getTime()}`,
        },
      );
      return factsOf(await lockKnownOrder(tx, sessionId), env);
    });
  },

  /**
   * The refund that failed last and was not asked for again: what it gave back, and under which key it is asked for anew. `all` where it was to give
   * back everything that is left.
   */
  async failedRefund({
    sessionId,
  }: {
    sessionId: SessionId;
  }): Promise<{ key: string; amount: number; reason: Reason; all: boolean } | null> {
    const order = await db.order.findUniqueOrThrow({ where: { sessionId }, select: { total: true } });
    const refunds = await refundsOf(db, sessionId);
    const [failed] = openFailures(refunds, Number(order.total));
    if (!failed) return null;
    const amount = Number(failed.amount ?? 0);
    const all = amount >= Number(order.total) - refundedOf(refunds);
    return { key: againKey(failed.stripeId), amount, reason: failed.reason, all };
  },

  /** The bank took the money: what is unshipped returns to the shelf, and the order ends. Stripe is asked for nothing. */
  async endLost({ sessionId }: { sessionId: SessionId }): Promise<OrderStatus> {
    const at = new Date(clock.now());
    return db.$transaction(async (tx) => {
      const order = await lockKnownOrder(tx, sessionId);
      if (order.status === 'REFUNDED') return order.status;
      await undoDelivery(tx, order, at);
      await changeOrder(
        tx,
        order,
        at,
        { status: 'REFUNDED', paymentStatus: 'REFUNDED', ...NO_ATTENTION },
        {
          type: 'cancelled',
          message: 'Cancelled after a lost dispute; the bank has given the money back',
          actor: 'staff',
        },
      );
      return 'REFUNDED';
    });
  },
});

/** How an order ends that no money came for. */
export type UnpaidEnding = 'expired' | 'payment-failed' | 'sold-out' | 'abandoned' | 'cancelled';

const UNPAID_ENDINGS: Record<
  UnpaidEnding,
  { status: OrderStatus; recoverable: boolean; message: string; actor: string }
> = {
  expired: { status: 'EXPIRED', recoverable: true, message: 'Closed unpaid at the end of the hold', actor: 'holdfast' },
  'payment-failed': { status: 'EXPIRED', recoverable: true, message: 'The delayed payment failed', actor: 'stripe' },
  'sold-out': {
    status: 'CANCELLED',
    recoverable: false,
    message: 'Sold out at checkout; the till is closed',
    actor: 'holdfast',
  },
  abandoned: { status: 'CANCELLED', recoverable: false, message: 'The shopper left without paying', actor: 'shopper' },
  cancelled: { status: 'CANCELLED', recoverable: false, message: 'Cancelled before any money came', actor: 'staff' },
};

/** How long a recovery link works: as long as Stripe's own (https://docs.stripe.com/payments/checkout/abandoned-carts). */
const RECOVERABLE_MS = 30 * 86_400_000;

/** What wants a decision after one was made: the next refund that did not go through, or a warning that stepped back behind it. */
function stillToDecide(order: LockedOrder, failed: Refund | undefined, at: Date) {
  if (failed) return callForRefund(failed, at);
  if (order.attentionStep === DECISIONS.fraudWarning || !order.fraudWarning) return NO_ATTENTION;
  return {
    attentionStep: DECISIONS.fraudWarning,
    attentionReason:
      'Stripe warns of fraud: cancel gives the money back before a dispute can cost it; retry ships all the same',
    attentionSince: at,
  };
}
