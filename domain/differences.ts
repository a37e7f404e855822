import { type Discrepancy, inWords } from './discrepancy';

/**
 * Everything that can differ between Stripe and the orders: what the database says about each case, and a function that
 * makes a discrepancy of it. Amounts are in the smallest unit of the currency beside them.
 */

export interface StrangeCharge {
  /** The balance transaction. */
  id: string;
  charge: string | null;
  paymentIntentId: string | null;
  /** Null if Stripe knows no session for the charge, or has not been asked. */
  sessionId: string | null;
  tracedAt: Date | null;
  /** Whether that session has an order, which then has no record of the charge. */
  ordered: boolean;
  currency: string;
  amount: number;
}

/** A charge that belongs to no order. A charge without a session was made elsewhere and is reported once. */
export function strangeCharge({ id, charge, sessionId, ordered, currency, amount }: StrangeCharge): Discrepancy {
  const captured = `${inWords(amount, currency)} was captured`;
  const reference = sessionId ?? charge ?? id;
  const discrepancy = { kind: 'captured_without_order', reference, currency, amount } as const;
  if (sessionId === null) {
    const detail = `${captured} outside of any checkout. It is left out of the sums.`;
    return { ...discrepancy, detail, toldOnce: true };
  }
  const detail = ordered
    ? `${captured}, but the order of that session has no record of it.`
    : `${captured}, but there is no order for that session.`;
  return { ...discrepancy, detail, toldOnce: false };
}

export interface Stray {
  sessionId: string;
  amount: number | null;
  currency: string | null;
  /** Why it is not ours, as a clause. */
  reason: string;
}

/** A complete session that is not ours. It is reported once. */
export const strayCapture = ({ sessionId, amount, currency, reason }: Stray): Discrepancy => ({
  kind: 'captured_without_order',
  reference: sessionId,
  detail: `A session made elsewhere took ${inWords(amount ?? 0, currency)}: ${reason}. It is left out of the sums.`,
  currency: currency ?? '',
  amount: amount ?? 0,
  toldOnce: true,
});

export interface ClosedWithMoney {
  sessionId: string;
  status: string;
  currency: string;
  /** The part of the captured amount that was neither refunded nor disputed. */
  left: number;
}

export const closedWithMoney = ({ sessionId, status, currency, left }: ClosedWithMoney): Discrepancy =>
  open(
    { kind: 'paid_but_closed', reference: sessionId, currency, amount: left },
    `The order is ${status}, but ${inWords(left, currency)} of its money was neither refunded nor withdrawn by a bank.`,
  );

export interface AmountOff {
  sessionId: string;
  currency: string;
  /** The amount of the charge. */
  amount: number;
  orderCurrency: string;
  total: number;
}

export const amountOff = ({ sessionId, currency, amount, orderCurrency, total }: AmountOff): Discrepancy =>
  open(
    { kind: 'amount_differs', reference: sessionId, currency, amount: amount - total },
    `${inWords(amount, currency)} was captured; the order’s total is ${inWords(total, orderCurrency)}.`,
  );

export interface DisputeOff {
  /** The dispute. */
  reference: string;
  currency: string;
  taken: number;
  /** Null if the dispute is not known here. */
  recorded: number | null;
}

export const disputeOff = ({ reference, currency, taken, recorded }: DisputeOff): Discrepancy =>
  open(
    { kind: 'amount_differs', reference, currency, amount: taken - (recorded ?? 0) },
    `The bank has taken ${inWords(taken, currency)} for this dispute; ${recordedAs(recorded, currency)}.`,
  );

export interface RefundOff {
  /** The refund. */
  reference: string;
  currency: string;
  moved: number;
  /** The amount it counts for here; null if the refund is not known here. */
  recorded: number | null;
}

export const refundOff = ({ reference, currency, moved, recorded }: RefundOff): Discrepancy =>
  open(
    { kind: 'refund_differs', reference, currency, amount: moved - (recorded ?? 0) },
    `Stripe has refunded ${inWords(moved, currency)}; ${recordedAs(recorded, currency)}.`,
  );

export interface MissingRefund {
  /** The refund. */
  reference: string;
  currency: string;
  amount: number;
  /** Since when Stripe has said that its balance transaction is still to come; null if it has not. */
  lateSince: Date | null;
}

export const missingRefund = ({ reference, currency, amount, lateSince }: MissingRefund): Discrepancy =>
  open(
    { kind: 'refund_differs', reference, currency, amount: -amount },
    `A refund of ${inWords(amount, currency)} is recorded here, but ${
      lateSince === null ? 'it moved no money at Stripe' : STILL_LATE
    }.`,
  );

const STILL_LATE = 'Stripe has not entered it in the balance for days';

/** How long a balance transaction may be late before staff hear of it. */
const LATE_MS = 3 * 86_400_000;

/**
 * Whether something without a balance transaction is only late: Stripe has it, and enters it in the balance later, as
 * it does for what it captures asynchronously
 * (https://docs.stripe.com/payments/payment-intents/asynchronous-capture).
 */
export const isOnlyLate = ({ lateSince }: { lateSince: Date | null }, now: Date): boolean =>
  lateSince !== null && now.getTime() - lateSince.getTime() < LATE_MS;

export interface RefundSumOff {
  sessionId: string;
  currency: string;
  /** What the order says. */
  refunded: number;
  /** The sum of its refunds. */
  refunds: number;
}

export const refundSumOff = ({ sessionId, currency, refunded, refunds }: RefundSumOff): Discrepancy =>
  open(
    { kind: 'refund_differs', reference: sessionId, currency, amount: refunds - refunded },
    `The order says that ${inWords(refunded, currency)} was refunded; its refunds add up to ${inWords(refunds, currency)}.`,
  );

export interface GivenTooMuch {
  sessionId: string;
  currency: string;
  total: number;
  /** At Stripe and elsewhere. */
  refunded: number;
  /** What banks took for good. */
  lost: number;
}

export const givenTooMuch = ({ sessionId, currency, total, refunded, lost }: GivenTooMuch): Discrepancy =>
  open(
    { kind: 'refund_differs', reference: sessionId, currency, amount: refunded + lost - total },
    `The customer paid ${inWords(total, currency)} and got back ${inWords(refunded + lost, currency)}: ` +
      `${inWords(refunded, currency)} by refunds, here or elsewhere, and ${inWords(lost, currency)} by lost disputes.`,
  );

export interface MissingCharge {
  sessionId: string;
  paymentIntentId: string | null;
  currency: string;
  total: number;
  /** Since when Stripe has said that its balance transaction is still to come; null if it has not. */
  lateSince: Date | null;
}

export const missingCharge = ({ sessionId, currency, total, lateSince }: MissingCharge): Discrepancy =>
  open(
    { kind: 'missing_at_stripe', reference: sessionId, currency, amount: -total },
    `The order is recorded as paid with ${inWords(total, currency)}, but ${
      lateSince === null ? 'Stripe has no charge for it' : STILL_LATE
    }.`,
  );

export interface PayoutOff {
  id: string;
  currency: string;
  amount: number;
  transactions: number;
}

export const payoutOff = ({ id, currency, amount, transactions }: PayoutOff): Discrepancy =>
  open(
    { kind: 'payout_differs', reference: id, currency, amount: amount - transactions },
    `${inWords(amount, currency)} was paid out; its transactions add up to ${inWords(transactions, currency)}.`,
  );

export interface PriceOff {
  /** The number of the checkout that found it. */
  number: string;
  skus: string[];
  currency: string;
  subtotal: number;
  stripes: { subtotal: number; currency: string | null };
}

/**
 * Stripe would charge an amount other than the catalogue's. There is one for each set of SKUs, however many shoppers
 * try.
 */
export const priceOff = ({ number, skus, currency, subtotal, stripes }: PriceOff): Discrepancy =>
  open(
    {
      kind: 'amount_differs',
      reference: skus.toSorted().join(',').slice(0, LONGEST_REFERENCE),
      currency,
      amount: stripes.subtotal - subtotal,
    },
    `Stripe would charge ${inWords(stripes.subtotal, stripes.currency)} for what the catalogue sells at ` +
      `${inWords(subtotal, currency)} (checkout ${number}). Nobody can buy it until this is corrected: ` +
      'run stripe:setup, or correct the product.',
  );

/** Stripe refuses to sell a product, however many shoppers try. */
export const notForSale = ({ sku }: { sku: string }): Discrepancy =>
  open(
    { kind: 'not_for_sale', reference: sku, currency: null, amount: null },
    'Stripe refuses its price or product, which is archived or missing. Nobody can buy it until this is corrected: ' +
      'activate it in the Dashboard, run stripe:setup, or save the product with another price.',
  );

const LONGEST_REFERENCE = 500;

const open = (what: Pick<Discrepancy, 'kind' | 'reference' | 'currency' | 'amount'>, detail: string): Discrepancy => ({
  ...what,
  detail,
  toldOnce: false,
});

const recordedAs = (amount: number | null, currency: string): string =>
  amount === null ? 'it is not known here' : `here it counts for ${inWords(amount, currency)}`;
