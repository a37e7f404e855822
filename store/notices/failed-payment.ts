import type { SessionId } from '../../domain/ids';
import type { PaymentStatus } from '../../domain/order';
import type { Db } from '../database';
import { note } from '../orders/records';
import { recordNotice, type SeenNotice } from './record';

/** Records a payment that did not go through. What the order makes of it, the order finds out itself. */
export async function recordFailedPayment(
  db: Db,
  {
    attempt,
    ...payment
  }: {
    sessionId: SessionId;
    seen: SeenNotice;
    /** Names the attempt that was declined; null when Stripe no longer says that one was. */
    attempt: string | null;
    at: Date;
  },
): Promise<{ number: string; paymentStatus: PaymentStatus }> {
  const { sessionId, seen, at } = payment;
  return recordNotice(db, payment, async (tx, { number, paymentStatus }) => {
    if (attempt !== null)
      await note(tx, sessionId, at, {
        type: 'declined',
        message: `A payment was declined: ${seen.reason}`,
        actor: 'stripe',
        key: `declined/${attempt}`,
      });
    return { number, paymentStatus };
  });
}
