import type { AttentionStep } from '../../domain/attention';
import { type UnpaidEnding, unpaidInWords } from '../../domain/happened';
import type { SessionId } from '../../domain/ids';
import type { OrderStatus, Reason } from '../../domain/order';
import { againKey, openFailures, type RefusedRefund, refundedOf } from '../../domain/refund';
import { clearAttention, decide, raiseAttention } from '../../store/orders/attention';
import { isCarriedOut } from '../../store/orders/carried-out';
import { endLost, endUnpaid, releaseHold } from '../../store/orders/endings';
import { readActor, readCanceller } from '../../store/orders/request-actors';
import { readSnapshot } from '../../store/orders/snapshot';
import { refusedRefunds } from '../../store/refunds/refusals';
import { readRefundStanding } from '../../store/refunds/standing';
import type { Deps } from '../deps';
import { type OrderFactsNow, withTerms } from './facts';

/** Activities that read an order, end it unpaid, and raise or clear its attention. */
export const orders = ({ db, clock, ...terms }: Deps) => {
  const now = () => new Date(clock.now());
  const read = async (sessionId: SessionId): Promise<OrderFactsNow> =>
    withTerms(terms, await readSnapshot(db, sessionId));

  return {
    /** Reads the order. */
    readOrder: ({ sessionId }: { sessionId: SessionId }): Promise<OrderFactsNow> => read(sessionId),

    /** Ends an order that was not paid: releases its stock and records how it ended. */
    async endUnpaid({ sessionId, ending }: { sessionId: SessionId; ending: UnpaidEnding }): Promise<OrderStatus> {
      const { status, recoverable, ...by } = UNPAID_ENDINGS[ending];
      const actor = ending === 'cancelled' ? await readCanceller(db, sessionId) : by.actor;
      return endUnpaid(db, {
        sessionId,
        status,
        paymentFailed: ending === 'payment-failed',
        recoverableUntil: recoverable ? new Date(clock.now() + RECOVERABLE_MS) : null,
        event: { type: ending, message: unpaidInWords(ending, status), actor },
        ifCancelled: unpaidInWords('cancelled', 'CANCELLED'),
        at: now(),
      });
    },

    /** Releases the stock while money may still come. The status stays, and the workflow keeps asking Stripe. */
    releaseHold: ({ sessionId, why }: { sessionId: SessionId; why: string }): Promise<void> =>
      releaseHold(db, { sessionId, why, at: now() }),

    /** Flags that a step is parked. Staff see it in lists, in the Temporal UI and by mail. */
    raiseAttention: (flag: { sessionId: SessionId; step: AttentionStep; reason: string }): Promise<void> =>
      raiseAttention(db, { ...flag, at: now() }),

    /** Clears the flag, unless it is a decision that a person must make. */
    clearAttention: ({ sessionId }: { sessionId: SessionId }): Promise<void> =>
      clearAttention(db, { sessionId, at: now() }),

    /** Records that a person has decided, whose name the database has under `by`. The order continues. */
    async decide({
      sessionId,
      reported = false,
      by,
    }: {
      sessionId: SessionId;
      reported?: boolean;
      by?: string;
    }): Promise<OrderFactsNow> {
      await decide(db, { sessionId, reported, actor: await readActor(db, { sessionId, by }), by, at: now() });
      return read(sessionId);
    },

    /** Whether a request of staff to `resolve` or `retry` is carried out. @param by its key */
    isCarriedOut: ({ sessionId, by }: { sessionId: SessionId; by: string }): Promise<boolean> =>
      isCarriedOut(db, sessionId, by),

    /**
     * The latest failed refund that was not requested again: its amount, and the key for the new request. `all` if it
     * was for everything that was left.
     */
    async failedRefund({
      sessionId,
    }: {
      sessionId: SessionId;
    }): Promise<{ key: string; amount: number; reason: Reason; all: boolean } | null> {
      const { refunds, refundable } = await readRefundStanding(db, sessionId);
      const [failed] = openFailures(refunds, refundable);
      if (!failed) return null;
      const amount = failed.amount ?? 0;
      const all = amount >= refundable - refundedOf(refunds);
      return { key: againKey(failed.stripeId), amount, reason: failed.reason, all };
    },

    /** The refunds that Stripe refuses and that staff have not resolved, oldest first. */
    refusedRefunds: ({ sessionId }: { sessionId: SessionId }): Promise<RefusedRefund[]> =>
      refusedRefunds(db, sessionId),

    /**
     * Ends an order whose money the bank has taken: unshipped goods return to stock, and nothing is refunded. Changes
     * nothing if some of the money is left, or has come back meanwhile.
     */
    endLost: async ({ sessionId }: { sessionId: SessionId }): Promise<OrderStatus> =>
      endLost(db, { sessionId, actor: await readCanceller(db, sessionId), at: now() }),
  };
};

const UNPAID_ENDINGS: Record<UnpaidEnding, { status: OrderStatus; recoverable: boolean; actor: string }> = {
  expired: { status: 'EXPIRED', recoverable: true, actor: 'holdfast' },
  'payment-failed': { status: 'EXPIRED', recoverable: true, actor: 'stripe' },
  'sold-out': { status: 'CANCELLED', recoverable: false, actor: 'holdfast' },
  abandoned: { status: 'CANCELLED', recoverable: false, actor: 'shopper' },
  cancelled: { status: 'CANCELLED', recoverable: false, actor: 'staff' },
};

/**
 * How long a recovery link works: the same time as Stripe's own
 * (https://docs.stripe.com/payments/checkout/abandoned-carts).
 */
const RECOVERABLE_MS = 30 * 86_400_000;
