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

/**
 * What can be given back now: what is left, less what Stripe has been asked for and has not answered.
 * @param refunds of the order; `amount`: null for all that is left
 */
export function refundableNow(
  money: OrderMoney,
  refunds: readonly { status: string; amount: number | null }[],
): number {
  const requested = refunds.filter(({ status }) => status === REQUESTED);
  if (requested.some(({ amount }) => amount === null)) return 0;
  const asked = requested.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
  return leftOf({ ...money, refunded: money.refunded + asked });
}

/** The status of a refund that Stripe has not answered: it is to be asked, or its answer is not known yet. */
export const REQUESTED = 'requested';

/** Whether lost disputes took all that was not refunded: nothing is left to give back. */
export const isAllLost = (money: OrderMoney): boolean => money.lostAmount > 0 && leftOf(money) === 0;
