import { isAboutRefund } from './action-rules';
import { DECISIONS } from './order';
import type { OrderSnapshot } from './order-snapshot';

/** The facts that decide what a paid order waits for until it arrives. */
export type FulfilmentFacts = Pick<
  OrderSnapshot,
  'status' | 'stock' | 'disputed' | 'reviewOpen' | 'fraudWarning' | 'shippingHold' | 'pendingDecision' | 'reports'
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

/** Why nothing ships, whatever staff do, before this is over. */
function whyStopped({ status, disputed, reviewOpen, fraudWarning, reports = [] }: FulfilmentFacts): string | null {
  if (status === 'SHIPPED') return null;
  if (disputed) return 'the bank to decide about the dispute';
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
