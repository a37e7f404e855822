import type Stripe from 'stripe';
import { expectList } from '../../platform/stripe';
import { recordPayout } from '../../store/reconciliation/payouts';
import { idOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { PAGE } from './page';

/**
 * Records a payout, with the sum of the balance transactions that it pays out once Stripe has listed them, which it
 * does only for automatic payouts. Safe to repeat.
 */
export async function keepPayout(deps: Deps, payout: Stripe.Payout): Promise<void> {
  const { id, currency, amount, status, automatic, arrival_date, created } = payout;
  await recordPayout(deps.db, {
    at: new Date(deps.clock.now()),
    payout: {
      ...{ id, currency, amount, status, automatic },
      arrivalAt: new Date(arrival_date * 1000),
      createdAt: new Date(created * 1000),
      transactions: payout.reconciliation_status === 'completed' ? await paidOut(deps, id) : null,
    },
  });
}

/** The sum of a payout's transactions, without its own movement and, if it failed, its return. */
async function paidOut({ stripe }: Deps, payout: string): Promise<number> {
  let sum = 0;
  for (let after: string | undefined; ; ) {
    const page = expectList(
      await stripe.balanceTransactions.list({ payout, limit: PAGE, ...(after && { starting_after: after }) }),
    );
    for (const transaction of page.data) if (!isItsOwn(transaction, payout)) sum += transaction.net;
    after = page.data.at(-1)?.id;
    if (!page.has_more || !after) return sum;
  }
}

/**
 * Whether a transaction is the movement of the payout itself. What an earlier payout brought back is paid out again
 * with this one, and what Stripe holds back to keep a minimum balance lowers it.
 */
const isItsOwn = ({ type, source }: Stripe.BalanceTransaction, payout: string): boolean =>
  OWN_MOVEMENTS.has(type) && idOf(source) === payout;

const OWN_MOVEMENTS = new Set<string>(['payout', 'payout_cancel', 'payout_failure']);
