import type { SessionId } from '../../domain/ids';
import type { Amounts } from '../../domain/verdict';
import type { Voucher } from '../../domain/voucher';
import type { CustomerDetails } from '../customers/customers';
import type { Db } from '../database';
import { changeOrder, lockKnownOrder } from './records';
import { known } from './snapshot';

/** The parts of a total, and the payment at Stripe. */
export interface Payment extends Omit<Amounts, 'subtotal'> {
  presentmentAmount: number | null;
  presentmentCurrency: string | null;
  paymentIntentId: string | null;
  chargeId: string | null;
  /** How to pay a voucher or bank transfer; kept only while its payment is on its way. */
  voucher: Voucher | null;
  /** Until when an authorised payment can be captured; kept only until it is captured or cancelled. */
  captureBefore: Date | null;
}

export interface ConfirmedPayment {
  sessionId: SessionId;
  /** `free`: there was nothing to pay. */
  outcome: 'paid' | 'free' | 'processing' | 'failed';
  payment: Payment;
  /** The amount that the shopper chose for a pay-what-you-want product. It becomes the item's price. */
  chosen: { sku: string; unitAmount: number; total: number }[];
  customer: CustomerDetails;
  at: Date;
}

/**
 * Writes what Stripe says about the payment to the order: the amounts, the customer, and the price they chose. Safe to
 * repeat: the first time counts. A failed payment is not written here. One round trip. Throws if there is no order.
 * @returns when the payment was first seen processing; null if it never was
 */
export async function confirmPayment(
  db: Db,
  { sessionId, outcome, payment, chosen, customer, at }: ConfirmedPayment,
): Promise<{ processingSince: Date | null }> {
  const [{ confirmed }] = await db.$queryRaw<[{ confirmed: { processingSince: string | null } | null }]>`
    SELECT confirm_payment(${sessionId}, ${outcome}, ${JSON.stringify(payment)}::jsonb, ${JSON.stringify(chosen)}::jsonb,
      ${JSON.stringify(customer)}::jsonb, ${at}) AS confirmed`;
  const { processingSince } = known(confirmed);
  return { processingSince: processingSince === null ? null : new Date(processingSince) };
}

/**
 * Records the shopper's address of a session that ended unpaid, and whether a card was declined. One round trip.
 */
export async function keepUnpaid(
  db: Db,
  { sessionId, email, declined, at }: { sessionId: SessionId; email: string | null; declined: boolean; at: Date },
): Promise<void> {
  const [{ kept }] = await db.$queryRaw<[{ kept: boolean }]>`
    SELECT keep_unpaid(${sessionId}, ${email}, ${declined}, ${at}) AS kept`;
  known(kept || null);
}

/**
 * Records when a payment was first seen in flight after its session had expired (a 3-D Secure, say). Safe to repeat:
 * the first time counts. Throws if there is no order.
 * @returns the time at which it was first seen
 */
export async function keepInFlight(db: Db, { sessionId, at }: { sessionId: SessionId; at: Date }): Promise<Date> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (order.inFlightSince !== null) return order.inFlightSince;
    await changeOrder(tx, order, at, { inFlightSince: at });
    return at;
  });
}
