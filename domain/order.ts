import type { AttentionStep } from './attention';

/** Where an order stands. What each word means to a shopper stands in docs/how-an-order-lives.md. */
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

/** Where its money stands. */
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
 * The one table of an order's moves. The database enforces the same table (a trigger reads `order_transitions`), and
 * a test holds the two against each other. A move to the same status is always allowed: every step may be repeated.
 * Back from `REFUNDED` leads whatever the order was before, when a refund fails at the bank weeks later.
 */
export const TRANSITIONS: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: ['PAID', 'PREPARING', 'COMPLETED', 'EXPIRED', 'CANCELLED', 'REFUNDED'],
  PAID: ['PREPARING', 'COMPLETED', 'CANCELLED', 'REFUNDED'],
  PREPARING: ['SHIPPED', 'COMPLETED', 'CANCELLED', 'REFUNDED'],
  SHIPPED: ['COMPLETED', 'REFUNDED'],
  COMPLETED: ['REFUNDED'],
  EXPIRED: ['REFUNDED'],
  CANCELLED: ['REFUNDED'],
  REFUNDED: ['PENDING', 'PAID', 'PREPARING', 'SHIPPED', 'COMPLETED', 'EXPIRED', 'CANCELLED'],
};

const FINAL: ReadonlySet<OrderStatus> = new Set<OrderStatus>(['COMPLETED', 'EXPIRED', 'CANCELLED', 'REFUNDED']);

/**
 * Whether an order in this status is done: its workflow has ended, and only money found or given back later moves it.
 */
export const isFinal = (status: OrderStatus): boolean => FINAL.has(status);

/** Whether an order may move so. */
export const mayMove = (from: OrderStatus, to: OrderStatus): boolean => from === to || TRANSITIONS[from].includes(to);

/** Why staff cancel or refund. Never Stripe's `fraudulent`: that blocks the buyer's card and address. */
export const REASONS = ['requested_by_customer', 'duplicate', 'out_of_stock', 'damaged', 'other'] as const;
export type Reason = (typeof REASONS)[number];

/**
 * What others than the order's own workflow may have found out about an order, so that a person must decide: the
 * `step` of its attention in the database. The order goes on meanwhile as far as it may; `retry` and `cancel` answer
 * it.
 */
export const DECISIONS = {
  /** The bank refused a refund: the money is back with us. `retry` asks for it anew, `ship` takes the stock again. */
  refundFailed: 'refund-failed',
  /** The bank decided for the buyer. `cancel` returns what is unshipped, and asks Stripe for nothing. */
  disputeLost: 'dispute-lost',
  /** Radar's review ended, and not with an approval. */
  reviewClosed: 'review-closed',
  /**
   * Stripe warns of fraud before the buyer has disputed. `retry` goes on all the same, `cancel` gives the money back.
   */
  fraudWarning: 'fraud-warning',
} as const satisfies Record<string, AttentionStep>;
export type Decision = (typeof DECISIONS)[keyof typeof DECISIONS];

export const isDecision = (step: string): step is Decision => Object.values<string>(DECISIONS).includes(step);

export const PRODUCT_KINDS = ['PHYSICAL', 'DIGITAL'] as const;
export type ProductKind = (typeof PRODUCT_KINDS)[number];
