/** `/v1/balance_transactions`: every movement of money in the account. */
import type Stripe from 'stripe';
import { noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { currency, text } from '../http/params';
import { type Route, route } from '../http/route';
import { newId } from '../store/ids';
import type { World } from '../world';

const DAY = 24 * 60 * 60;
/** Money becomes available two days after it moved. */
const AVAILABLE_AFTER = 2 * DAY;

export const balanceRoutes: Route[] = [
  route(
    'GET',
    '/v1/balance_transactions',
    { ...pagingByTime, currency, payout: text(), source: text(), type: text() },
    ({ world, params }) => {
      const listed = page(world.store.balanceTransactions, params, {
        url: '/v1/balance_transactions',
        what: 'balance transaction',
        ...(params.source !== undefined && { only: { index: 'source' as const, key: params.source } }),
        where: (transaction) =>
          (params.payout === undefined || isPaidBy(world, transaction.id, params.payout)) &&
          (params.currency === undefined || transaction.currency === params.currency) &&
          (params.type === undefined || transaction.type === params.type),
      });
      return { ...listed, data: listed.data.map((transaction) => transactionShown(world, transaction)) };
    },
  ),
  route('GET', '/v1/balance_transactions/:id', {}, ({ world, id }) => {
    const transaction = world.store.balanceTransactions.get(id);
    if (transaction === undefined) throw noSuch('balance transaction', id);
    return transactionShown(world, transaction);
  }),
];

interface Movement {
  source: string | null;
  /** The change of the balance: negative when money leaves. */
  amount: number;
  currency: string;
  type:
    | 'adjustment'
    | 'charge'
    | 'payment'
    | 'payment_refund'
    | 'payout'
    | 'payout_cancel'
    | 'payout_failure'
    | 'payout_minimum_balance_hold'
    | 'payout_minimum_balance_release'
    | 'refund'
    | 'refund_failure';
  category: string;
  fee?: number;
  description?: string | null;
  /** Whether it is available at once. */
  atOnce?: boolean;
}

export function moveMoney(
  world: World,
  { source, amount, currency, type, category, fee = 0, description = null, atOnce = false }: Movement,
): string {
  const created = world.clock.seconds();
  const fees = { amount: fee, application: null, currency, description: 'Stripe processing fees', type: 'stripe_fee' };
  const { id } = world.store.balanceTransactions.put({
    id: newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: atOnce ? created : created + AVAILABLE_AFTER,
    balance_type: 'payments',
    created,
    currency,
    description,
    exchange_rate: null,
    fee,
    fee_details: fee === 0 ? [] : [fees],
    net: amount - fee,
    reporting_category: category,
    source,
    status: 'pending',
    type,
  });
  return id;
}

/** Credits the account with a charge. @returns the id of the balance transaction */
export function creditCharge(
  world: World,
  { id, amount, currency, description, payment_method_details }: Stripe.Charge,
): string {
  const type = payment_method_details?.type === 'card' ? 'charge' : 'payment';
  return moveMoney(world, { source: id, amount, currency, type, category: 'charge', fee: feeOn(amount), description });
}

/** Stripe's fee for a charge: the standard European price. */
const feeOn = (amount: number): number => Math.round(amount * 0.015) + 25;

/** Until a payout is reconciled, only its own transaction is known to belong to it. */
function isPaidBy({ store }: World, transaction: string, id: string): boolean {
  const payout = store.payouts.get(id);
  if (payout === undefined || store.settlements.get(transaction)?.payout !== id) return false;
  return payout.reconciliation_status === 'completed' || payout.balance_transaction === transaction;
}

/** The transaction with its present status: its money becomes available with time. */
export function transactionShown(world: World, transaction: Stripe.BalanceTransaction): Stripe.BalanceTransaction {
  return { ...transaction, status: transaction.available_on <= world.clock.seconds() ? 'available' : 'pending' };
}
