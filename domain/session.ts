/**
 * Our metadata keys on a Checkout Session and its PaymentIntent. `checkout` names the row in `checkouts` that was
 * written before the call to Stripe. A session with this key is ours and is never ignored. Each line has its SKU
 * under `sku`.
 */
export const METADATA = {
  checkout: 'holdfast_checkout',
  number: 'holdfast_number',
  userId: 'userId',
  sku: 'sku',
} as const;

/**
 * One line of a checkout as it was requested: the shape of `checkouts.lines`. Amounts are in the checkout's currency.
 */
export interface CheckoutLine {
  sku: string;
  name: string;
  kind: 'PHYSICAL' | 'DIGITAL';
  quantity: number;
  /** The price of one unit; for pay-what-you-want, the suggested amount. */
  unitAmount: number;
  /** quantity × unitAmount. */
  total: number;
  /** Null until the price exists at Stripe; the session is then created with inline price data. */
  stripePriceId: string | null;
  /** The least the shopper may pay. Set only for pay-what-you-want. */
  minimum: number | null;
}
