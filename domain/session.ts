/**
 * Our metadata keys on a Checkout Session and its PaymentIntent. `checkout` names the row in `checkouts` that was
 * written before the call to Stripe, `installation` the installation that made the session. A session with these keys
 * is ours and is never ignored, unless it names another installation. Each line has its SKU under `sku`. `shopperIp` is
 * there only with KEEP_SHOPPER_IP.
 */
export const METADATA = {
  checkout: 'holdfast_checkout',
  installation: 'holdfast_installation',
  number: 'holdfast_number',
  userId: 'userId',
  shopperIp: 'shopper_ip',
  sku: 'sku',
} as const;

/**
 * Whether metadata at Stripe says that another installation on the same account made the object. What names none was
 * made before installations were named, or elsewhere.
 */
export function isOfAnotherInstallation(metadata: Record<string, string> | null, installation: string): boolean {
  const named = metadata?.[METADATA.installation];
  return named !== undefined && named !== installation;
}

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
  /** Null where the line is not of a checkout here. */
  stripePriceId: string | null;
  /** The least the shopper may pay. Set only for pay-what-you-want. */
  minimum: number | null;
  /** What is in a bundle, for all of its units. Absent for any other product. */
  contents?: LineContent[];
}

/** A product in the bundles of a line. The totals of all of them add up to the line's. */
export type LineContent = {
  sku: string;
  name: string;
  kind: 'PHYSICAL' | 'DIGITAL';
  quantity: number;
  total: number;
};
