import { expectObject } from '../../platform/stripe';
import { recordForeignNotice } from '../../store/notices/record';
import { found } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { keepPayout } from '../reconcile/payouts';
import { type FollowedNotice, seenNotice } from './followed';

/** Money on its way from Stripe to the bank. It concerns no order, only the ledger. */
export async function lookAtPayout(deps: Deps, id: string): Promise<FollowedNotice> {
  const payout = await found(deps.stripe.payouts.retrieve(id));
  if (payout === null) return { outcome: 'unknown' };
  const { status: reason, created } = expectObject(payout, 'payout');
  await keepPayout(deps, payout);
  const seen = seenNotice('payout', { id, paymentIntent: null, open: false, reason, created });
  await recordForeignNotice(deps.db, { seen, at: new Date(deps.clock.now()) });
  return { outcome: 'recorded' };
}
