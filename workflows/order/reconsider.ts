import { OUT_OF_STOCK } from '../../messages/refusals';
import { database } from '../steps';
import type { Desk } from './desk';
import type { GiveBack } from './give-back';
import { BANK_DECIDES } from './inbox';

/**
 * The money of an order that could not be delivered was given back, and the bank refused it: a person decides. Answers what asks for the refund
 * anew; null when the order is to be shipped after all, for which its stock is taken again.
 */
export async function reconsider(desk: Desk): Promise<GiveBack | null> {
  const { sessionId } = desk;
  while (desk.status === 'PENDING') {
    desk.waits('a decision about the refund that failed');
    const news = await desk.inbox.next();
    if (news.kind === 'changed') desk.learned(await desk.untilDone('read', () => database.readOrder({ sessionId })));
    else if (news.kind === 'asked') {
      const { asked } = news;
      const wantsMoneyBack = asked.name === 'cancel' || asked.name === 'retry';
      if (wantsMoneyBack && desk.order.disputed) asked.refuse(BANK_DECIDES);
      else if (asked.name === 'cancel') return { reason: asked.request.reason, settle: asked.settle };
      else if (asked.name === 'retry') return { reason: 'other', settle: asked.settle };
      else if (asked.name === 'ship') {
        const { status, missing } = await desk.untilDone('commit', () => database.commitOrder({ sessionId }));
        if (missing.length > 0) asked.refuse('The stock went back to the shelf, and is gone', OUT_OF_STOCK);
        else {
          desk.moved(status, 'To be shipped after all; the stock is sold to this order');
          desk.inbox.putBack(asked);
        }
      } else asked.refuse(`The order is ${desk.status}, and its refund failed`);
    }
  }
  return null;
}
