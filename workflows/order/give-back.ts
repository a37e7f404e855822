import type { OrderStatus, Reason } from '../../domain/order';
import { database, stripe } from '../steps';
import type { Desk } from './desk';

/** Staff want all that is left of an order's money given back; answered when it is asked for. */
export interface GiveBack {
  reason: Reason;
  settle(status: OrderStatus): void;
}

/**
 * Gives back all that is left of an order's money, once, and what was delivered with it: unshipped goods return to stock, downloads are
 * revoked. Where nothing was captured the order is undone. A disputed charge cannot be refunded: the bank decides, and staff are called.
 */
export async function giveBack(desk: Desk, reason: Reason, actor: string): Promise<OrderStatus> {
  const { sessionId } = desk;
  desk.waits('the refund to be taken by Stripe');
  for (;;) {
    const given = await desk.untilDone('refund', () =>
      stripe.refundRest.executeWithOptions({ summary: `Gives back all that is left: ${reason}` }, [
        { sessionId, reason, actor },
      ]),
    );
    if (given.outcome === 'disputed') {
      await desk.decision({
        step: 'refund',
        reason: 'The payment is disputed: Stripe refuses a refund while the bank decides',
      });
      continue;
    }
    const order = await desk.untilDone('read', () => database.readOrder({ sessionId }));
    desk.learned(
      order,
      given.outcome === 'refunded' ? `Gave back all that was left: ${reason}` : 'Undone; no money was taken',
    );
    return order.status;
  }
}
