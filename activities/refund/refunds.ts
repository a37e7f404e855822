import { ApplicationFailure } from '@temporalio/common';
import type Stripe from 'stripe';
import { type RefundId, refundId, type SessionId } from '../../domain/ids';
import { isFinal, type OrderStatus, type Reason } from '../../domain/order';
import { DISPUTED, isReversed, NOTHING_LEFT, type Refusal, type RestockLine, TOO_MUCH } from '../../domain/refund';
import { expectObject } from '../../platform/stripe';
import { readPayment } from '../../store/orders/payment-of';
import { cancelUnpaid } from '../../store/orders/undo';
import { writeCompensation } from '../../store/refunds/compensations';
import { type RecordedRefund, recordRefund, type SeenRefund, sessionOfRefund } from '../../store/refunds/record';
import { findWritten, refuseRefund, type WrittenRefund, writeRequest } from '../../store/refunds/staff-requests';
import { ownerOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { REFUND_KEY, type RefundAnswer, refundAsking } from './stripe-refunds';

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

/** One part of an order's money, or all that is left of it, as it is asked of `refundPart`. */
export interface RefundPartInput {
  sessionId: SessionId;
  /** Of the request: the hash of an Idempotency-Key, or the id of an update. */
  key: string;
  amount?: number;
  reason: Reason;
  restock?: RestockLine[];
  actor: string;
}

/** Asking Stripe for money back, and following what becomes of it. */
export const refunds = (deps: Deps) => {
  const { db, stripe } = deps;
  const atStripe = refundAsking(deps);
  const now = () => new Date(deps.clock.now());

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
      const written = await writeCompensation(db, { sessionId, reason, actor, at: now() });
      switch (written.outcome) {
        case 'nothing-captured':
          await cancelUnpaid(db, { sessionId, actor, at: now() });
          return { outcome: 'nothing-captured' };
        case 'disputed':
          return { outcome: 'disputed' };
        case 'given':
          if (written.refundId !== null) await deps.starter.refund(written.refundId);
          return { outcome: 'refunded', refundId: written.refundId };
        default:
          return giveRest(written);
      }
    },

    /**
     * Gives back a part of an order's money (or, without an amount, what is left), once a key, and puts goods back on the shelf with it: for
     * staff, through the order while its workflow runs, through `refundRequest` after. Whether it can be had is decided under the order's row
     * lock, and what is asked for is spoken for until Stripe has answered. A refusal is remembered under the key.
     * @param key of the request: the hash of an Idempotency-Key, or the id of an update
     */
    async refundPart({ key: requestKey, ...input }: RefundPartInput): Promise<GivenPart> {
      const request = { ...input, requestKey };
      const earlier = await findWritten(db, request);
      if (earlier?.inDoubt) {
        const made = await findOurs(earlier);
        if (made) return given(await record(input.sessionId, made), made);
      }
      const written = await writeRequest(db, { ...request, at: now() });
      return 'code' in written ? { outcome: 'refused', ...written } : givePart(written);
    },

    /** One look at a refund: records it, adds up what was given back, and says where it stands. */
    async followRefund({ refundId }: { refundId: RefundId }): Promise<FollowedRefund> {
      const refund = expectObject(await stripe.refunds.retrieve(refundId), 'refund');
      const sessionId = await orderOf(refund);
      if (typeof sessionId === 'object') return sessionId;
      const { number, status, orderStatus } = await recordRefund(db, { sessionId, seen: seenOf(refund), at: now() });
      return { outcome: 'known', sessionId, number, status, orderStatus };
    },

    /** The order's workflow runs, once more if it had ended: a refund that ended the order has failed, and the order is not done. */
    async reviveOrder({ sessionId }: { sessionId: SessionId }): Promise<void> {
      const { status } = await readPayment(db, sessionId);
      if (!isFinal(status)) await deps.starter.order(sessionId, { again: true });
    },
  };

  async function giveRest(written: WrittenRefund): Promise<GivenBack> {
    const { refund, paymentIntentId } = written;
    const answer = (written.inDoubt ? await findOurs(written) : null) ?? (await ask(written));
    if (answer === 'disputed') {
      await refuse(refund.key, DISPUTED);
      return { outcome: 'disputed' };
    }
    if (typeof answer === 'object') {
      const { everything } = await record(refund.sessionId, answer);
      // A refund at the Dashboard took its part before ours took the rest, and its own message may be long in coming.
      if (!everything && !isReversed(answer.status ?? ''))
        mustAddUp(await recordAll(refund.sessionId, paymentIntentId));
      return { outcome: 'refunded', refundId: refundId(answer.id) };
    }
    const all = await recordAll(refund.sessionId, paymentIntentId);
    const ours = all.find((one) => isOurs(one.refund, written));
    if (!ours) await refuse(refund.key, NOTHING_LEFT);
    mustAddUp(all);
    return { outcome: 'refunded', refundId: ours ? refundId(ours.refund.id) : null };
  }

  async function givePart(written: WrittenRefund): Promise<GivenPart> {
    const { refund, paymentIntentId } = written;
    const answer = await ask(written);
    if (typeof answer === 'object') return given(await record(refund.sessionId, answer), answer);
    if (answer === 'disputed') return refuse(refund.key, DISPUTED);
    // Another refund was faster at the Dashboard (or this very refund, its answer lost): the list tells.
    const all = await recordAll(refund.sessionId, paymentIntentId);
    const ours = all.find((one) => isOurs(one.refund, written));
    if (ours) return given(ours.recorded, ours.refund);
    return refuse(refund.key, answer === 'too-much' ? TOO_MUCH : NOTHING_LEFT);
  }

  function ask({ refund: { key, amount }, paymentIntentId }: WrittenRefund): Promise<RefundAnswer> {
    return atStripe.create({ key, amount, paymentIntentId });
  }

  async function refuse(key: string, refusal: Refusal): Promise<{ outcome: 'refused' } & Refusal> {
    await refuseRefund(db, { key, refusal, at: now() });
    return { outcome: 'refused', ...refusal };
  }

  async function findOurs(written: WrittenRefund): Promise<Stripe.Refund | null> {
    const all = await atStripe.list(written.paymentIntentId);
    return all.find((refund) => isOurs(refund, written)) ?? null;
  }

  /** Records a refund, and sees to it that it is followed; Stripe's own event does the same, whichever is first. */
  async function record(sessionId: SessionId, refund: Stripe.Refund): Promise<RecordedRefund> {
    const recorded = await recordRefund(db, { sessionId, seen: seenOf(refund), at: now() });
    await deps.starter.refund(refundId(refund.id));
    return recorded;
  }

  /** Records every refund of a payment as Stripe lists it: where Stripe gives no more, the list says what was given. */
  async function recordAll(sessionId: SessionId, paymentIntentId: string) {
    const all: { refund: Stripe.Refund; recorded: RecordedRefund }[] = [];
    for (const refund of await atStripe.list(paymentIntentId))
      all.push({ refund, recorded: await record(sessionId, refund) });
    return all;
  }

  /** The order that a refund belongs to: one that knows its payment, or else that of the session which Stripe has for the payment. */
  async function orderOf(refund: Stripe.Refund): Promise<SessionId | { outcome: 'unknown' | 'early' }> {
    const known = await sessionOfRefund(db, refund.id);
    if (known !== null) return known;
    const owner = await ownerOf(deps, refund);
    if (owner.whose === 'nobody') return { outcome: 'unknown' };
    if (owner.whose === 'coming') return { outcome: 'early' };
    const { sessionId } = owner;
    if ((await readPayment(db, sessionId)).paymentIntentId !== null) return sessionId;
    // Stripe has refunded money that this order does not know it ever got: database and Stripe differ.
    await deps.starter.order(sessionId, { again: true });
    return { outcome: 'early' };
  }
};

const seenOf = ({ id, metadata, status, amount, currency, created }: Stripe.Refund): SeenRefund => ({
  ...{ id, amount, currency },
  key: metadata?.[REFUND_KEY] ?? null,
  status: status ?? 'pending',
  createdAt: new Date(created * 1000),
});

const isOurs = (made: Stripe.Refund, { refund }: WrittenRefund): boolean =>
  made.id === refund.stripeId || made.metadata?.[REFUND_KEY] === refund.key;

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
