import { type SearchAttributePair, TypedSearchAttributes } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ActionExample } from '../domain/action-examples';
import type { Resolution, UpdateAction } from '../domain/action-facts';
import type { SessionId } from '../domain/ids';
import type { HoldReason, OrderStatus, Reason } from '../domain/order';
import type {
  MailProgress,
  OpenDispute,
  OpenRefund,
  OpenReturnRequest,
  ParcelSent,
  ReturnedGoods,
} from '../domain/order-snapshot';
import type { LineProgress } from '../domain/parcel';
import type { Condition } from '../domain/returns';
import { TASK_QUEUES } from './names';
import { aheadOfOthers, asOftenAsNeeded, oncePerId } from './policies';
import { SEARCH_ATTRIBUTES, searchableSkus } from './search-attributes';

/** What starts the run of an order that no checkout has opened: Stripe's event, the order's page, or the sweep. */
export type Opener = 'event' | 'page' | 'sweep';

export interface OrderInput {
  sessionId: SessionId;
  /** For the timeline, if this run writes the order. Absent: a checkout opens it. */
  openedBy?: Opener;
}

/** The answer to the request for stock, as the shopper's checkout gets it. */
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

/** Staff hold shipping. */
export interface HoldRequest {
  reason: HoldReason;
}

export interface CancelRequest {
  reason: Reason;
}

/** A refund that staff request. No amount means everything that is left; `restock` lists what goes back into stock. */
export interface RefundRequest {
  amount?: number;
  reason: Reason;
  restock?: { sku: string; quantity: number }[];
}

/** Goods that came back. `refund` without an amount means what they cost; no `refund` means none. */
export interface ReturnRequest {
  items: { sku: string; quantity: number }[];
  condition: Condition;
  refund?: { amount?: number };
}

/** Goods that are sent again at no charge; `with`: another SKU of the same price instead. */
export interface ReplaceRequest {
  items: { sku: string; quantity: number; with?: string }[];
}

/** How staff resolve what needs attention. */
export interface ResolveRequest {
  how: Resolution;
  /** The refund's `request`, as in the list of refunds. Default: the refund that needs attention. */
  request?: string;
  /** With `settled_elsewhere`: the refund at Stripe that gave the money back. */
  refundId?: string;
}

/** How staff resolve a refund that failed or was refused. */
export type RefundResolution = ResolveRequest & { how: Exclude<Resolution, 'accept'> };

/** The answer to the `state` query, for support and tests. */
export interface OrderState {
  sessionId: SessionId;
  status: OrderStatus;
  waitingFor: string;
  attention: { step: string; reason: string } | null;
}

/** The answer to the `order` query: what staff see of an order, without personal data. Times are RFC 3339. */
export interface OrderReport {
  number: string;
  status: OrderStatus;
  skus: string[];
  /** In words that complete “It waits for …”. */
  waitingFor: string;
  /** In the currency's smallest unit. `lost`: what banks took for good. */
  money: { currency: string; total: number; refunded: number; lost: number; left: number };
  needsAttention: { step: string; reason: string }[];
  hold: { reason: HoldReason; since: string | null } | null;
  /** Those with goods. */
  lines: LineProgress[];
  parcels: (Omit<ParcelSent, 'at'> & { at: string })[];
  returns: ReturnedGoods[];
  /** What the shopper asked to return and still has. */
  returnRequests: (Omit<OpenReturnRequest, 'at'> & { at: string })[];
  /** Not over, or without success. */
  openRefunds: OpenRefund[];
  /** Those that are open. */
  disputes: (Omit<OpenDispute, 'dueBy'> & { dueBy: string | null })[];
  /** The oldest first. `at`: since when it is in this state. */
  mails: (Pick<MailProgress, 'template' | 'state'> & { at: string })[];
  paymentIntentId: string | null;
  /** The order's page for staff, an absolute address; null in a run that an older version began. */
  staffUrl: string | null;
  /** Where the Temporal UI is; null where that is not configured, and in a run that an older version began. */
  temporalUi: string | null;
  /** Oldest first; the latest thirty. */
  happened: string[];
  /** The updates that would be accepted now. */
  actions: { action: UpdateAction; does: string; examples: ActionExample[] }[];
}

/** Sent with update-with-start by `POST /checkout`. Resolves once the stock is held or known to be gone. */
export const openUpdate = defineUpdate<Opening>('open');
/** Something about the session changed at Stripe: read it again. The signal does not say what changed. */
export const lookSignal = defineSignal<[]>('look');
/** The shopper has left, or the API stopped waiting: expire the session, then release the stock. */
export const abandonSignal = defineSignal<[]>('abandon');
/** Another workflow changed the order (a refund, a dispute, a review, a warning): read the order again. */
export const changedSignal = defineSignal<[]>('changed');

export const shipUpdate = defineUpdate<OrderStatus, [ShipRequest]>('ship');
export const deliverUpdate = defineUpdate<OrderStatus>('deliver');
export const holdUpdate = defineUpdate<OrderStatus, [HoldRequest]>('hold');
export const releaseUpdate = defineUpdate<OrderStatus>('release');
export const cancelUpdate = defineUpdate<OrderStatus, [CancelRequest]>('cancel');
export const refundUpdate = defineUpdate<OrderStatus, [RefundRequest]>('refund');
export const returnUpdate = defineUpdate<OrderStatus, [ReturnRequest]>('return');
export const replaceUpdate = defineUpdate<OrderStatus, [ReplaceRequest]>('replace');
export const retryUpdate = defineUpdate<OrderStatus>('retry');
export const resolveUpdate = defineUpdate<OrderStatus, [ResolveRequest]>('resolve');
export const stateQuery = defineQuery<OrderState>('state');
/** Null before the order is opened. */
export const orderQuery = defineQuery<OrderReport | null>('order');

/**
 * What the checkout knows about an order when it starts the workflow. Search attributes set at the start cost
 * nothing.
 */
export interface OrderFacts {
  number: string;
  total: number;
  currency: string;
  skus: string[];
}

/** What the Temporal UI calls the run of an order: by its number, where one is known when the run starts. */
export const runTitle = (order: Pick<OrderFacts, 'number'> | null): string =>
  order === null ? 'Order of a Checkout Session' : `Order ${order.number}`;

/**
 * The start options of an order's workflow, to spread into `signalWithStart` or `WithStartWorkflowOperation`.
 * @param order null if it is not known, or does not exist yet
 */
export const orderStart = (input: OrderInput, order: Pick<OrderFacts, 'number'> | null = null) => ({
  workflowId: input.sessionId as string,
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [OrderInput],
  ...oncePerId,
  ...aheadOfOthers,
  // After this long, another worker takes over the tasks of a worker that died. The default of 10 s is too long for a
  // shopper who is waiting at checkout.
  workflowTaskTimeout: 5_000,
  staticSummary: runTitle(order),
});

/** As `orderStart`, for an order that a checkout opens. */
export const checkoutStart = (input: OrderInput, facts: OrderFacts) => ({
  ...orderStart(input, facts),
  typedSearchAttributes: new TypedSearchAttributes(factPairs(facts)),
});

/** The search attributes of an order. A run that takes over from an earlier one reads the status in the database. */
export const factPairs = (
  { number, total, currency, skus }: OrderFacts,
  status: OrderStatus = 'PENDING',
): SearchAttributePair[] => [
  { key: SEARCH_ATTRIBUTES.orderStatus, value: status },
  { key: SEARCH_ATTRIBUTES.orderNumber, value: number },
  { key: SEARCH_ATTRIBUTES.amountTotal, value: total },
  { key: SEARCH_ATTRIBUTES.currency, value: currency },
  { key: SEARCH_ATTRIBUTES.skus, value: searchableSkus(skus) },
  { key: SEARCH_ATTRIBUTES.needsAttention, value: false },
  { key: SEARCH_ATTRIBUTES.disputed, value: false },
];

/**
 * As `orderStart`, for an id whose run has completed. Used only if the database and Stripe are found to differ, if the
 * refund that ended the order has failed, or if goods came back or are sent again. The run continues from what the
 * database says.
 */
export const orderStartAgain = (input: OrderInput, order: Pick<OrderFacts, 'number'> | null = null) => ({
  ...orderStart(input, order),
  ...asOftenAsNeeded,
});
