import { DECISIONS, type Decision, isFinal, type OrderStatus, type Reason } from './order';
import type { StockState } from './order-snapshot';

/** Where an order is in its life: what its workflow does next. */
export type Phase =
  /** The stock is held (or was released), and money may come. */
  | 'awaiting-payment'
  /** It was not sold, and the refund of its money failed or is refused: staff decide. */
  | 'refund-stuck'
  /** A cancel by staff is still to be carried out: all of the money is refunded. */
  | 'to-cancel'
  /** Paid, and something is still to be shipped or to arrive. */
  | 'to-fulfil'
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
  // If the stock is still held, only a part was refunded, and the payment is yet to be confirmed.
  const fullRefundFailed = pendingDecision?.step === DECISIONS.refundFailed && stock !== 'HELD';
  if (status === 'PENDING' && !fullRefundFailed && !refundRefused) return 'awaiting-payment'; // also when cancelled
  if (cancelRequested !== null) return 'to-cancel';
  return status === 'PENDING' ? 'refund-stuck' : 'to-fulfil';
}
