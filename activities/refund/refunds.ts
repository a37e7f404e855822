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
import { found, ownerOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { REFUND_KEY, type RefundAnswer, refundAsking } from './stripe-refunds';

export type GivenBack =
  /** Requested at Stripe, now or earlier. The `refund` workflow follows it. */
  | { outcome: 'refunded'; refundId: RefundId | null }
  /** No money was taken: the order is undone. */
  | { outcome: 'nothing-captured' }
  /** A dispute is open on the charge. Stripe would refuse a refund, and the bank decides. */
  | { outcome: 'disputed' }
  /** The customer has all that was left by a lost dispute: Stripe is not asked. */
  | { outcome: 'lost' };

export type GivenPart =
  | { outcome: 'refunded'; refundId: RefundId; status: OrderStatus }
  | { outcome: 'refused'; code: Refusal['code']; reason: string };

export type FollowedRefund =
  /** The refund belongs to no order of ours. */
  | { outcome: 'unknown' }
  /** Its order does not know about the payment yet, and was woken. */
  | { outcome: 'early' }
  | { outcome: 'known'; sessionId: SessionId; number: string; status: string; orderStatus: OrderStatus };

/** The input of `refundPart`: a part of an order's money, or all that is left. */
export interface RefundPartInput {
  sessionId: SessionId;
  /** The key of the request: the hash of an Idempotency-Key, or the id of an update. */
  key: string;
  amount?: number;
  reason: Reason;
  restock?: RestockLine[];
  actor: string;
}

/** Activities that request refunds at Stripe and follow them. */
export const refunds = (deps: Deps) => {
  const { db, stripe } = deps;
  const atStripe = refundAsking(deps);
  const now = () => new Date(deps.clock.now());

  return {
    /**
     * Refunds all that is left of an order's money, once. The refund's key is recorded before the call to Stripe. If
     * the key is already recorded, an earlier attempt is in doubt (its answer was lost, the worker died, or Stripe
     * may have forgotten the key), so Stripe's list is read first. No amount is sent: Stripe refunds the rest, so the
     * parameters under the key never change, whatever happened in the Dashboard meanwhile. Only after a lost dispute is
     * the amount named, because Stripe does not count what the bank took.
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
        case 'lost':
          return written;
        case 'given':
          if (written.refundId !== null) await deps.starter.refund(written.refundId);
          return { outcome: 'refunded', refundId: written.refundId };
        default:
          return giveRest(written);
      }
    },

    /**
     * Refunds a part of an order's money (or all that is left, without an amount), once per key, and restocks goods
     * with it. Used for staff: through the order while its workflow runs, through `refundRequest` afterwards. The
     * rules are checked under the order's row lock, and the amount is reserved until Stripe has answered. A refusal
     * is remembered under the key.
     * @param key the key of the request: the hash of an Idempotency-Key, or the id of an update
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

    /** Reads a refund at Stripe, records it, updates the order's refunded amount, and returns the refund's state. */
    async followRefund({ refundId }: { refundId: RefundId }): Promise<FollowedRefund> {
      const refund = await found(stripe.refunds.retrieve(refundId));
      if (refund === null) return { outcome: 'unknown' };
      const sessionId = await orderOf(expectObject(refund, 'refund'));
      if (typeof sessionId === 'object') return sessionId;
      const { number, status, orderStatus } = await recordRefund(db, { sessionId, seen: seenOf(refund), at: now() });
      return { outcome: 'known', sessionId, number, status, orderStatus };
    },

    /**
     * Starts the order's workflow again if it has something to do: what ended the order (a refund, a lost dispute) is
     * undone. An order that was never sold gives the money back.
     */
    async reviveOrder({ sessionId }: { sessionId: SessionId }): Promise<void> {
      const { status } = await readPayment(db, sessionId);
      if (!isFinal(status) || ENDED_UNSOLD.has(status)) await deps.starter.order(sessionId, { again: true });
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
      // A refund in the Dashboard took a part before ours took the rest, and its own message may come much later.
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
    // Another refund in the Dashboard was faster, or this refund was made and its answer lost. Stripe's list tells
    // which.
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

  /** Records a refund and starts the workflow that follows it. Stripe's event does the same; either may be first. */
  async function record(sessionId: SessionId, refund: Stripe.Refund): Promise<RecordedRefund> {
    const recorded = await recordRefund(db, { sessionId, seen: seenOf(refund), at: now() });
    await deps.starter.refund(refundId(refund.id));
    return recorded;
  }

  /**
   * Records every refund in Stripe's list for a payment. If Stripe refunds no more, the list says what was refunded.
   */
  async function recordAll(sessionId: SessionId, paymentIntentId: string) {
    const all: { refund: Stripe.Refund; recorded: RecordedRefund }[] = [];
    for (const refund of await atStripe.list(paymentIntentId))
      all.push({ refund, recorded: await record(sessionId, refund) });
    return all;
  }

  /** The order of a refund: the one that has its payment, or that of the session which Stripe names for the payment. */
  async function orderOf(refund: Stripe.Refund): Promise<SessionId | { outcome: 'unknown' | 'early' }> {
    const known = await sessionOfRefund(db, refund.id);
    if (known !== null) return known;
    const owner = await ownerOf(deps, refund);
    if (owner.whose === 'nobody') return { outcome: 'unknown' };
    if (owner.whose === 'coming') return { outcome: 'early' };
    const { sessionId } = owner;
    if ((await readPayment(db, sessionId)).paymentIntentId !== null) return sessionId;
    // Stripe has refunded a payment that this order does not know about: the database and Stripe differ.
    await deps.starter.order(sessionId, { again: true });
    return { outcome: 'early' };
  }
};

/** Ended without a sale: money that is there after all goes back. */
const ENDED_UNSOLD: ReadonlySet<OrderStatus> = new Set(['EXPIRED', 'CANCELLED']);

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

/** If Stripe refunds no more, everything must have been refunded. If it does not add up, a person has to compare. */
function mustAddUp(all: { recorded: RecordedRefund }[]): void {
  if (all.some(({ recorded }) => recorded.everything)) return;
  throw ApplicationFailure.nonRetryable(
    'Stripe has nothing left to give back, and its refunds are less than the order’s total: compare the two',
    'refund_differs',
  );
}
