import type Stripe from 'stripe';
import { idOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';

/** A balance transaction with the charge, refund or dispute it comes from, as a list gives it with `data.source` expanded. */
export type Transaction = Stripe.BalanceTransaction;

/** What a transaction is to the ledger, by Stripe's type (https://docs.stripe.com/reports/balance-transaction-types). */
const CATEGORIES: Record<string, string> = {
  charge: 'charge',
  payment: 'charge',
  refund: 'refund',
  payment_refund: 'refund',
  refund_failure: 'refund',
  payment_failure_refund: 'refund',
  payment_reversal: 'refund',
  payout: 'payout',
  payout_cancel: 'payout',
  payout_failure: 'payout',
  stripe_fee: 'fee',
  stripe_fx_fee: 'fee',
  tax_fee: 'fee',
};

const categoryOf = ({ type, reporting_category }: Transaction): string =>
  reporting_category.startsWith('dispute') ? 'dispute' : (CATEGORIES[type] ?? 'other');

/** Keeps transactions, each once. */
export async function keepEntries({ db }: Pick<Deps, 'db'>, transactions: Transaction[]): Promise<void> {
  if (transactions.length === 0) return;
  await db.ledgerEntry.createMany({ data: transactions.map(entryOf), skipDuplicates: true });
}

function entryOf(transaction: Transaction) {
  const { id, type, created, amount, currency, net, source } = transaction;
  const category = categoryOf(transaction);
  const from = typeof source === 'object' && source !== null ? (source as unknown as Source) : null;
  // Stripe settles in a currency of its own: beside an order stands what the charge, refund or dispute was in.
  const converted = category !== 'payout' && from?.currency && from.currency !== currency ? from : null;
  const own = converted?.currency
    ? { currency: converted.currency, amount: BigInt(Math.sign(amount) * (converted.amount ?? 0)) }
    : { currency, amount: BigInt(amount) };
  return {
    id,
    type,
    category,
    at: new Date(created * 1000),
    source: typeof source === 'string' ? source : (from?.id ?? null),
    paymentIntentId: idOf(from?.payment_intent),
    ...own,
    settledCurrency: currency,
    settled: BigInt(amount),
    // A fee of its own is a transaction that takes money; any other transaction carries its fee with it.
    fee: BigInt(category === 'fee' ? -net : amount - net),
  };
}

/** What charges, refunds and disputes have in common. */
interface Source {
  id: string;
  amount?: number;
  currency?: string;
  payment_intent?: string | { id: string } | null;
}
