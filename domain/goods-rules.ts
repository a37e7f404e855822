import type { Action } from './action-facts';
import { cancelUnderWay, disputed, isErased, REFUNDING_ALL, type Rules } from './obstacles';
import { ORDER_STATUSES } from './order';

/** What staff may do about goods that were shipped, and when: a part of the table in action-rules.ts. */
export const GOODS_RULES = {
  return: {
    does: 'records goods that came back: restocks them or writes them off, refunds them if asked, and mails the customer',
    in: ['PREPARING', 'SHIPPED', 'COMPLETED', 'REFUNDED'],
    obstacles: [
      REFUNDING_ALL,
      {
        when: 'nothing is shipped that has not come back; with a refund, also whatever `refund` is refused for',
        applies: ({ nothingOut = false }) => nothingOut,
        refusal: () => 'Nothing of the order is shipped and not yet returned',
      },
    ],
  },
  'decline a return': {
    does: 'tells the customer, with a note, that what they asked to return is not taken back (`return-requests/{id}/decline`)',
    in: ORDER_STATUSES,
    obstacles: [
      isErased(),
      {
        when: 'it came back already, or was declined',
        applies: ({ returnRequest = 'open' }) => returnRequest !== 'open',
        refusal: ({ returnRequest }) => `The request is answered: ${returnRequest}`,
      },
    ],
  },
  replace: {
    does: 'sends goods again at no charge: exchanges what is unshipped for another SKU, takes stock for what is shipped',
    doesNow: ({ status, anythingShipped = false }) => {
      if (!anythingShipped) return 'exchanges goods for another SKU of the same price, at no charge';
      return status === 'PREPARING'
        ? undefined
        : 'sends goods again at no charge: the same, or another SKU of the same price';
    },
    in: ['PREPARING', 'SHIPPED', 'COMPLETED'],
    obstacles: [
      isErased(),
      disputed('The payment is disputed: nothing is sent again while the bank decides'),
      cancelUnderWay(),
      REFUNDING_ALL,
      {
        when: 'the bank took all of the money that was not refunded',
        applies: ({ lost = false }) => lost,
        refusal: () => 'A dispute is lost, and the customer has the money',
      },
      {
        when: 'its goods went back into stock with a refund that failed',
        // Once everything is sent, or if there are only downloads, `ship` takes nothing from stock.
        applies: ({ status, stock }) => status === 'PREPARING' && stock === 'RETURNED',
        refusal: () => 'The goods went back into stock: ship takes them again first',
      },
    ],
  },
} satisfies Partial<Record<Action, Rules>>;
