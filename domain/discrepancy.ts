import { formatMoney } from './money';

/** What the sweep and the ledger can find that Stripe and the orders do not agree about. docs/operating.md says what to do with each. */
export const DISCREPANCY_KINDS = [
  'captured_without_order',
  'paid_but_closed',
  'amount_differs',
  'refund_differs',
  'payout_differs',
  'missing_at_stripe',
] as const;
export type DiscrepancyKind = (typeof DISCREPANCY_KINDS)[number];

export interface Discrepancy {
  kind: DiscrepancyKind;
  /** The id of the session, refund, payout, dispute or charge; for prices that differ, the SKUs. */
  reference: string;
  /** A sentence without personal data. */
  detail: string;
  currency: string | null;
  /** By how much, in the currency's smallest unit. */
  amount: bigint | null;
  /** Not ours to put right: staff are told of it once, and it counts as settled. */
  toldOnce: boolean;
}

/** An amount in a sentence; in digits where the currency is none that people write. */
export const inWords = (amount: bigint | number, currency: string | null): string =>
  currency && /^[a-z]{3}$/.test(currency)
    ? formatMoney({ amount: Number(amount), currency })
    : `${amount} ${currency ?? ''}`.trim();
