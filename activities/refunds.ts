import Stripe from 'stripe';
import { type RefundId, refundId, type SessionId } from '../domain/ids';
import type { Reason } from '../domain/order';
import { expectObject } from '../platform/stripe';
import type { Refund } from '../prisma/generated/client';
import type { Deps } from './deps';
import { lockKnownOrder } from './records';
import { recordRefund, undoUnpaid } from './refund-records';

export type GivenBack =
  /** Asked for at Stripe (or earlier); `refund` follows it. */
  | { outcome: 'refunded'; refundId: RefundId | null }
  /** No money was taken: the order is undone. */
  | { outcome: 'nothing-captured' }
  /** A dispute is open on the charge; Stripe would refuse, and the bank decides now. */
  | { outcome: 'disputed' };

/** Asking Stripe for money back, and following what becomes of it. */
export const refunds = (deps: Deps) => {
  const { db, stripe, clock } = deps;

  return {
    /**
     * Gives back all that is left of an order's money, once. The refund's key is written down before Stripe is asked; a key that stands
     * there already is an earlier try in doubt (its answer was lost, the worker died, the key may be pruned), so Stripe's own list is looked
     * at first. No amount is sent: Stripe gives back the rest, and the
     * parameters never change under the key, whatever happened at the Dashboard meanwhile.
     * @param tries the activity's attempt, 1 at first
     */
    async refundRest({
      sessionId,
      reason,
      actor,
    }: {
      sessionId: SessionId;
      reason: Reason;
      actor: string;
    }): Promise<GivenBack> {
      const { order, asked, inDoubt } = await writeDown(sessionId, reason, actor);
      if (order.paymentIntentId === null) {
        await undoUnpaid(deps, sessionId, actor);
        return { outcome: 'nothing-captured' };
      }
      const found = inDoubt ? await findOurs(order.paymentIntentId, asked) : null;
      const made = found ?? (await create(order.paymentIntentId, asked));
      if (made === 'disputed') return { outcome: 'disputed' };
      if (made === 'nothing-left') {
        await recordAll(order.paymentIntentId, sessionId);
        return { outcome: 'refunded', refundId: null };
      }
      await recordRefund(deps, sessionId, made, asked.key);
      await deps.door.refund(refundId(made.id));
      return { outcome: 'refunded', refundId: refundId(made.id) };
    },

    /** One look at a refund: records it, adds up what was given back, and says where it stands. `unknown`: no order of ours. */
    async followRefund({ refundId }: { refundId: RefundId }): Promise<FollowedRefund> {
      const refund = expectObject(await stripe.refunds.retrieve(refundId), 'refund');
      const sessionId = await orderOf(refund);
      if (sessionId === null) return { outcome: 'unknown' };
      const { number } = await recordRefund(deps, sessionId, refund, refund.metadata?.holdfast_refund ?? refund.id);
      return { outcome: 'known', sessionId, number, status: refund.status ?? 'pending' };
    },
  };

  /** The row of the refund that is to empty this order: the one under way, which is then in doubt, or a new attempt when the last has failed. */
  async function writeDown(sessionId: SessionId, reason: Reason, actor: string) {
    const at = new Date(clock.now());
    return db.$transaction(async (tx) => {
      const order = await lockKnownOrder(tx, sessionId);
      const earlier = await tx.refund.findMany({
        where: { sessionId, key: { startsWith: `${sessionId}/rest/` } },
        orderBy: { attempt: 'desc' },
        take: 1,
      });
      const last = earlier[0];
      if (last && last.status !== 'failed' && last.status !== 'canceled') return { order, asked: last, inDoubt: true };
      const attempt = (last?.attempt ?? 0) + 1;
      const key = `${sessionId}/rest/${attempt}`;
      const asked = await tx.refund.create({
        data: {
          key,
          sessionId,
          currency: order.currency,
          status: 'requested',
          reason,
          actor,
          attempt,
          createdAt: at,
          updatedAt: at,
        },
      });
      return { order, asked, inDoubt: false };
    });
  }

  async function findOurs(paymentIntent: string, { key, stripeId }: Refund): Promise<Stripe.Refund | null> {
    const all = await stripe.refunds
      .list({ payment_intent: paymentIntent, limit: 100 })
      .autoPagingToArray({ limit: 1000 });
    return all.find((refund) => refund.id === stripeId || refund.metadata?.holdfast_refund === key) ?? null;
  }

  async function create(
    paymentIntent: string,
    { key }: Refund,
    suffix = '',
  ): Promise<Stripe.Refund | 'disputed' | 'nothing-left'> {
    try {
      return expectObject(
        await stripe.refunds.create(
          { payment_intent: paymentIntent, metadata: { holdfast_refund: key } },
          { idempotencyKey: `refund/${key}${suffix}` },
        ),
        'refund',
      );
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeError)) throw error;
      if (error.code === 'charge_already_refunded') return 'nothing-left';
      if (error.code === 'charge_disputed' || error.code === 'refund_disputed_payment') return 'disputed';
      // A replayed 500 is the saved end of an earlier try, and the list has just shown that it made nothing: only now is a new key safe.
      if (suffix === '' && error.statusCode === 500 && error.headers?.['idempotent-replayed'] === 'true')
        return create(paymentIntent, { key } as Refund, `/${clock.now()}`);
      throw error;
    }
  }

  /** Everything was given back by others (the Dashboard, say): each refund is recorded, and followed by its own workflow. */
  async function recordAll(paymentIntent: string, sessionId: SessionId): Promise<void> {
    const all = await stripe.refunds
      .list({ payment_intent: paymentIntent, limit: 100 })
      .autoPagingToArray({ limit: 1000 });
    for (const refund of all) {
      await recordRefund(deps, sessionId, refund, refund.metadata?.holdfast_refund ?? refund.id);
      await deps.door.refund(refundId(refund.id));
    }
  }

  async function orderOf(refund: Stripe.Refund): Promise<SessionId | null> {
    const paymentIntentId =
      typeof refund.payment_intent === 'string' ? refund.payment_intent : refund.payment_intent?.id;
    const where = [{ paymentIntentId: paymentIntentId ?? '-' }, { refunds: { some: { stripeId: refund.id } } }];
    const order = await db.order.findFirst({ where: { OR: where }, select: { sessionId: true } });
    return (order?.sessionId as SessionId | undefined) ?? null;
  }
};

export type FollowedRefund =
  | { outcome: 'unknown' }
  | { outcome: 'known'; sessionId: SessionId; number: string; status: string };
