import type { AttentionStep } from '../../domain/attention';
import type { SessionId } from '../../domain/ids';
import type { OrderStatus, Reason } from '../../domain/order';
import { againKey, openFailures, refundedOf } from '../../domain/refund';
import { clearAttention, decide, raiseAttention } from '../../store/orders/attention';
import { endLost, endUnpaid, releaseHold } from '../../store/orders/endings';
import { readSnapshot } from '../../store/orders/snapshot';
import { readRefundStanding } from '../../store/refunds/standing';
import type { Deps } from '../deps';
import { type OrderFactsNow, withTerms } from './facts';

/** How an order is read, how it ends unpaid, and how staff are called to it. */
export const orders = ({ db, clock, env }: Deps) => {
  const now = () => new Date(clock.now());
  const read = async (sessionId: SessionId): Promise<OrderFactsNow> =>
    withTerms(env, await readSnapshot(db, sessionId));

  return {
    /** The order as it stands. */
    readOrder: ({ sessionId }: { sessionId: SessionId }): Promise<OrderFactsNow> => read(sessionId),

    /** Ends an order that was not paid: gives back its stock and writes how it ended. */
    endUnpaid({ sessionId, ending }: { sessionId: SessionId; ending: UnpaidEnding }): Promise<OrderStatus> {
      const { status, recoverable, message, actor } = UNPAID_ENDINGS[ending];
      return endUnpaid(db, {
        sessionId,
        status,
        paymentFailed: ending === 'payment-failed',
        recoverableUntil: recoverable ? new Date(clock.now() + RECOVERABLE_MS) : null,
        event: { type: ending, message, actor },
        at: now(),
      });
    },

    /** Gives the stock back while money may still come: the order stays where it is and goes on watching Stripe. */
    releaseHold: ({ sessionId, why }: { sessionId: SessionId; why: string }): Promise<void> =>
      releaseHold(db, { sessionId, why, at: now() }),

    /** Raises the flag that a step cannot go on; staff see it in lists, in the Temporal UI and by mail. */
    raiseAttention: (flag: { sessionId: SessionId; step: AttentionStep; reason: string }): Promise<void> =>
      raiseAttention(db, { ...flag, at: now() }),

    /** Lowers the flag again, unless it is one that a person must decide about. */
    clearAttention: ({ sessionId }: { sessionId: SessionId }): Promise<void> =>
      clearAttention(db, { sessionId, at: now() }),

    /** A person has decided: what was found out is answered, and the order goes on. */
    async decide({ sessionId }: { sessionId: SessionId }): Promise<OrderFactsNow> {
      await decide(db, { sessionId, at: now() });
      return read(sessionId);
    },

    /**
     * The refund that failed last and was not asked for again: what it gave back, and under which key it is asked for
     * anew. `all` where it was to give back everything that is left.
     */
    async failedRefund({
      sessionId,
    }: {
      sessionId: SessionId;
    }): Promise<{ key: string; amount: number; reason: Reason; all: boolean } | null> {
      const { refunds, total } = await readRefundStanding(db, sessionId);
      const [failed] = openFailures(refunds, total);
      if (!failed) return null;
      const amount = failed.amount ?? 0;
      const all = amount >= total - refundedOf(refunds);
      return { key: againKey(failed.stripeId), amount, reason: failed.reason, all };
    },

    /**
     * The bank took the money: what is unshipped returns to the shelf, and the order ends. Stripe is asked for
     * nothing.
     */
    endLost: ({ sessionId }: { sessionId: SessionId }): Promise<OrderStatus> => endLost(db, { sessionId, at: now() }),
  };
};

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

/**
 * How long a recovery link works: as long as Stripe's own
 * (https://docs.stripe.com/payments/checkout/abandoned-carts).
 */
const RECOVERABLE_MS = 30 * 86_400_000;
