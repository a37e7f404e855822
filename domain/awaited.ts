import { isAboutRefund } from './action-rules';
import { formatMoney, type Money } from './money';
import { DECISIONS } from './order';
import type { OrderSnapshot } from './order-snapshot';

/** The facts that decide what a paid order waits for until it arrives. */
export type FulfilmentFacts = Pick<
  OrderSnapshot,
  | 'status'
  | 'stock'
  | 'disputed'
  | 'reviewOpen'
  | 'fraudWarning'
  | 'shippingHold'
  | 'pendingDecision'
  | 'reports'
  | 'disputes'
>;

/**
 * What a paid order waits for, in words that complete “It waits for …”. They never ask staff to ship what the table of
 * actions does not let them ship, or what is back in stock.
 */
export function awaitedToFulfil(order: FulfilmentFacts): string {
  const { status, stock, pendingDecision, shippingHold = null } = order;
  const stopped = whyStopped(order);
  if (stopped !== null) return `${stopped}; nothing ships meanwhile`;
  if (stock === 'RETURNED' && status === 'PREPARING') return awaitedOfReturned(order);
  const decision = pendingDecision === null ? '' : ', and for staff to decide what needs attention';
  if (status === 'SHIPPED') return `word that it arrived${decision}`;
  return shippingHold === null
    ? `staff to ship it${decision}`
    : `staff to release it (on hold: ${shippingHold}) and to ship it${decision}`;
}

/** What an order waits for while it does what staff ask for, in the same words. */
export const AWAITED_MEANWHILE = {
  ship: 'the parcel to be recorded',
  deliver: 'the delivery to be recorded',
  return: 'the return to be recorded',
  replace: 'the goods that are to be sent again to be recorded',
  retry: 'what staff decided to be carried out',
  resolve: 'what staff decided to be recorded',
} as const;

/** While Stripe is asked for a refund. Without an amount: of all that is left. */
export const awaitedRefund = (amount: Money | null): string =>
  `the refund of ${amount === null ? 'all that is left' : formatMoney(amount)} to be taken by Stripe`;

/** Why nothing ships, whatever staff do, before this is over. */
function whyStopped(order: FulfilmentFacts): string | null {
  const { status, disputed, reviewOpen, fraudWarning, reports = [], disputes = [] } = order;
  if (status === 'SHIPPED') return null;
  if (disputed)
    return disputes.some(({ answerable, submitted }) => answerable && !submitted)
      ? 'staff to answer the dispute, and the bank to decide about it'
      : 'the bank to decide about the dispute';
  if (reviewOpen) return 'Stripe Radar to close its review';
  if (fraudWarning) return 'staff to decide about a fraud warning';
  return reports.includes(DECISIONS.disputeLost) ? 'staff to decide about the lost dispute' : null;
}

/** All of its money was given back once, and its goods with it. Then the money came back. */
function awaitedOfReturned({ pendingDecision, shippingHold = null }: FulfilmentFacts): string {
  if (isAboutRefund(pendingDecision?.step))
    return 'staff to decide about the refund that did not go through; its goods are back in stock, and are sent only if staff decide so';
  const release = shippingHold === null ? '' : ` (on hold: ${shippingHold})`;
  return `staff to decide whether it is shipped after all${release}; its goods are back in stock`;
}
