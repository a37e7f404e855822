import { type Decision, isDecision, type OrderStatus } from '../../domain/order';
import type { Env } from '../../platform/env';
import type { StockState } from '../../prisma/generated/client';
import { isDigital, type LockedOrder } from '../../store/orders/records';

/** An order as its workflow needs to know it: ids, codes and times, nothing personal. */
export interface OrderFactsNow {
  number: string;
  status: OrderStatus;
  stock: StockState;
  total: number;
  currency: string;
  skus: string[];
  digital: boolean;
  /** Milliseconds since the epoch. */
  holdUntil: number;
  anythingShipped: boolean;
  disputed: boolean;
  /** Stripe Radar has the payment under review: nothing ships. */
  reviewOpen: boolean;
  /** The card's issuer warns of fraud, and staff have not decided yet: nothing ships. */
  fraudWarning: boolean;
  /** Whether the bank has taken money for good; said where the order is read for itself. */
  lost?: boolean;
  /** What others found out that a person must decide about. */
  pendingDecision: { step: Decision; reason: string } | null;
  /** Attention that an earlier run raised for itself. */
  staleAttention: boolean;
  /** A shipped order is taken as delivered after this long. */
  autoCompleteMs: number;
}

/** What of an order's row its workflow may know. */
export function factsOf(order: LockedOrder, env: Env): OrderFactsNow {
  return {
    number: order.number,
    status: order.status,
    stock: order.stock,
    total: Number(order.total),
    currency: order.currency,
    skus: order.items.map(({ sku }) => sku),
    digital: isDigital(order.items),
    holdUntil: order.holdUntil.getTime(),
    anythingShipped: order.items.some(({ shipped }) => shipped > 0),
    disputed: order.disputed,
    reviewOpen: order.reviewOpen,
    fraudWarning: order.fraudWarning,
    pendingDecision: decisionOf(order),
    staleAttention: order.attentionStep !== null && !isDecision(order.attentionStep),
    autoCompleteMs: env.AUTO_COMPLETE_SECONDS * 1000,
  };
}

function decisionOf({ attentionStep: step, attentionReason: reason }: LockedOrder): OrderFactsNow['pendingDecision'] {
  return step !== null && reason !== null && isDecision(step) ? { step, reason } : null;
}
