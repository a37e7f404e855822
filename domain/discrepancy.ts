import { formatMoney } from './money';

/** The ways in which Stripe and the orders can disagree. docs/operating.md says what to do about each. */
export const DISCREPANCY_KINDS = [
  'captured_without_order',
  'paid_but_closed',
  'amount_differs',
  'refund_differs',
  'payout_differs',
  'missing_at_stripe',
  'not_for_sale',
] as const;
export type DiscrepancyKind = (typeof DISCREPANCY_KINDS)[number];

export interface Discrepancy {
  kind: DiscrepancyKind;
  /** The id of the session, refund, payout, dispute or charge; if prices differ, the SKUs; if not for sale, the SKU. */
  reference: string;
  /** A sentence without personal data. */
  detail: string;
  currency: string | null;
  /** The difference, in the currency's smallest unit. */
  amount: number | null;
  /** Not ours to put right: staff are told of it once, and it counts as settled. */
  toldOnce: boolean;
}

/** An amount for a sentence, e.g. `€12.50`; bare digits if the currency is missing or not a real one. */
export const inWords = (amount: number, currency: string | null): string =>
  currency && /^[a-z]{3}$/.test(currency) ? formatMoney({ amount, currency }) : `${amount} ${currency ?? ''}`.trim();
