import type { CheckoutLine } from './session';

/**
 * What of a Checkout Session, with its PaymentIntent and lines, decides about an order. A part of Stripe's objects, so that the decision is
 * tested without Stripe.
 */
export interface SessionFacts {
  status: 'open' | 'complete' | 'expired' | (string & {}) | null;
  payment_status: 'paid' | 'unpaid' | 'no_payment_required' | (string & {});
  currency: string | null;
  amount_subtotal: number | null;
  amount_total: number | null;
  total_details?: { amount_discount: number; amount_shipping?: number | null; amount_tax: number } | null;
  shipping_cost?: { amount_subtotal: number; amount_tax: number; amount_total: number } | null;
  /** The PaymentIntent's status; null until the shopper has confirmed. */
  intentStatus: string | null;
  /** What the PaymentIntent has received; null where there is none. */
  received: number | null;
  lines: LineFacts[];
}

export interface LineFacts {
  /** The SKU this line stands for, or null when nothing names it. */
  sku: string | null;
  quantity: number;
  amount_subtotal: number;
  amount_discount: number;
  amount_tax: number;
  amount_total: number;
}

/** What was asked of Stripe. */
export interface Asked {
  currency: string;
  lines: Pick<CheckoutLine, 'sku' | 'quantity' | 'total' | 'minimum'>[];
}

/** What Stripe says of an order's money, in the words the order's life is told in. */
export type Verdict =
  /** Not paid, and the shopper still can. A declined card is this. */
  | { seen: 'open' }
  /** Complete, and a delayed payment is on its way. */
  | { seen: 'processing' }
  /** Complete, and the delayed payment has failed. */
  | { seen: 'failed' }
  /** The till is closed. `stockFree` is false while a payment begun before can still succeed (a 3-D Secure in flight). */
  | { seen: 'expired'; stockFree: boolean }
  /** The money is there (or none is due), and it is what was asked. */
  | { seen: 'paid'; free: boolean }
  /** The money is there, but not what was asked: nothing may ship before a person has looked. */
  | { seen: 'differs'; free: boolean; reason: string };

/** PaymentIntents that can no longer turn into money once their session has expired (https://docs.stripe.com/payments/paymentintents/lifecycle). */
const DEAD_AFTER_EXPIRY = new Set(['canceled', 'requires_payment_method', 'requires_confirmation']);

/** Reads a session as design and contract do: Stripe is the ledger, the order and time of events decide nothing. */
export function judge(session: SessionFacts, asked: Asked): Verdict {
  const moneyIsThere =
    session.intentStatus === 'succeeded' || (session.status === 'complete' && session.payment_status !== 'unpaid');
  if (moneyIsThere) {
    const free = session.payment_status === 'no_payment_required' && session.intentStatus !== 'succeeded';
    const reason = whatDiffers(session, asked);
    return reason === null ? { seen: 'paid', free } : { seen: 'differs', free, reason };
  }
  if (session.status === 'complete') {
    const failed = session.intentStatus === 'requires_payment_method' || session.intentStatus === 'canceled';
    return { seen: failed ? 'failed' : 'processing' };
  }
  if (session.status === 'expired') {
    return { seen: 'expired', stockFree: session.intentStatus === null || DEAD_AFTER_EXPIRY.has(session.intentStatus) };
  }
  return { seen: 'open' };
}

/** What a total is made of, in the currency's smallest unit: `subtotal − discount + shipping + (tax − taxIncluded)`. */
export interface Amounts {
  subtotal: number;
  discount: number;
  shipping: number;
  /** All of it. */
  tax: number;
  /** Of the tax, what is inside the prices already. */
  taxIncluded: number;
  total: number;
}

/** What Stripe says that a session's total is made of, whether or not it adds up. */
export function amountsOf(session: SessionFacts): Amounts {
  const { amount_discount: discount = 0, amount_shipping: shipping, amount_tax: tax = 0 } = session.total_details ?? {};
  const onTop = [...session.lines, ...shippingLine(session)].reduce((sum, line) => sum + taxOnTop(line), 0);
  return {
    subtotal: session.amount_subtotal ?? 0,
    discount,
    shipping: session.shipping_cost?.amount_subtotal ?? shipping ?? 0,
    tax,
    taxIncluded: Math.min(tax, Math.max(0, tax - onTop)),
    total: session.amount_total ?? 0,
  };
}

/** The first thing that is not what was asked, in a sentence with both numbers, or null. */
export function whatDiffers(session: SessionFacts, asked: Asked): string | null {
  if (session.currency !== asked.currency) return `paid in ${session.currency}, asked in ${asked.currency}`;
  return linesDiffer(session.lines, asked.lines) ?? sumDiffers(session);
}

function linesDiffer(lines: LineFacts[], asked: Asked['lines']): string | null {
  const found = new Map<string, { quantity: number; subtotal: number }>();
  for (const line of lines) {
    if (line.sku === null) return 'a line at Stripe stands for no product known here';
    const sum = found.get(line.sku) ?? { quantity: 0, subtotal: 0 };
    found.set(line.sku, { quantity: sum.quantity + line.quantity, subtotal: sum.subtotal + line.amount_subtotal });
  }
  for (const { sku, quantity, total, minimum } of asked) {
    const line = found.get(sku);
    found.delete(sku);
    if (line?.quantity !== quantity) return `${sku}: ${line?.quantity ?? 0} at Stripe, ${quantity} asked`;
    if (minimum === null && line.subtotal !== total) return `${sku}: ${line.subtotal} at Stripe, ${total} asked`;
    if (minimum !== null && line.subtotal < minimum * quantity)
      return `${sku}: ${line.subtotal} at Stripe, at least ${minimum * quantity} asked`;
  }
  const [extra] = found.keys();
  return extra === undefined ? null : `${extra}: at Stripe, never asked`;
}

/**
 * The total must be subtotal − discount + shipping + the tax that is not already inside, and the lines must tell the same: Stripe's sums are
 * sums of theirs (https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-total_details). Tax may be inside the prices,
 * on top, or some of each; by how much a line's total exceeds its price tells which.
 */
function sumDiffers(session: SessionFacts): string | null {
  const { subtotal, discount, shipping, tax, total } = amountsOf(session);
  const parts = [...session.lines, ...shippingLine(session)];
  const sum = (amount: (line: Part) => number, of: Part[] = parts) => of.reduce((so, line) => so + amount(line), 0);

  const ofLines = sum(({ amount_subtotal }) => amount_subtotal, session.lines);
  if (ofLines !== subtotal) return `the lines add up to ${ofLines}, the subtotal is ${subtotal}`;
  const off = sum(({ amount_discount }) => amount_discount);
  if (off !== discount) return `the lines are discounted by ${off}, the session by ${discount}`;
  const taxed = sum(({ amount_tax }) => amount_tax);
  if (taxed !== tax) return `the tax of lines and shipping is ${taxed}, that of the session ${tax}`;
  const odd = parts.find((line) => taxOnTop(line) < 0 || taxOnTop(line) > line.amount_tax);
  if (odd) return `a line costs ${odd.amount_total}, explained ${beforeTax(odd)} and at most ${odd.amount_tax} of tax`;

  const explained = subtotal - discount + shipping + sum(taxOnTop);
  if (total !== explained) return `the total is ${total}, explained ${explained}`;
  const { received } = session;
  return received === null || received === total ? null : `received ${received}, the total is ${total}`;
}

type Part = Omit<LineFacts, 'sku' | 'quantity'>;

const beforeTax = ({ amount_subtotal, amount_discount }: Part): number => amount_subtotal - amount_discount;

const taxOnTop = (line: Part): number => line.amount_total - beforeTax(line);

/** Shipping as one more line; it is never discounted. Where Stripe names its sum alone, there is no tax on it. */
function shippingLine({ shipping_cost, total_details }: SessionFacts): Part[] {
  if (shipping_cost) return [{ ...shipping_cost, amount_discount: 0 }];
  const alone = total_details?.amount_shipping ?? 0;
  return [{ amount_subtotal: alone, amount_discount: 0, amount_tax: 0, amount_total: alone }];
}
