import { DECISIONS } from '../../domain/order';
import { expectObject } from '../../platform/stripe';
import { recordWarning } from '../../store/notices/warning';
import { found, idOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { type FollowedNotice, seenNotice, withOrder } from './followed';

/**
 * The card's issuer warns of fraud before the customer has disputed
 * (https://docs.stripe.com/disputes/measuring#early-fraud-warnings). While it can be acted on, staff are called to
 * decide, with a recommendation.
 */
export async function lookAtWarning(deps: Deps, id: string): Promise<FollowedNotice> {
  const warning = await found(deps.stripe.radar.earlyFraudWarnings.retrieve(id));
  if (warning === null) return { outcome: 'unknown' };
  const { actionable: open, fraud_type: reason, created } = expectObject(warning, 'radar.early_fraud_warning');
  const paymentIntent = idOf(warning.payment_intent);
  const seen = seenNotice('fraud-warning', { id, paymentIntent, open, reason, created });
  return withOrder(deps, warning, seen, async (sessionId, at) => {
    const { number, decide } = await recordWarning(deps.db, { sessionId, seen, at });
    const call = decide ? DECISIONS.fraudWarning : null;
    return { outcome: 'order', sessionId, number, changed: true, call };
  });
}
