import Stripe from 'stripe';
import type { SessionId } from '../../domain/ids';
import type { KnownPayment } from '../../domain/order-snapshot';
import { METADATA } from '../../domain/session';
import { IN_FLIGHT_MS, judge, type Verdict } from '../../domain/verdict';
import { readRequestedLines } from '../../store/checkouts/checkouts';
import { isPaid, takeAccepted } from '../../store/orders/accept';
import { keepInFlight } from '../../store/orders/payment';
import type { Deps } from '../deps';
import { keepInvoice } from './invoice';
import { captureBefore, writeClosed, writePayment, writeProcessing } from './paid';
import { found } from './payment-owner';
import { type AskedCheckout, factsOf, paymentIntentOf, retrieveSession, type Session } from './session';
import { adopt, isElsewhere, noteStray, writeElsewhere } from './take-up';

/** Whether a session made elsewhere was taken up, so that an order can be opened for it. */
export type TakenUp = 'taken-up' | 'not-complete' | 'not-ours';

/**
 * What Stripe says. While a payment may still come without a shopper, `stockUntil` is the time until which its stock is
 * kept, in milliseconds since the epoch. `captureBefore` is set where the payment waits for staff to capture it: until
 * then, in milliseconds since the epoch. `payment` is what was written to the order; absent from what older histories
 * hold.
 */
export type Seen =
  | Exclude<Verdict, { seen: 'paid' | 'differs' | 'failed' | 'processing' | 'expired' }>
  | (Extract<Verdict, { seen: 'paid' | 'differs' | 'failed' }> & { payment?: KnownPayment })
  | { seen: 'processing'; stockUntil: number; captureBefore?: number; payment?: KnownPayment }
  /** Stripe does not know the session (any more). `paid`: its money was seen before. */
  | { seen: 'unknown'; paid: boolean }
  | { seen: 'expired'; stockFree: true }
  | { seen: 'expired'; stockFree: false; stockUntil: number };

/** Activities at Stripe about an order's Checkout Session. */
export const checkout = (deps: Deps) => {
  const read = async (sessionId: SessionId): Promise<Seen> => {
    const session = await found(retrieveSession(deps, sessionId));
    if (session === null) return { seen: 'unknown', paid: await isPaid(deps.db, sessionId) };
    const asked = await readRequestedLines(deps.db, sessionId);
    const facts = await factsOf(deps, session, asked);
    const verdict = judge(facts, asked);
    const seen = { session, facts, asked };
    switch (verdict.seen) {
      case 'paid':
      case 'differs': {
        const { payment } = await writePayment(deps, seen, verdict.free ? 'free' : 'paid');
        await keepInvoice(deps, session);
        if (verdict.seen === 'paid') return { ...verdict, payment };
        const isAccepted = await takeAccepted(deps.db, {
          ...{ sessionId, currency: session.currency, received: facts.received },
        });
        return isAccepted ? { seen: 'paid', free: verdict.free, payment } : { ...verdict, payment };
      }
      case 'processing':
        return { seen: 'processing', ...(await writeProcessing(deps, seen)), ...toCapture(session) };
      case 'failed':
        return { ...verdict, payment: (await writePayment(deps, seen, 'failed')).payment };
      case 'expired':
        await writeClosed(deps, session);
        return verdict.stockFree
          ? EXPIRED
          : { ...IN_FLIGHT, stockUntil: (await inFlightSince(sessionId)) + IN_FLIGHT_MS };
      default:
        return verdict;
    }
  };

  const inFlightSince = async (sessionId: SessionId): Promise<number> =>
    (await keepInFlight(deps.db, { sessionId, at: new Date(deps.clock.now()) })).getTime();

  return {
    /**
     * Steps 2 and 3: reads the session with its PaymentIntent, latest charge and lines, and returns the verdict. Once
     * the shopper has paid, the customer, the address and the amounts are first written to the order. Returns only
     * codes and numbers.
     */
    lookAtSession: ({ sessionId }: { sessionId: SessionId }): Promise<Seen> => read(sessionId),

    /**
     * Expires the session, so that no payment can start. If the session is no longer open, Stripe refuses without a
     * code, and the session is read to see what it is (https://docs.stripe.com/api/checkout/sessions/expire). Each
     * attempt has its own key: expiring twice is harmless, but a saved 500 would be replayed for a day under one key.
     */
    async expireSession({ sessionId }: { sessionId: SessionId }): Promise<Seen> {
      try {
        await deps.stripe.checkout.sessions.expire(sessionId, undefined, {
          idempotencyKey: `expire/${sessionId}/${deps.clock.now()}`,
        });
      } catch (error) {
        if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
      }
      return read(sessionId);
    },

    /**
     * Takes up a `complete` session that has no checkout here: one of ours whose process died before it recorded the
     * id, a payment link, or a recovered session. Its lines become the checkout from which the order is opened. A
     * session that is not ours is recorded as a stray, once. One that this key cannot read, because it is of another
     * account or mode, is only counted: the key may be replaced by one that can.
     */
    async takeUpSession({ sessionId }: { sessionId: SessionId }): Promise<TakenUp> {
      const session = await found(retrieveSession(deps, sessionId));
      if (session === null) {
        deps.metrics.strays.inc();
        return 'not-ours';
      }
      if (session.status !== 'complete') return 'not-complete';
      if (await isElsewhere(deps, session)) {
        await noteStray(deps, session);
        return 'not-ours';
      }
      const ours = session.metadata?.[METADATA.checkout];
      if (ours && (await adopt(deps, session, ours))) return 'taken-up';
      const lines = ours || session.mode === 'payment' ? (await factsOf(deps, session, NOTHING_ASKED)).lines : null;
      if (lines === null || (!ours && lines.some(({ sku }) => sku === null))) {
        await noteStray(deps, session);
        return 'not-ours';
      }
      await writeElsewhere(deps, session, lines);
      return 'taken-up';
    },
  };
};

function toCapture(session: Session): { captureBefore?: number } {
  const before = captureBefore(paymentIntentOf(session));
  return before === null ? {} : { captureBefore: before.getTime() };
}

const EXPIRED = { seen: 'expired', stockFree: true } as const;
const IN_FLIGHT = { seen: 'expired', stockFree: false } as const;
const NOTHING_ASKED: AskedCheckout = { currency: '', lines: [] };
