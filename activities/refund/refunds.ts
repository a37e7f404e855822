import type Stripe from 'stripe';
import { STAFF } from '../../domain/actor';
import { type RefundId, refundId, type SessionId } from '../../domain/ids';
import type { OrderStatus, Reason } from '../../domain/order';
import { isReversed, type RestockLine, refundedOf } from '../../domain/refund';
import { DISPUTED, NOTHING_LEFT, type Refusal, TOO_MUCH } from '../../domain/refundable';
import { readActor, readCanceller } from '../../store/orders/request-actors';
import { cancelUnpaid } from '../../store/orders/undo';
import { writeCompensation } from '../../store/refunds/compensations';
import type { RecordedRefund } from '../../store/refunds/record';
import { refuseByRule, refuseByStripe } from '../../store/refunds/refusals';
import { findWritten, type WrittenRefund, writeRequest } from '../../store/refunds/staff-requests';
import { readRefundStanding } from '../../store/refunds/standing';
import type { Deps } from '../deps';
import { addsUp, isOurs, type Listing, refundListing } from './listing';
import { isRefusal, type RefundAnswer, type RefusedByStripe, refundAsking } from './stripe-refunds';

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

/**
 * Stripe refuses the refund for good, or a rule does after staff were told that it is requested. That is recorded
 * beside the order, which goes on.
 */
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
  actor: 'staff';
  /** The key of the request of staff that asks again for a refund; its own key names who asked first. */
  by?: string;
}

interface RestInput {
  sessionId: SessionId;
  reason: Reason;
  actor: 'staff' | 'holdfast';
  /** The key of the request of staff. Absent where the order carries out a cancel, which knows its own. */
  by?: string;
}

/** As they are recorded: with the name of who asked. */
type Rest = Pick<RestInput, 'sessionId' | 'reason'> & { actor: string };
type PartRequest = Omit<RefundPartInput, 'key' | 'actor' | 'by'> & { requestKey: string; actor: string };

/** Activities that request refunds at Stripe. */
export const refunds = (deps: Deps) => {
  const { db } = deps;
  const atStripe = refundAsking(deps);
  const { record, recordAll, findOurs, isEverything } = refundListing(deps);
  const now = () => new Date(deps.clock.now());

  return {
    /**
     * Refunds all that is left of an order's money, once. The refund's key is recorded before the call to Stripe. If
     * the key is already recorded, an earlier attempt is in doubt (its answer was lost, the worker died, or Stripe
     * may have forgotten the key), so Stripe's list is read first. No amount is sent: Stripe refunds the rest, so the
     * parameters under the key never change, whatever happened in the Dashboard meanwhile. Only if the customer has
     * money that Stripe does not count (what the bank took, what was settled elsewhere) is the amount named, after
     * everything in Stripe's list was recorded.
     */
    refundRest: async ({ sessionId, reason, actor, by }: RestInput): Promise<GivenBack> =>
      refundRest({ sessionId, reason, actor: actor === STAFF ? await staffOf(sessionId, by) : actor }),

    /**
     * Refunds a part of an order's money (or all that is left, without an amount), once per key, and restocks goods
     * with it. Used for staff: through the order while its workflow runs, through `refundRequest` afterwards. The
     * rules are checked under the order's row lock, and the amount is reserved until Stripe has answered. A request
     * that a rule refused is not made until staff send it anew.
     */
    async refundPart({ key: requestKey, by, ...input }: RefundPartInput): Promise<GivenPart> {
      const actor = await readActor(db, { sessionId: input.sessionId, by: by ?? requestKey });
      return refundPart({ ...input, requestKey, actor });
    },
  };

  function staffOf(sessionId: SessionId, by: string | undefined): Promise<string> {
    return by === undefined ? readCanceller(db, sessionId) : readActor(db, { sessionId, by });
  }

  /** @param listing what was read of Stripe's list just before; null if it was not */
  async function refundRest(asked: Rest, listing: Listing | null = null): Promise<GivenBack> {
    const { sessionId, actor } = asked;
    const written = await writeCompensation(db, { ...asked, isListed: listing !== null, at: now() });
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
      case 'to-list':
        return refundRest(asked, await recordAll(sessionId, written.paymentIntentId));
      case 'to-finish':
        for (const { requestKey, request } of written.waiting)
          await refundPart({ sessionId, requestKey, ...request, actor: STAFF }); // each has a name already
        return refundRest(asked);
      default: {
        if (isRefusal(listing)) return refuseForGood(written.refund.key, listing);
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
      if (everything || isReversed(answer.status ?? '')) return { outcome: 'refunded', refundId: refundId(answer.id) };
      // A refund in the Dashboard took a part before ours took the rest, and its own message may come much later.
      const all = await recordAll(sessionId, paymentIntentId);
      return isRefusal(all) || addsUp(all) ? { outcome: 'refunded', refundId: refundId(answer.id) } : 'not-everything';
    }
    if (answer.because === 'disputed' && !(await bankHasDecided(sessionId))) {
      await refuse(key, DISPUTED);
      return { outcome: 'disputed' };
    }
    if (answer.because !== 'nothing-left') return refuseForGood(key, answer);
    // That nothing is left is a success only if Stripe's list adds up to the order's total, or to what Stripe received.
    const all = await recordAll(sessionId, paymentIntentId);
    if (isRefusal(all)) return refuseForGood(key, answer);
    const ours = all.find((one) => isOurs(one.refund, written));
    if (!(await isEverything(sessionId, paymentIntentId, all)))
      return ours ? 'not-everything' : refuseForGood(key, answer);
    if (ours) return { outcome: 'refunded', refundId: refundId(ours.refund.id) };
    await refuse(key, NOTHING_LEFT);
    return { outcome: 'refunded', refundId: null };
  }

  async function refundPart(request: PartRequest): Promise<GivenPart> {
    const earlier = await findWritten(db, request);
    const made = earlier?.inDoubt ? await findOurs(earlier) : null;
    if (earlier === null || made === null) return askForPart(request);
    return made.object === 'refund'
      ? given(await record(request.sessionId, made), made)
      : refuseForGood(earlier.refund.key, made);
  }

  /** @param listing what was read of Stripe's list just before; null if it was not */
  async function askForPart(request: PartRequest, listing: Listing | null = null): Promise<GivenPart> {
    const written = await writeRequest(db, { ...request, isListed: listing !== null, at: now() });
    switch (written.outcome) {
      case 'refused':
        return written;
      case 'refused-late':
        return { outcome: 'refused-by-stripe', since: written.since.getTime() };
      case 'to-list':
        return askForPart(request, await recordAll(request.sessionId, written.paymentIntentId));
      default:
        return isRefusal(listing) ? refuseForGood(written.refund.key, listing) : givePart(written);
    }
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
    if (isRefusal(all)) return refuseForGood(refund.key, answer);
    const ours = all.find((one) => isOurs(one.refund, written));
    if (ours) return given(ours.recorded, ours.refund);
    if (answer.because === 'nothing-left') {
      await isEverything(refund.sessionId, paymentIntentId, all);
      return refuse(refund.key, NOTHING_LEFT);
    }
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

  async function refuse(key: string, refusal: Refusal): Promise<GivenPart> {
    const stands = await refuseByRule(db, { key, refusal, at: now() });
    if (stands) return { outcome: 'refused-by-stripe', since: stands.since.getTime() };
    return { outcome: 'refused', ...refusal };
  }
};

const given = ({ orderStatus }: RecordedRefund, refund: Stripe.Refund): GivenPart => ({
  outcome: 'refunded',
  refundId: refundId(refund.id),
  status: orderStatus,
});
