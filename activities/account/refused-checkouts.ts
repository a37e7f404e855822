import { CHECKOUT_REFUSED } from '../../domain/fault';
import { type Alarm, resolveAlarms } from '../../store/alarms/alarms';
import { hasOpenedSince } from '../../store/checkouts/latest';
import type { Deps } from '../deps';

/** Ends the alarm about checkouts that Stripe refuses once one in that currency was opened since. */
export async function endRefusedCheckouts({ db, clock }: Deps, open: Alarm[]): Promise<void> {
  for (const { cause, subject, currency, lastSeenAt } of open) {
    if (cause !== CHECKOUT_REFUSED || currency === null) continue;
    if (await hasOpenedSince(db, { currency, since: lastSeenAt }))
      await resolveAlarms(db, { causes: [cause], subject, at: new Date(clock.now()) });
  }
}
