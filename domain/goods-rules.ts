import type { Action } from './action-facts';
import type { Rules } from './obstacles';

/** What staff may do about goods that were shipped, and when: a part of the table in action-rules.ts. */
export const GOODS_RULES = {
  return: {
    does: 'records goods that came back: restocks them or writes them off, refunds them if asked, and mails the customer',
    in: ['PREPARING', 'SHIPPED', 'COMPLETED', 'REFUNDED'],
    obstacles: [
      {
        when: 'nothing is shipped that has not come back; with a refund, also whatever `refund` is refused for',
        applies: ({ nothingOut = false }) => nothingOut,
        refusal: () => 'Nothing of the order is shipped and not yet returned',
      },
    ],
  },
} satisfies Partial<Record<Action, Rules>>;
