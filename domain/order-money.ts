/** What an order's money has come to. Amounts are in the order's currency, in its smallest unit. */
export interface OrderMoney {
  total: number;
  /** Refunded, or being refunded. */
  refunded: number;
  /** What banks took for good through disputes. */
  lostAmount: number;
}

/** The total less what disputes took: the most that all refunds together can give back. */
export const refundableOf = ({ total, lostAmount }: Omit<OrderMoney, 'refunded'>): number =>
  Math.max(0, total - lostAmount);

/** What is left of an order's money: the shop still has it, and could give it back. */
export const leftOf = (money: OrderMoney): number => Math.max(0, refundableOf(money) - money.refunded);

/** Whether lost disputes took all that was not refunded: nothing is left to give back. */
export const isAllLost = (money: OrderMoney): boolean => money.lostAmount > 0 && leftOf(money) === 0;
