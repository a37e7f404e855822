import { DECISIONS, type Decision, isFinal, type OrderStatus, type Reason } from './order';
import type { StockState } from './order-snapshot';

/** Where an order is in its life: what its workflow does next. */
export type Phase =
  /** The stock is held (or was released), and money may come. */
  | 'awaiting-payment'
  /** What could not be delivered could not be refunded either: staff decide. */
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
  // `PENDING` after a refund that failed: it was paid and all of it was refunded, and the money is back with the shop.
  // While its stock is still held, only a part was refunded, of a payment that waits to be looked at.
  const wasRefunded = pendingDecision?.step === DECISIONS.refundFailed && stock !== 'HELD';
  // Or it was paid, cannot be delivered or was cancelled, and Stripe refuses to give the money back.
  const isUndelivered = wasRefunded || refundRefused;
  if (status === 'PENDING' && !isUndelivered) return 'awaiting-payment'; // Stripe says first whether money has come
  if (cancelRequested !== null) return 'to-cancel';
  return status === 'PENDING' ? 'awaiting-decision' : 'to-ship';
}
