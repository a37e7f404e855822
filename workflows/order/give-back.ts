import { DECISIONS, type OrderStatus, type Reason } from '../../domain/order';
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
      if (await bankGaveItBack(desk)) return desk.status;
      await desk.decision({
        step: 'refund',
        reason: 'The payment is disputed: Stripe refuses a refund while the bank decides',
      });
      refuseWhatIsAsked(desk);
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

/** The dispute is lost: the buyer has the money from the bank, and what was to be done with the refund is done without one. */
async function bankGaveItBack(desk: Desk): Promise<boolean> {
  const { sessionId } = desk;
  desk.learned(await desk.untilDone('read', () => database.readOrder({ sessionId })));
  if (desk.undecided?.step !== DECISIONS.disputeLost && (desk.order.disputed || !desk.order.lost)) return false;
  await desk.untilDone('return', () => database.endLost({ sessionId }));
  const ended = await desk.untilDone('read', () => database.readOrder({ sessionId }));
  desk.learned(ended, 'Nothing to give back: the bank did, after a lost dispute');
  return true;
}

/** Whatever staff ask meanwhile, the money is on its way back already, or the bank's to decide about. */
function refuseWhatIsAsked(desk: Desk): void {
  while (desk.inbox.asked) {
    const news = desk.inbox.take();
    if (news.kind === 'asked')
      news.asked.refuse('All of the money is to be given back, and waits for the bank to decide about the dispute');
  }
}
