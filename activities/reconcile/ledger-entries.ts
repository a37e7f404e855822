import type Stripe from 'stripe';
import { categoryOf, type LedgerEntry } from '../../domain/ledger';
import { idOf } from '../checkout/payment-owner';

/** A balance transaction with its charge, refund or dispute, as a list returns it with `data.source` expanded. */
export type Transaction = Stripe.BalanceTransaction;

/** A balance transaction as the ledger stores it. */
export function entryOf(transaction: Transaction): LedgerEntry {
  const { id, type, reporting_category, created, amount, currency, net, source } = transaction;
  const category = categoryOf(type, reporting_category);
  const from = typeof source === 'object' && source !== null ? (source as Source) : null;
  // Stripe settles in the account's currency. To compare with an order, use the currency of the charge, refund or
  // dispute.
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
    // A separate fee is a transaction of its own that takes money. Any other transaction includes its fee.
    fee: category === 'fee' ? -net : amount - net,
  };
}

/** The fields that charges, refunds and disputes have in common. */
interface Source {
  id: string;
  amount?: number;
  currency?: string;
  payment_intent?: string | { id: string } | null;
}
