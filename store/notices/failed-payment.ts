import type { SessionId } from '../../domain/ids';
import type { PaymentStatus } from '../../domain/order';
import type { Db } from '../database';
import { note } from '../orders/records';
import { recordNotice, type SeenNotice } from './record';

/**
 * Records a payment that did not go through, as one line of the timeline however often it is tried: card testers try
 * a thousand times. What the order makes of it, the order finds out itself.
 */
export async function recordFailedPayment(
  db: Db,
  payment: {
    sessionId: SessionId;
    /** Without a reason, Stripe no longer says that an attempt was declined. */
    seen: SeenNotice;
    at: Date;
  },
): Promise<{ number: string; paymentStatus: PaymentStatus }> {
  const { sessionId, seen, at } = payment;
  return recordNotice(db, payment, async (tx, { number, paymentStatus }) => {
    if (seen.reason !== null)
      await note(tx, sessionId, at, {
        type: 'declined',
        message: `A payment was declined: ${seen.reason}`,
        actor: 'stripe',
        key: `declined/${seen.id}`,
      });
    return { number, paymentStatus };
  });
}
