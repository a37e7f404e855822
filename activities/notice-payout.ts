import { expectObject } from '../platform/stripe';
import type { Deps } from './deps';
import { type FollowedNotice, writeNobodys } from './notice-records';
import { found } from './payment-owner';
import { recordPayout } from './payout-records';

/** Money on its way from Stripe to the bank: of no order, but of the ledger. */
export async function lookAtPayout(deps: Deps, id: string): Promise<FollowedNotice> {
  const payout = await found(deps.stripe.payouts.retrieve(id));
  if (payout === null) return { outcome: 'unknown' };
  const { status, created } = expectObject(payout, 'payout');
  await recordPayout(deps, payout);
  await writeNobodys(deps, { id, kind: 'payout', paymentIntent: null, open: false, reason: status, created });
  return { outcome: 'recorded' };
}
