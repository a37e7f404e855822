import Stripe from 'stripe';
import type { SessionId } from '../../domain/ids';
import { isDead } from '../../domain/verdict';
import { found } from '../checkout/payment-owner';
import { paymentIntentOf, retrieveSession } from '../checkout/session';
import type { Deps } from '../deps';

/**
 * Expires the session of an order that is to be cancelled because it is unpaid, before the cancel is written down: from
 * then on nobody can pay, so what Stripe says now stays true. A look at the session alone would leave a moment in which
 * a shopper pays, and the cancel would give that money back. Each attempt has its own key, as in `expireSession`.
 * @returns why the order is to be left alone, as a sentence without its full stop: money has come, or still may. Null
 * if none can come any more, or Stripe does not know the session.
 */
export async function closeUnpaid(deps: Deps, sessionId: SessionId): Promise<string | null> {
  try {
    await deps.stripe.checkout.sessions.expire(sessionId, undefined, {
      idempotencyKey: `expire/${sessionId}/${deps.clock.now()}`,
    });
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error; // it is not open any more
  }
  const session = await found(retrieveSession(deps, sessionId));
  if (session === null) return null;
  const { status } = session;
  if (isDead({ status, intentStatus: paymentIntentOf(session)?.status ?? null })) return null;
  return status === 'complete'
    ? 'Stripe says that its session is complete: it is paid, or its payment is on its way'
    : 'Stripe says that its payment is being confirmed';
}
