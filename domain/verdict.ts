import { formatMoney, stepOf } from './money';
import type { CheckoutLine } from './session';

/**
 * The fields of a Checkout Session, its PaymentIntent and its lines that decide about an order. They are a subset of
 * Stripe's objects, so that the decision can be tested without Stripe.
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
  /** What the PaymentIntent has received; null if there is no PaymentIntent. */
  received: number | null;
  lines: LineFacts[];
}

export interface LineFacts {
  /** The SKU of this line; null if neither its price nor its metadata names one. */
  sku: string | null;
  quantity: number;
  amount_subtotal: number;
  amount_discount: number;
  amount_tax: number;
  amount_total: number;
}

/** What Holdfast requested from Stripe. */
export interface Asked {
  currency: string;
  lines: Pick<CheckoutLine, 'sku' | 'quantity' | 'total' | 'minimum'>[];
}

/** What Stripe says about an order's money, in the terms of the order workflow. */
export type Verdict =
  /** Not paid, and the shopper still can pay, for example after a declined card. */
  | { seen: 'open' }
  /** Complete, with a delayed payment on its way. */
  | { seen: 'processing' }
  /** Complete, but the delayed payment has failed. */
  | { seen: 'failed' }
  /** The session has expired. `stockFree` is false while a payment can still succeed (3-D Secure in flight). */
  | { seen: 'expired'; stockFree: boolean }
  /** Paid (or nothing is due), as requested. */
  | { seen: 'paid'; free: boolean }
  /** Paid, but not as requested: nothing may ship until a person has decided. */
  | { seen: 'differs'; free: boolean; reason: string };

/** How long the stock of a payment is kept that is in flight when its session expires, in milliseconds. */
export const IN_FLIGHT_MS = 3_600_000;

/**
 * PaymentIntent statuses that can bring no money once the session has expired
 * (https://docs.stripe.com/payments/paymentintents/lifecycle).
 */
const DEAD_AFTER_EXPIRY = new Set(['canceled', 'requires_payment_method', 'requires_confirmation']);

/** Decides what a session means for its order. Only Stripe's objects count, never the order or time of events. */
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
  if (session.status === 'expired') return { seen: 'expired', stockFree: isDead(session) };
  return { seen: 'open' };
}

/** Whether a session has expired and its payment, if one was begun, can bring no money any more. */
export const isDead = ({ status, intentStatus }: Pick<SessionFacts, 'status' | 'intentStatus'>): boolean =>
  status === 'expired' && (intentStatus === null || DEAD_AFTER_EXPIRY.has(intentStatus));

/** The parts of a total, in the currency's smallest unit: `subtotal − discount + shipping + (tax − taxIncluded)`. */
export interface Amounts {
  subtotal: number;
  discount: number;
  shipping: number;
  /** The whole tax. */
  tax: number;
  /** The part of the tax that the prices already include. */
  taxIncluded: number;
  total: number;
}

/** The parts of a session's total according to Stripe, whether or not they add up. */
export function amountsOf(session: SessionFacts): Amounts {
  const { amount_discount: discount = 0, amount_shipping, amount_tax: tax = 0 } = session.total_details ?? {};
  const subtotal = session.amount_subtotal ?? 0;
  const shipping = session.shipping_cost?.amount_subtotal ?? amount_shipping ?? 0;
  const total = session.amount_total ?? 0;
  const onTop = total - (subtotal - discount + shipping);
  return { subtotal, discount, shipping, tax, taxIncluded: Math.min(tax, Math.max(0, tax - onTop)), total };
}

/** The first difference between the session and what was requested, as a sentence with both values; null if none. */
export function whatDiffers(session: SessionFacts, asked: Asked): string | null {
  if (session.currency !== asked.currency) return `paid in ${session.currency}, expected ${asked.currency}`;
  return linesDiffer(session.lines, asked) ?? sumDiffers(session, asked.currency);
}

function linesDiffer(lines: LineFacts[], { lines: asked, currency }: Asked): string | null {
  const unit = stepOf(currency); // how far a line may be rounded
  const say = (amount: number) => formatMoney({ amount, currency });
  const found = new Map<string, { quantity: number; subtotal: number; rounding: number }>();
  for (const { sku, quantity, amount_subtotal } of lines) {
    if (sku === null) return 'a line at Stripe matches no known product';
    const sum = found.get(sku) ?? { quantity: 0, subtotal: 0, rounding: 0 };
    found.set(sku, {
      quantity: sum.quantity + quantity,
      subtotal: sum.subtotal + amount_subtotal,
      rounding: sum.rounding + unit,
    });
  }
  for (const { sku, quantity, total, minimum } of asked) {
    const line = found.get(sku);
    found.delete(sku);
    if (line?.quantity !== quantity) return `${sku}: quantity ${line?.quantity ?? 0} at Stripe, expected ${quantity}`;
    if (minimum === null && Math.abs(line.subtotal - total) > line.rounding)
      return `${sku}: ${say(line.subtotal)} at Stripe, expected ${say(total)}`;
    if (minimum !== null && line.subtotal < minimum * quantity)
      return `${sku}: ${say(line.subtotal)} at Stripe, expected at least ${say(minimum * quantity)}`;
  }
  const [extra] = found.keys();
  return extra === undefined ? null : `${extra}: at Stripe, but never requested`;
}

/**
 * The total must be subtotal − discount + shipping + the tax that the prices do not include. The lines show which tax
 * that is: the amount by which a line's total exceeds its price. Stripe may spread a discount over the lines, and round
 * tax there, as it likes: one unit of rounding a line is no difference, and tax that is on no line may be included or
 * added.
 */
function sumDiffers(session: SessionFacts, currency: string): string | null {
  const unit = stepOf(currency); // how far a line may be rounded
  const say = (amount: number) => formatMoney({ amount, currency });
  const { subtotal, discount, shipping, tax, total } = amountsOf(session);
  const parts = [...session.lines, ...shippingLine(session)];
  const sum = (amount: (line: Part) => number, of: Part[] = parts) => of.reduce((so, line) => so + amount(line), 0);

  const ofLines = sum(({ amount_subtotal }) => amount_subtotal, session.lines);
  if (Math.abs(ofLines - subtotal) > session.lines.length * unit)
    return `the lines add up to ${say(ofLines)}, the subtotal is ${say(subtotal)}`;
  const isSpread = sum(({ amount_discount }) => amount_discount) === discount;
  const odd = parts.find((line) => taxOnTop(line) < -unit || taxOnTop(line) > line.amount_tax + unit);
  if (isSpread && odd)
    return `a line costs ${say(odd.amount_total)}, but its price is ${say(beforeTax(odd))} and its tax ${say(odd.amount_tax)}`;

  const priced = subtotal - discount + shipping;
  const onTop = sum((line) => Math.min(line.amount_tax, Math.max(0, taxOnTop(line))));
  const ofNoLine = Math.max(0, tax - sum(({ amount_tax }) => amount_tax));
  const rounding = parts.length * unit;
  const least = priced + Math.min(tax, Math.max(0, onTop - rounding));
  const most = priced + Math.min(tax, onTop + ofNoLine + rounding);
  if (total < least || total > most) return `the total is ${say(total)}, its parts add up to ${say(priced + onTop)}`;
  const { received } = session;
  return received === null || received === total ? null : `received ${say(received)}, the total is ${say(total)}`;
}

type Part = Omit<LineFacts, 'sku' | 'quantity'>;

const beforeTax = ({ amount_subtotal, amount_discount }: Part): number => amount_subtotal - amount_discount;

const taxOnTop = (line: Part): number => line.amount_total - beforeTax(line);

/** Shipping as one more line. It is never discounted, and has no tax if Stripe gives only its sum. */
function shippingLine({ shipping_cost, total_details }: SessionFacts): Part[] {
  if (shipping_cost) return [{ ...shipping_cost, amount_discount: 0 }];
  const alone = total_details?.amount_shipping ?? 0;
  return [{ amount_subtotal: alone, amount_discount: 0, amount_tax: 0, amount_total: alone }];
}
