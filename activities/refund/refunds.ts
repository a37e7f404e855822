import type Stripe from 'stripe';
import { type RefundId, refundId, type SessionId } from '../../domain/ids';
import type { OrderStatus, Reason } from '../../domain/order';
import { isReversed, type RestockLine, refundedOf } from '../../domain/refund';
import { DISPUTED, NOTHING_LEFT, type Refusal, TOO_MUCH } from '../../domain/refundable';
import { cancelUnpaid } from '../../store/orders/undo';
import { writeCompensation } from '../../store/refunds/compensations';
import { type RecordedRefund, recordRefund } from '../../store/refunds/record';
import { refuseByStripe } from '../../store/refunds/refusals';
import { findWritten, refuseRefund, type WrittenRefund, writeRequest } from '../../store/refunds/staff-requests';
import { readRefundStanding } from '../../store/refunds/standing';
import type { Deps } from '../deps';
import { REFUND_KEY, type RefundAnswer, type RefusedByStripe, refundAsking, seenOf } from './stripe-refunds';

export type GivenBack =
  /** Requested at Stripe, now or earlier. The `refund` workflow follows it. */
  | { outcome: 'refunded'; refundId: RefundId | null }
  /** No money was taken: the order is undone. */
  | { outcome: 'nothing-captured' }
  /** A dispute is open on the charge. Stripe would refuse a refund, and the bank decides. */
  | { outcome: 'disputed' }
  /** The customer has all that was left by a lost dispute: Stripe is not asked. */
  | { outcome: 'lost' }
  /** Staff have withdrawn it: Holdfast does not ask for it again by itself. */
  | { outcome: 'withdrawn' }
  | RefusedForGood;

/** Stripe refuses the refund for good. That is recorded beside the order, which goes on. */
export interface RefusedForGood {
  outcome: 'refused-by-stripe';
  /** Since when the order has needed a decision about its refunds, in milliseconds since the epoch. */
  since: number;
}

export type GivenPart =
  | { outcome: 'refunded'; refundId: RefundId; status: OrderStatus }
  | { outcome: 'refused'; code: Refusal['code']; reason: string }
  | RefusedForGood;

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

/** Activities that request refunds at Stripe. */
export const refunds = (deps: Deps) => {
  const { db } = deps;
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
    refundRest,

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
  };

  async function refundRest(asked: { sessionId: SessionId; reason: Reason; actor: string }): Promise<GivenBack> {
    const { sessionId, actor } = asked;
    const written = await writeCompensation(db, { ...asked, at: now() });
    switch (written.outcome) {
      case 'nothing-captured':
        await cancelUnpaid(db, { sessionId, actor, at: now() });
        return { outcome: 'nothing-captured' };
      case 'disputed':
      case 'lost':
      case 'withdrawn':
        return written;
      case 'given':
        if (written.refundId !== null) await deps.starter.refund(written.refundId);
        return { outcome: 'refunded', refundId: written.refundId };
      default: {
        const gave = await giveRest(written);
        // Less than the order's total was given back: Stripe is asked once more, and says that nothing is left.
        return gave === 'not-everything' ? refundRest(asked) : gave;
      }
    }
  }

  async function giveRest(written: WrittenRefund): Promise<GivenBack | 'not-everything'> {
    const { refund, paymentIntentId } = written;
    const { sessionId, key } = refund;
    const answer = (written.inDoubt ? await findOurs(written) : null) ?? (await ask(written));
    if (answer.object === 'refund') {
      const { everything } = await record(sessionId, answer);
      // A refund in the Dashboard took a part before ours took the rest, and its own message may come much later.
      const isAll =
        everything || isReversed(answer.status ?? '') || addsUp(await recordAll(sessionId, paymentIntentId));
      return isAll ? { outcome: 'refunded', refundId: refundId(answer.id) } : 'not-everything';
    }
    if (answer.because === 'disputed' && !(await bankHasDecided(sessionId))) {
      await refuse(key, DISPUTED);
      return { outcome: 'disputed' };
    }
    if (answer.because !== 'nothing-left') return refuseForGood(key, answer);
    // That nothing is left is a success only if Stripe's list adds up to the order's total.
    const all = await recordAll(sessionId, paymentIntentId);
    const ours = all.find((one) => isOurs(one.refund, written));
    if (ours) return addsUp(all) ? { outcome: 'refunded', refundId: refundId(ours.refund.id) } : 'not-everything';
    if (!addsUp(all)) return refuseForGood(key, answer);
    await refuse(key, NOTHING_LEFT);
    return { outcome: 'refunded', refundId: null };
  }

  async function givePart(written: WrittenRefund): Promise<GivenPart> {
    const { refund, paymentIntentId } = written;
    const answer = await ask(written);
    if (answer.object === 'refund') return given(await record(refund.sessionId, answer), answer);
    const isDecided = answer.because === 'disputed' && (await bankHasDecided(refund.sessionId));
    if (answer.because === 'disputed' && !isDecided) return refuse(refund.key, DISPUTED);
    if (answer.because === 'lasting' || isDecided) return refuseForGood(refund.key, answer);
    // Another refund in the Dashboard was faster, or this refund was made and its answer lost. Stripe's list tells
    // which.
    const all = await recordAll(refund.sessionId, paymentIntentId);
    const ours = all.find((one) => isOurs(one.refund, written));
    if (ours) return given(ours.recorded, ours.refund);
    if (answer.because === 'nothing-left') return refuse(refund.key, NOTHING_LEFT);
    // Stripe names the amount for any reason, such as a unit that the currency cannot have.
    const isTooMuch = (refund.amount ?? 0) > (await leftToRefund(refund.sessionId));
    return isTooMuch ? refuse(refund.key, TOO_MUCH) : refuseForGood(refund.key, answer);
  }

  /** Stripe may refuse to refund what a lost dispute has left, too. No bank's decision will change that. */
  async function bankHasDecided(sessionId: SessionId): Promise<boolean> {
    return (await readRefundStanding(db, sessionId)).bankHasDecided;
  }

  async function leftToRefund(sessionId: SessionId): Promise<number> {
    const { refundable, refunds } = await readRefundStanding(db, sessionId);
    return refundable - refundedOf(refunds);
  }

  function ask({ refund: { key, amount, refusals }, paymentIntentId }: WrittenRefund): Promise<RefundAnswer> {
    return atStripe.create({ key, amount, refusals, paymentIntentId });
  }

  async function refuseForGood(key: string, { code, message }: RefusedByStripe): Promise<RefusedForGood> {
    const { since } = await refuseByStripe(db, { key, refusal: { code, message }, at: now() });
    return { outcome: 'refused-by-stripe', since: since.getTime() };
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
};

const isOurs = (made: Stripe.Refund, { refund }: WrittenRefund): boolean =>
  made.id === refund.stripeId || made.metadata?.[REFUND_KEY] === refund.key;

const given = ({ orderStatus }: RecordedRefund, refund: Stripe.Refund): GivenPart => ({
  outcome: 'refunded',
  refundId: refundId(refund.id),
  status: orderStatus,
});

const addsUp = (all: { recorded: RecordedRefund }[]): boolean => all.some(({ recorded }) => recorded.everything);
