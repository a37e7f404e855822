import type { SessionId } from '../../domain/ids';
import type { Amounts } from '../../domain/verdict';
import type { CustomerDetails } from '../customers/customers';
import type { Db } from '../database';
import { known } from './snapshot';

/** What a total is made of, and where its money is to be found at Stripe. */
export interface Payment extends Omit<Amounts, 'subtotal'> {
  presentmentAmount: number | null;
  presentmentCurrency: string | null;
  paymentIntentId: string | null;
  chargeId: string | null;
}

export interface ConfirmedPayment {
  sessionId: SessionId;
  /** `free`: nothing was to be paid. */
  outcome: 'paid' | 'free' | 'processing' | 'failed';
  payment: Payment;
  /** What the shopper chose to pay for a pay-what-you-want product: it becomes the item's price. */
  chosen: { sku: string; unitAmount: number; total: number }[];
  customer: CustomerDetails;
  at: Date;
}

/**
 * Writes to an order what Stripe says of its payment, who bought and what they chose to pay. Safe to repeat: the
 * first time counts. How an order ends whose payment failed is not written here. One round trip; throws when there is
 * no order.
 * @returns since when the payment is processing, however often it was seen; null where it never was
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
 * Keeps, of a session that ended unpaid, where its shopper can be written to and whether a card was declined. One
 * round trip.
 */
export async function keepUnpaid(
  db: Db,
  { sessionId, email, declined, at }: { sessionId: SessionId; email: string | null; declined: boolean; at: Date },
): Promise<void> {
  const [{ kept }] = await db.$queryRaw<[{ kept: boolean }]>`
    SELECT keep_unpaid(${sessionId}, ${email}, ${declined}, ${at}) AS kept`;
  known(kept || null);
}
