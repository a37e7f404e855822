import type { AttentionStep } from './attention';

/** The statuses of an order. docs/how-an-order-lives.md says what each one means. */
export const ORDER_STATUSES = [
  'PENDING',
  'PAID',
  'PREPARING',
  'SHIPPED',
  'COMPLETED',
  'EXPIRED',
  'CANCELLED',
  'REFUNDED',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** The statuses of an order's payment. */
export const PAYMENT_STATUSES = [
  'UNPAID',
  'PROCESSING',
  'PAID',
  'NO_PAYMENT_REQUIRED',
  'FAILED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/**
 * The transition table of an order. The database enforces the same table (a trigger reads `order_transitions`), and a
 * test compares the two. A transition to the same status is always allowed, because every step may be repeated. An
 * order leaves `REFUNDED` if its refund fails at the bank, even weeks later: it returns to its earlier status. Goods
 * that are replaced are to be shipped again.
 */
export const TRANSITIONS: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: ['PAID', 'PREPARING', 'COMPLETED', 'EXPIRED', 'CANCELLED', 'REFUNDED'],
  PAID: ['PREPARING', 'COMPLETED', 'CANCELLED', 'REFUNDED'],
  PREPARING: ['SHIPPED', 'COMPLETED', 'CANCELLED', 'REFUNDED'],
  SHIPPED: ['PREPARING', 'COMPLETED', 'REFUNDED'],
  COMPLETED: ['PREPARING', 'REFUNDED'],
  EXPIRED: ['REFUNDED'],
  CANCELLED: ['REFUNDED'],
  REFUNDED: ['PENDING', 'PAID', 'PREPARING', 'SHIPPED', 'COMPLETED', 'EXPIRED', 'CANCELLED'],
};

const FINAL: ReadonlySet<OrderStatus> = new Set<OrderStatus>(['COMPLETED', 'EXPIRED', 'CANCELLED', 'REFUNDED']);

/**
 * Whether an order in this status has ended. Its workflow is over, and only a later payment, refund or replacement
 * moves it again.
 */
export const isFinal = (status: OrderStatus): boolean => FINAL.has(status);

/** Whether an order has ended without a sale: money that is there after all goes back. */
export const endedUnsold = (status: OrderStatus): boolean => status === 'EXPIRED' || status === 'CANCELLED';

/** Whether an order has ended as one does that is cancelled, paid or not. */
export const isUndone = (status: OrderStatus): boolean => status === 'CANCELLED' || status === 'REFUNDED';

/** Whether an order's workflow has something to do if it is started again. */
export const canGoOn = (status: OrderStatus): boolean => !isFinal(status) || endedUnsold(status);

/** Whether an order may move from one status to another. */
export const mayMove = (from: OrderStatus, to: OrderStatus): boolean => from === to || TRANSITIONS[from].includes(to);

/**
 * Why staff cancel or refund. Stripe's `fraudulent` is not among them: it would block the customer's card and
 * address.
 */
export const REASONS = ['requested_by_customer', 'duplicate', 'out_of_stock', 'damaged', 'other'] as const;
export type Reason = (typeof REASONS)[number];

/** Why staff hold shipping. */
export const HOLD_REASONS = ['address', 'fraud', 'stock', 'customer', 'other'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/**
 * The decisions that other workflows can ask of staff about an order: the `step` of its attention in the database.
 * Meanwhile the order continues as far as it can. Staff answer with `retry`, `cancel` or `resolve`.
 */
export const DECISIONS = {
  /**
   * The bank rejected a refund, and we have the money again. `retry` requests it again; `ship` takes the stock again.
   */
  refundFailed: 'refund-failed',
  /**
   * Stripe refuses a refund for good. `retry` asks again; `resolve` withdraws it, or says how the customer got the
   * money.
   */
  refundRefused: 'refund-refused',
  /** A refund that is recorded here is not known to Stripe (any more). */
  refundUnknown: 'refund-unknown',
  /** The bank decided for the customer. `cancel` returns what is unshipped, and refunds only what is left. */
  disputeLost: 'dispute-lost',
  /** The bank decided for the shop after all, and the money is back. */
  disputeWon: 'dispute-won',
  /** A dispute that is recorded here and open is not known to Stripe (any more). Taking note closes it here. */
  disputeUnknown: 'dispute-unknown',
  /** A review that is recorded here and open is not known to Stripe (any more). Taking note closes it here. */
  reviewUnknown: 'review-unknown',
  /** Radar's review ended without an approval. */
  reviewClosed: 'review-closed',
  /**
   * Stripe warns of fraud before the customer has disputed. `retry` continues with the order; `cancel` refunds it.
   */
  fraudWarning: 'fraud-warning',
  /** A mail was given up though nothing is wrong with it. Staff send it again, if it is still true. */
  mailLost: 'mail-lost',
} as const satisfies Record<string, AttentionStep>;
export type Decision = (typeof DECISIONS)[keyof typeof DECISIONS];

export const isDecision = (step: string): step is Decision => Object.values<string>(DECISIONS).includes(step);

export const PRODUCT_KINDS = ['PHYSICAL', 'DIGITAL'] as const;
export type ProductKind = (typeof PRODUCT_KINDS)[number];
