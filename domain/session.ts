/**
 * Keys of ours in a Checkout Session's metadata (and its PaymentIntent's). `checkout` names the row in `checkouts` that was written before
 * Stripe was asked; a session that carries it is ours and is never ignored. Lines carry their SKU under `sku`.
 */
export const METADATA = {
  checkout: 'holdfast_checkout',
  number: 'holdfast_number',
  userId: 'userId',
  sku: 'sku',
} as const;

/** One line of a checkout, as it was asked: the shape of `checkouts.lines`. Amounts are in the checkout's currency. */
export interface CheckoutLine {
  sku: string;
  name: string;
  kind: 'PHYSICAL' | 'DIGITAL';
  quantity: number;
  /** Per unit; for pay-what-you-want the suggested amount. */
  unitAmount: number;
  /** quantity × unitAmount. */
  total: number;
  /** Null while the price has not been made at Stripe; the session is then asked with inline price data. */
  stripePriceId: string | null;
  /** Set exactly for pay-what-you-want: the least the shopper may pay. */
  minimum: number | null;
}
