import { formatMoney } from '../../domain/money';
import type { OrderSnapshot, ToldRefund } from '../../domain/order-snapshot';
import { isCounted, isResolved, type RefundOrigin } from '../../domain/refund';
import { moment } from '../moment';

/**
 * What became of an order's refunds since it was last read, in words for staff.
 * @param before as they were last read
 */
export const refundsTold = (
  { currency, refunds = [] }: Pick<OrderSnapshot, 'currency' | 'refunds'>,
  before: readonly ToldRefund[] = [],
): string[] =>
  refunds
    .filter((refund) =>
      before.every(({ key, status }) => key !== refund.key || stageOf(status) !== stageOf(refund.status)),
    )
    .map((refund) => describe(refund, currency));

/** Money that is on its way, or has arrived, is given back: that is told once. */
const stageOf = (status: string): string => (isCounted(status) && !isResolved(status) ? 'given back' : status);

function describe({ amount, status, origin, restock, at }: ToldRefund, currency: string): string {
  const stage = stageOf(status);
  const money = amount === null ? 'all that was left' : formatMoney({ amount, currency });
  const units = restock.map(({ sku, quantity }) => `${quantity} × ${sku}`);
  const stock = units.length > 0 && stage === 'given back' ? `; back in stock: ${units.join(', ')}` : '';
  return `Refund of ${money}${BY[origin]}: ${STAGE[stage] ?? stage}${stock}, ${moment(at)}`;
}

const BY: Record<RefundOrigin, string> = {
  STAFF: ' by staff',
  COMPENSATION: ' to end the order',
  STRIPE: ' made at Stripe',
};

const STAGE: Record<string, string> = {
  failed: 'failed, the money is back with the shop',
  canceled: 'cancelled, the money is back with the shop',
  refused: 'refused; the staff API shows why',
  withdrawn: 'withdrawn by staff',
  settled_elsewhere: 'settled in another way',
};
