import { DECISIONS, type Decision, isFinal, type OrderStatus, type Reason } from './order';
import type { StockState } from './order-snapshot';

/** Where an order is in its life: what its workflow does next. */
export type Phase =
  /** The stock is held (or was released), and money may come. */
  | 'awaiting-payment'
  /** It could neither be delivered nor refunded: staff decide. */
  | 'awaiting-decision'
  /** Staff want it cancelled, and its money is refunded first. */
  | 'to-cancel'
  /** Paid, and something is still to be shipped or to arrive. */
  | 'to-ship'
  /** Nothing is left to do, unless money moves after all. */
  | 'ended';

/**
 * The phase of an order. A new run first reads the order from the database, so it goes on where the last one stopped.
 */
export function phaseOf({
  status,
  stock,
  pendingDecision,
  cancelRequested,
  refundRefused,
}: {
  status: OrderStatus;
  stock: StockState;
  pendingDecision: { step: Decision } | null;
  cancelRequested: Reason | null;
  refundRefused: boolean;
}): Phase {
  if (isFinal(status)) return 'ended';
  // The order was paid and refunded in full, but the refund failed: the shop has the money again. If its stock is still
  // held, only a part was refunded, and the payment is yet to be confirmed.
  const wasRefunded = pendingDecision?.step === DECISIONS.refundFailed && stock !== 'HELD';
  // Or the order cannot be delivered, or was cancelled, and Stripe refuses the refund.
  const isUndelivered = wasRefunded || refundRefused;
  if (status === 'PENDING' && !isUndelivered) return 'awaiting-payment'; // even a cancel waits for Stripe's word
  if (cancelRequested !== null) return 'to-cancel';
  return status === 'PENDING' ? 'awaiting-decision' : 'to-ship';
}
