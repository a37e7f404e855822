import type { ActionFacts } from './action-facts';
import type { OrderStatus } from './order';

/** What stands in the way of an action. */
export interface Obstacle {
  /** In the runbook's words: “refused while …”. */
  when: string;
  applies(order: ActionFacts): boolean;
  /** One plain sentence, without its full stop. */
  refusal(order: ActionFacts): string;
}

export interface Rules {
  /** What it does, in the runbook's words. */
  does: string;
  /** What it does to this order, where that is less or more. */
  doesNow?(order: ActionFacts): string | undefined;
  /** The statuses that allow it. */
  in: readonly OrderStatus[];
  /** What allows it in another status too. */
  also?: { when: string; applies(order: ActionFacts): boolean };
  /** Statuses in which the same request again is answered as the first was, and anything else is refused. */
  repeatIn?: readonly OrderStatus[];
  obstacles: readonly Obstacle[];
  /** What to do instead where the status does not allow it, in words that follow the status; absent if nothing. */
  instead?(order: ActionFacts): string | undefined;
  /**
   * True if the action is allowed but could do nothing. It is then not offered; if it is asked for anyway, the answer
   * gives the numbers.
   */
  inVain?(order: ActionFacts): boolean;
}

/** Whatever else staff ask for while all of the money is to be given back and the bank has not decided. */
export const MONEY_GOES_BACK =
  'All of the money is to be given back, and waits for the bank to decide about the dispute';

/** Also the answer about an order that has ended, where nothing was reported. */
export const NOTHING_TO_ACCEPT = 'There is nothing to accept';

export function disputed(refusal: string): Obstacle {
  return { when: 'a dispute is open', applies: ({ disputed = false }) => disputed, refusal: () => refusal };
}

export function cancelUnderWay(): Obstacle {
  return {
    when: 'a cancel is under way',
    applies: ({ cancelling = false }) => cancelling,
    refusal: () => 'The order is being cancelled',
  };
}

/** It would come too late once Stripe takes the refund, which ends the order. */
export const REFUNDING_ALL: Obstacle = {
  when: 'a refund of all that is left waits for Stripe',
  applies: ({ refundingAll = false }) => refundingAll,
  refusal: () => 'All that is left is being refunded: wait until Stripe has answered',
};

export function onHold(): Obstacle {
  return {
    when: 'it is on hold',
    applies: ({ shippingHold = null }) => shippingHold !== null,
    refusal: ({ shippingHold }) => `Shipping is on hold (${shippingHold}): release it first`,
  };
}

export function isErased(): Obstacle {
  return {
    when: 'the customer is erased',
    applies: ({ erased = false }) => erased,
    refusal: () => 'The customer of this order is erased',
  };
}

export function partlyShipped(): Obstacle {
  return {
    when: 'something is shipped',
    applies: ({ anythingShipped = false }) => anythingShipped,
    refusal: ({ status }) => `The order is ${status}: some of it is shipped already`,
  };
}
