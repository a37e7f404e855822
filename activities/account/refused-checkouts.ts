import { CHECKOUT_REFUSED } from '../../domain/fault';
import { refusedRateOf } from '../../domain/refused-checkout';
import { isOwnRate } from '../../domain/shop';
import { type Alarm, resolveAlarms } from '../../store/alarms/alarms';
import { hasOpenedSince } from '../../store/checkouts/latest';
import type { Db } from '../../store/database';
import { readShop } from '../../store/shop/settings';
import type { Deps } from '../deps';

/**
 * Ends the alarm about checkouts that Stripe refuses once one in that currency was opened since. About a shipping rate
 * only one that offers it says that Stripe takes it again; or the shop offers it no more.
 */
export async function endRefusedCheckouts({ db, clock }: Deps, open: Alarm[]): Promise<void> {
  for (const { cause, subject, currency, lastSeenAt } of open) {
    if (cause !== CHECKOUT_REFUSED || currency === null) continue;
    const shippingRate = refusedRateOf(subject);
    const isOver =
      (shippingRate !== null && !(await isOffered(db, shippingRate))) ||
      (await hasOpenedSince(db, { currency, shippingRate, since: lastSeenAt }));
    if (isOver) await resolveAlarms(db, { causes: [cause], subject, at: new Date(clock.now()) });
  }
}

async function isOffered(db: Db, id: string): Promise<boolean> {
  const { shippingRates } = await readShop(db);
  return shippingRates.some((rate) => !isOwnRate(rate) && rate.stripeShippingRateId === id);
}
