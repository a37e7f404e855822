import type Stripe from 'stripe';
import { priceOff } from '../../../domain/differences';
import { Problem } from '../../../domain/problem';
import type { CheckoutRecord } from '../../../store/checkouts/checkouts';
import { writeDiscrepancies } from '../../../store/reconciliation/discrepancies';
import type { ApiDeps } from '../../deps';

/**
 * Stripe must charge what the catalogue says, unless the shopper chooses the price. Otherwise the session is expired.
 */
export async function requireSamePrice(
  deps: ApiDeps,
  row: CheckoutRecord,
  session: Stripe.Checkout.Session,
): Promise<void> {
  const { stripe, log } = deps;
  const chosenByShopper = row.lines.some(({ minimum }) => minimum !== null);
  if (session.currency === row.currency && (chosenByShopper || session.amount_subtotal === row.subtotal)) return;
  log.error(
    {
      number: row.number,
      session: session.id,
      ours: row.subtotal,
      stripes: session.amount_subtotal,
      currency: session.currency,
    },
    'Stripe’s price differs from the catalogue, so the session was expired; run stripe:setup or correct the product',
  );
  await stripe.checkout.sessions.expire(session.id);
  const { number, currency } = row;
  const asked = { number, currency, skus: row.lines.map(({ sku }) => sku), subtotal: row.subtotal };
  const stripes = { subtotal: session.amount_subtotal ?? 0, currency: session.currency };
  await writeDiscrepancies(deps.db, {
    foundBy: null,
    found: [priceOff({ ...asked, stripes })],
    at: new Date(deps.clock.now()),
  });
  throw new Problem('unavailable', 'This cannot be bought right now.', { retryAfter: 60 });
}
