import { type SearchAttributePair, TypedSearchAttributes } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { SessionId } from '../domain/ids';
import type { OrderStatus, Reason } from '../domain/order';
import { TASK_QUEUES } from './names';
import { asOftenAsNeeded, oncePerId } from './policies';
import { SEARCH_ATTRIBUTES, searchableSkus } from './search-attributes';

export interface OrderInput {
  sessionId: SessionId;
}

/** What the shopper is told when the stock was asked for. */
export type Opening =
  | { outcome: 'held'; status: OrderStatus }
  | { outcome: 'sold-out'; missing: { sku: string; requested: number; available: number }[] }
  | { outcome: 'closed'; status: OrderStatus }
  | { outcome: 'not-ours' };

export interface ShipRequest {
  carrier: string;
  trackingNumber: string;
  trackingUrl?: string;
  items?: { sku: string; quantity: number }[];
}

export interface CancelRequest {
  reason: Reason;
}

/** Of an order's money. No amount means everything that is left; `restock` names what returns to the shelf. */
export interface RefundRequest {
  amount?: number;
  reason: Reason;
  restock?: { sku: string; quantity: number }[];
}

/** What a run answers to the `state` query, for support and tests. */
export interface OrderState {
  sessionId: SessionId;
  status: OrderStatus;
  waitingFor: string;
  attention: { step: string; reason: string } | null;
}

/** Sent with update-with-start by `POST /checkout`: resolves once the stock is held, or is not. */
export const openUpdate = defineUpdate<Opening>('open');
/** Look at the session again: something about it changed at Stripe. Says nothing about what. */
export const lookSignal = defineSignal<[]>('look');
/** The shopper has gone, or the API gave up waiting: close the till, then release the stock. */
export const abandonSignal = defineSignal<[]>('abandon');
/** Something was written to this order by others (a refund, a dispute, a review, a warning), or lifted: read the order again. */
export const changedSignal = defineSignal<[]>('changed');

export const shipUpdate = defineUpdate<OrderStatus, [ShipRequest]>('ship');
export const deliverUpdate = defineUpdate<OrderStatus>('deliver');
export const cancelUpdate = defineUpdate<OrderStatus, [CancelRequest]>('cancel');
export const refundUpdate = defineUpdate<OrderStatus, [RefundRequest]>('refund');
export const retryUpdate = defineUpdate<OrderStatus>('retry');
export const stateQuery = defineQuery<OrderState>('state');

/** What is known of an order when its workflow is started by the checkout; search attributes cost nothing then. */
export interface OrderFacts {
  number: string;
  total: number;
  currency: string;
  skus: string[];
}

/** How an order's workflow is started: spread into `signalWithStart` or `WithStartWorkflowOperation`. */
export const orderStart = (input: OrderInput, facts?: OrderFacts) => ({
  workflowId: input.sessionId as string,
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [OrderInput],
  ...oncePerId,
  // What a dying worker has in hand goes to another after this long. The default of 10 s is longer than the shopper at checkout may wait.
  workflowTaskTimeout: 5_000,
  staticSummary: facts ? `Order ${facts.number}` : 'Order of a Checkout Session',
  ...(facts && { typedSearchAttributes: new TypedSearchAttributes(factPairs(facts)) }),
});

/** The search attributes of an order that has just been opened. */
export const factPairs = ({ number, total, currency, skus }: OrderFacts): SearchAttributePair[] => [
  { key: SEARCH_ATTRIBUTES.orderStatus, value: 'PENDING' },
  { key: SEARCH_ATTRIBUTES.orderNumber, value: number },
  { key: SEARCH_ATTRIBUTES.amountTotal, value: total },
  { key: SEARCH_ATTRIBUTES.currency, value: currency },
  { key: SEARCH_ATTRIBUTES.skus, value: searchableSkus(skus) },
  { key: SEARCH_ATTRIBUTES.needsAttention, value: false },
  { key: SEARCH_ATTRIBUTES.disputed, value: false },
];

/**
 * As `orderStart`, for an id whose run has completed: only where the database and Stripe are seen to differ, or a refund that ended the order
 * has failed. The run goes on from what the database says.
 */
export const orderStartAgain = (input: OrderInput) => ({
  ...orderStart(input),
  ...asOftenAsNeeded,
});
