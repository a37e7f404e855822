/** What a balance transaction is to the ledger. */
export type LedgerCategory = 'charge' | 'refund' | 'dispute' | 'payout' | 'fee' | 'other';

/** Stripe's types by category (https://docs.stripe.com/reports/balance-transaction-types). */
const CATEGORIES: Record<string, LedgerCategory> = {
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

/** @param reportingCategory Stripe's own grouping, the only one that tells every movement of a dispute */
export const categoryOf = (type: string, reportingCategory: string): LedgerCategory =>
  reportingCategory.startsWith('dispute') ? 'dispute' : (CATEGORIES[type] ?? 'other');

/** A balance transaction as it is kept. Amounts are in the smallest unit of the currency beside them. */
export interface LedgerEntry {
  id: string;
  at: Date;
  category: LedgerCategory;
  /** Stripe's own word. */
  type: string;
  /** The charge, refund, dispute or payout. */
  source: string | null;
  paymentIntentId: string | null;
  /** Of the charge, refund or dispute; negative when money leaves. */
  currency: string;
  amount: number;
  /** As it changes the balance, before the fee. */
  settledCurrency: string;
  settled: number;
  fee: number;
}

/** The sums of one day (UTC) in one currency: Stripe's balance, and beside it what the orders say. */
export interface LedgerDay {
  day: string;
  currency: string;
  captured: number;
  refunded: number;
  disputed: number;
  fees: number;
  paidOut: number;
  /** The part of `captured` that belongs to no order of ours. */
  leftOut: number;
  ordersCaptured: number;
  ordersRefunded: number;
}
