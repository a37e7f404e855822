import { ApplicationFailure } from '@temporalio/common';
import type Stripe from 'stripe';
import { type RefundId, refundId, type SessionId, sessionId as toSessionId } from '../../domain/ids';
import { isFinal, type OrderStatus, type Reason } from '../../domain/order';
import { DISPUTED, isReversed, NOTHING_LEFT, type Refusal, TOO_MUCH } from '../../domain/refund';
import { expectObject } from '../../platform/stripe';
import { ownerOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { type RecordedRefund, recordRefund, undoUnpaid } from './records';
import { type AskedRow, type Question, refundRequests } from './requests';
import { REFUND_KEY, refundAsking } from './stripe-refunds';

export type GivenBack =
  /** Asked for at Stripe (or earlier); `refund` follows it. */
  | { outcome: 'refunded'; refundId: RefundId | null }
  /** No money was taken: the order is undone. */
  | { outcome: 'nothing-captured' }
  /** A dispute is open on the charge; Stripe would refuse, and the bank decides now. */
  | { outcome: 'disputed' };

export type GivenPart =
  | { outcome: 'refunded'; refundId: RefundId; status: OrderStatus }
  | { outcome: 'refused'; code: Refusal['code']; reason: string };

export type FollowedRefund =
  /** Of no order of ours. */
  | { outcome: 'unknown' }
  /** Its order does not know of its payment yet, and was woken. */
  | { outcome: 'early' }
  | { outcome: 'known'; sessionId: SessionId; number: string; status: string; orderStatus: OrderStatus };

/** Asking Stripe for money back, and following what becomes of it. */
export const refunds = (deps: Deps) => {
  const { db, stripe } = deps;
  const atStripe = refundAsking(deps);
  const requests = refundRequests(deps);

  return {
    /**
     * Gives back all that is left of an order's money, once. The refund's key is written down before Stripe is asked; a key that stands
     * there already is an earlier try in doubt (its answer was lost, the worker died, the key may be pruned), so Stripe's own list is looked
     * at first. No amount is sent: Stripe gives back the rest, and the parameters never change under the key, whatever happened at the
     * Dashboard meanwhile.
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
      const written = await requests.writeRest(sessionId, reason, actor);
      switch (written.outcome) {
        case 'nothing-captured':
          await undoUnpaid(deps, sessionId, actor);
          return { outcome: 'nothing-captured' };
        case 'disputed':
          return { outcome: 'disputed' };
        case 'given':
          if (written.refundId !== null) await deps.door.refund(written.refundId);
          return { outcome: 'refunded', refundId: written.refundId };
        default:
          return giveRest(sessionId, written.asked);
      }
    },

    /**
     * Gives back a part of an order's money (or, without an amount, what is left), once a key, and puts goods back on the shelf with it: for
     * staff, through the order while its workflow runs, through `refundRequest` after. Whether it can be had is decided under the order's row
     * lock, and what is asked for is spoken for until Stripe has answered. A refusal is remembered under the key.
     * @param key of the request: the hash of an Idempotency-Key, or the id of an update
     */
    async refundPart(question: Question): Promise<GivenPart> {
      const { sessionId } = question;
      const earlier = await requests.readPart(question);
      if (earlier?.inDoubt) {
        const found = await findOurs(earlier);
        if (found) return given(await record(sessionId, found), found);
      }
      const written = await requests.writePart(question);
      if (written.outcome === 'refused') return written;
      const { asked } = written;
      const answer = await atStripe.create(asked);
      if (typeof answer === 'object') return given(await record(sessionId, answer), answer);
      if (answer === 'disputed') return requests.refuse(asked.key, DISPUTED);
      // Somebody was faster at the Dashboard (or this very refund, its answer lost): the list tells.
      const all = await recordAll(sessionId, asked.paymentIntentId);
      const ours = all.find(({ refund }) => isOurs(refund, asked));
      if (ours) return given(ours.recorded, ours.refund);
      return requests.refuse(asked.key, answer === 'too-much' ? TOO_MUCH : NOTHING_LEFT);
    },

    /** One look at a refund: records it, adds up what was given back, and says where it stands. */
    async followRefund({ refundId }: { refundId: RefundId }): Promise<FollowedRefund> {
      const refund = expectObject(await stripe.refunds.retrieve(refundId), 'refund');
      const sessionId = await orderOf(refund);
      if (typeof sessionId === 'object') return sessionId;
      const { number, status, orderStatus } = await recordRefund(deps, sessionId, refund);
      return { outcome: 'known', sessionId, number, status, orderStatus };
    },

    /** The order's workflow runs, once more if it had ended: a refund that ended the order has failed, and the order is not done. */
    async reviveOrder({ sessionId }: { sessionId: SessionId }): Promise<void> {
      const { status } = await db.order.findUniqueOrThrow({ where: { sessionId }, select: { status: true } });
      if (!isFinal(status)) await deps.door.order(sessionId, { again: true });
    },
  };

  async function giveRest(sessionId: SessionId, asked: AskedRow): Promise<GivenBack> {
    const answer = (asked.inDoubt ? await findOurs(asked) : null) ?? (await atStripe.create(asked));
    if (answer === 'disputed') {
      await requests.refuse(asked.key, DISPUTED);
      return { outcome: 'disputed' };
    }
    if (typeof answer === 'object') {
      const { everything } = await record(sessionId, answer);
      // A refund at the Dashboard took its part before ours took the rest, and its own message may be long in coming.
      if (!everything && !isReversed(answer.status ?? '')) mustAddUp(await recordAll(sessionId, asked.paymentIntentId));
      return { outcome: 'refunded', refundId: refundId(answer.id) };
    }
    const all = await recordAll(sessionId, asked.paymentIntentId);
    const ours = all.find(({ refund }) => isOurs(refund, asked));
    if (!ours) await requests.refuse(asked.key, NOTHING_LEFT);
    mustAddUp(all);
    return { outcome: 'refunded', refundId: ours ? refundId(ours.refund.id) : null };
  }

  async function findOurs(asked: AskedRow): Promise<Stripe.Refund | null> {
    const all = await atStripe.list(asked.paymentIntentId);
    return all.find((refund) => isOurs(refund, asked)) ?? null;
  }

  /** Records a refund, and sees to it that it is followed; Stripe's own event does the same, whichever is first. */
  async function record(sessionId: SessionId, refund: Stripe.Refund): Promise<RecordedRefund> {
    const recorded = await recordRefund(deps, sessionId, refund);
    await deps.door.refund(refundId(refund.id));
    return recorded;
  }

  /** Records every refund of a payment as Stripe lists it: where Stripe gives no more, the list says what was given. */
  async function recordAll(sessionId: SessionId, paymentIntentId: string) {
    const all: { refund: Stripe.Refund; recorded: RecordedRefund }[] = [];
    for (const refund of await atStripe.list(paymentIntentId))
      all.push({ refund, recorded: await record(sessionId, refund) });
    return all;
  }

  /** Whose a refund is: an order's that knows its payment, or, where none does yet, that of the session which Stripe has for the payment. */
  async function orderOf(refund: Stripe.Refund): Promise<SessionId | { outcome: 'unknown' | 'early' }> {
    const known = await db.refund.findUnique({ where: { stripeId: refund.id }, select: { sessionId: true } });
    if (known) return toSessionId(known.sessionId);
    const owner = await ownerOf(deps, refund);
    if (owner.whose === 'nobody') return { outcome: 'unknown' };
    if (owner.whose === 'coming') return { outcome: 'early' };
    const { sessionId } = owner;
    const { paymentIntentId } = await db.order.findUniqueOrThrow({
      where: { sessionId },
      select: { paymentIntentId: true },
    });
    if (paymentIntentId !== null) return sessionId;
    // Stripe has given money back that this order does not know it ever got: database and Stripe differ.
    await deps.door.order(sessionId, { again: true });
    return { outcome: 'early' };
  }
};

const isOurs = (refund: Stripe.Refund, { key, stripeId }: AskedRow): boolean =>
  refund.id === stripeId || refund.metadata?.[REFUND_KEY] === key;

const given = ({ orderStatus }: RecordedRefund, refund: Stripe.Refund): GivenPart => ({
  outcome: 'refunded',
  refundId: refundId(refund.id),
  status: orderStatus,
});

/** Once Stripe gives no more, an order has got everything back: anything else is for a person to compare. */
function mustAddUp(all: { recorded: RecordedRefund }[]): void {
  if (all.some(({ recorded }) => recorded.everything)) return;
  throw ApplicationFailure.nonRetryable(
    'Stripe has nothing left to give back, and its refunds are less than the order’s total: compare the two',
    'refund_differs',
  );
}
