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
  shipping_cost?: { amount_tax?: number | null } | null;
  /** The PaymentIntent's status; null until the shopper has confirmed. */
  intentStatus: string | null;
  lines: LineFacts[];
}

export interface LineFacts {
  /** The SKU this line stands for, or null when nothing names it. */
  sku: string | null;
  quantity: number;
  amount_subtotal: number;
  amount_discount: number;
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

/** The total must be subtotal − discount + shipping + the tax that is not already inside. */
function sumDiffers(session: SessionFacts): string | null {
  const subtotal = session.amount_subtotal ?? 0;
  const total = session.amount_total ?? 0;
  const ofLines = session.lines.reduce((sum, line) => sum + line.amount_subtotal, 0);
  if (ofLines !== subtotal) return `the lines add up to ${ofLines}, the subtotal is ${subtotal}`;
  const {
    amount_discount: discount = 0,
    amount_shipping: shipping = 0,
    amount_tax: tax = 0,
  } = session.total_details ?? {};
  const beforeTax = subtotal - discount + (shipping ?? 0);
  // Tax may be inside the prices, on top, or some of each: what the lines carry on top tells, and shipping has its own.
  const onLines = session.lines.reduce(
    (sum, line) => sum + line.amount_total - (line.amount_subtotal - line.amount_discount),
    0,
  );
  const onShipping = session.shipping_cost?.amount_tax ?? 0;
  const lawful = [0, tax, onLines, onLines + onShipping].filter((onTop) => onTop >= 0 && onTop <= tax);
  return lawful.some((onTop) => beforeTax + onTop === total) ? null : `paid ${total}, explained ${beforeTax + tax}`;
}
