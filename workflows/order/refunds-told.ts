import { whyInBrackets } from '../../domain/codes-in-words';
import { formatMoney } from '../../domain/money';
import type { OrderSnapshot, ToldRefund } from '../../domain/order-snapshot';
import { unitsInWords } from '../../domain/parcel';
import { isCounted, isResolved, type RefundOrigin } from '../../domain/refund';
import { refundInWords } from '../../domain/refund-words';
import { moment } from '../moment';

/** What happened to an order, in words for staff. `at`: milliseconds since the epoch. */
export interface Told {
  text: string;
  at: number;
}

/**
 * What became of an order's refunds since it was last read, in words for staff.
 * @param before as they were last read
 */
export const refundsTold = (
  { currency, refunds = [] }: Pick<OrderSnapshot, 'currency' | 'refunds'>,
  before: readonly ToldRefund[] = [],
): Told[] =>
  refunds.flatMap((refund) => {
    const earlier = before.find(({ key }) => key === refund.key);
    return earlier?.status === refund.status ? [] : [{ text: describe(refund, earlier, currency), at: refund.at }];
  });

function describe(refund: ToldRefund, earlier: ToldRefund | undefined, currency: string): string {
  const { amount, status, restock, at } = refund;
  const money = amount === null ? 'all that was left' : formatMoney({ amount, currency });
  const units = isMade(status) && !isMade(earlier?.status) ? restock : [];
  const stock = units.length > 0 ? `; back in stock: ${unitsInWords(units)}` : '';
  return `Refund of ${money}${byWhom(refund)}: ${stageInWords(refund)}${stock}, ${moment(at)}`;
}

/** What is restocked with a refund goes back when Stripe has made it. */
const isMade = (status: string | undefined): boolean =>
  status !== undefined && isCounted(status) && !isResolved(status);

/** Where a refund stands. The sentence of who refuses it is free text, which must not stand in Temporal. */
export const stageInWords = ({ status, failureReason }: Pick<ToldRefund, 'status' | 'failureReason'>): string =>
  `${refundInWords(status, failureReason)}${status === 'refused' ? '; the staff API shows why' : ''}`;

/** Why an order had to end is told with its refund. */
function byWhom({ origin, reason = 'other' }: ToldRefund): string {
  return `${BY[origin]}${origin === 'COMPENSATION' ? whyInBrackets(reason) : ''}`;
}

const BY: Record<RefundOrigin, string> = {
  STAFF: ' by staff',
  COMPENSATION: ' to end the order',
  STRIPE: ' made at Stripe',
};
