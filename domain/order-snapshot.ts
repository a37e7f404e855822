import type { Decision, OrderStatus } from './order';

/** Where the stock of an order is. */
export type StockState = 'HELD' | 'SOLD_OUT' | 'RELEASED' | 'COMMITTED' | 'RETURNED';

/** An order as its workflow needs to know it: ids, codes, amounts and times, nothing personal. */
export interface OrderSnapshot {
  number: string;
  status: OrderStatus;
  stock: StockState;
  /** In the smallest unit of `currency`. */
  total: number;
  currency: string;
  skus: string[];
  /** Nothing of it is goods. */
  digital: boolean;
  /** Milliseconds since the epoch. */
  holdUntil: number;
  anythingShipped: boolean;
  disputed: boolean;
  /** Stripe Radar has the payment under review: nothing ships. */
  reviewOpen: boolean;
  /** The card's issuer warns of fraud, and staff have not decided yet: nothing ships. */
  fraudWarning: boolean;
  /** Whether the bank has taken the money for good. */
  lost: boolean;
  /** What others found out that a person must decide about. */
  pendingDecision: { step: Decision; reason: string } | null;
  /** Attention that an earlier run raised for itself. */
  staleAttention: boolean;
}
