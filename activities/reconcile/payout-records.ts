import type Stripe from 'stripe';
import { expectList } from '../../platform/stripe';
import type { Deps } from '../deps';
import { PAGE } from './page';

/**
 * Writes a payout down as Stripe has it, and once Stripe has said which balance transactions it pays (automatic payouts alone), what those come
 * to. Safe to repeat.
 */
export async function recordPayout(deps: Deps, payout: Stripe.Payout): Promise<void> {
  const at = new Date(deps.clock.now());
  const sum = payout.reconciliation_status === 'completed' ? await paidOut(deps, payout.id) : null;
  const seen = {
    currency: payout.currency,
    amount: payout.amount,
    status: payout.status,
    automatic: payout.automatic,
    arrivalAt: new Date(payout.arrival_date * 1000),
    ...(sum !== null && { transactions: sum, checkedAt: at }),
    updatedAt: at,
  };
  await deps.db.payout.upsert({
    where: { id: payout.id },
    create: { id: payout.id, createdAt: new Date(payout.created * 1000), ...seen },
    update: seen,
  });
}

/** What the transactions of a payout come to, its own movement (and its return, should it fail) left out. */
async function paidOut({ stripe }: Deps, payout: string): Promise<bigint> {
  let sum = 0n;
  for (let after: string | undefined; ; ) {
    const page = expectList(
      await stripe.balanceTransactions.list({ payout, limit: PAGE, ...(after && { starting_after: after }) }),
    );
    for (const { type, net } of page.data) if (!type.startsWith('payout')) sum += BigInt(net);
    after = page.data.at(-1)?.id;
    if (!page.has_more || !after) return sum;
  }
}
