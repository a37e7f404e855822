import { expectObject } from '../../platform/stripe';
import { found } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { keepPayout } from '../reconcile/payouts';
import { type FollowedNotice, writeNobodys } from './records';

/** Money on its way from Stripe to the bank: of no order, but of the ledger. */
export async function lookAtPayout(deps: Deps, id: string): Promise<FollowedNotice> {
  const payout = await found(deps.stripe.payouts.retrieve(id));
  if (payout === null) return { outcome: 'unknown' };
  const { status, created } = expectObject(payout, 'payout');
  await keepPayout(deps, payout);
  await writeNobodys(deps, { id, kind: 'payout', paymentIntent: null, open: false, reason: status, created });
  return { outcome: 'recorded' };
}
