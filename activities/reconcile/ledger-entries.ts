import type Stripe from 'stripe';
import { categoryOf, type LedgerEntry } from '../../domain/ledger';
import { idOf } from '../checkout/payment-owner';

/** A balance transaction with the charge, refund or dispute it comes from, as a list gives it with `data.source` expanded. */
export type Transaction = Stripe.BalanceTransaction;

/** A balance transaction as the ledger keeps it. */
export function entryOf(transaction: Transaction): LedgerEntry {
  const { id, type, reporting_category, created, amount, currency, net, source } = transaction;
  const category = categoryOf(type, reporting_category);
  const from = typeof source === 'object' && source !== null ? (source as Source) : null;
  // Stripe settles in a currency of its own: beside an order stands what the charge, refund or dispute was in.
  const converted = category !== 'payout' && from?.currency && from.currency !== currency ? from : null;
  const own = converted?.currency
    ? { currency: converted.currency, amount: Math.sign(amount) * (converted.amount ?? 0) }
    : { currency, amount };
  return {
    id,
    type,
    category,
    at: new Date(created * 1000),
    source: typeof source === 'string' ? source : (from?.id ?? null),
    paymentIntentId: idOf(from?.payment_intent),
    ...own,
    settledCurrency: currency,
    settled: amount,
    // A fee of its own is a transaction that takes money; any other transaction carries its fee with it.
    fee: category === 'fee' ? -net : amount - net,
  };
}

/** What charges, refunds and disputes have in common. */
interface Source {
  id: string;
  amount?: number;
  currency?: string;
  payment_intent?: string | { id: string } | null;
}
