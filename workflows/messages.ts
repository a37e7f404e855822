import {
  defineSearchAttributeKey,
  type SearchAttributePair,
  SearchAttributeType,
  TypedSearchAttributes,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { NoticeKind } from '../domain/events';
import type { DisputeId, RefundId, SessionId } from '../domain/ids';
import type { Resendable } from '../domain/mail';
import type { OrderStatus, Reason } from '../domain/order';
import type { SweepWindow } from '../domain/sweep';

/**
 * Every name that crosses a process: workflows, ids, policies, queues, messages, search attributes. The API, the worker and the tests import
 * them from here, so that none is written twice: a signal under a name nobody handles is dropped by the server without a word.
 */

/** `orders`: workflows, database and mail. `stripe`: calls to Stripe, rate-limited for the whole fleet. */
export const TASK_QUEUES = { orders: 'orders', stripe: 'stripe' } as const;

// --- The order workflow ---------------------------------------------------------------------------------------------------------------

/** Who started a run: says how the order is to be opened, never whether it may be. */
export type OpenedBy = 'checkout' | 'webhook' | 'page' | 'sweep' | 'staff';

export interface OrderInput {
  sessionId: SessionId;
  openedBy: OpenedBy;
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
/** A refund of this order was recorded or changed: read the order again. */
export const refundChangedSignal = defineSignal<[RefundId]>('refundChanged');
/** A dispute, a review or a warning was written to this order, or lifted: read the order again. */
export const flagsChangedSignal = defineSignal<[]>('flagsChanged');

export const shipUpdate = defineUpdate<OrderStatus, [ShipRequest]>('ship');
export const deliverUpdate = defineUpdate<OrderStatus>('deliver');
export const cancelUpdate = defineUpdate<OrderStatus, [CancelRequest]>('cancel');
export const refundUpdate = defineUpdate<OrderStatus, [RefundRequest]>('refund');
export const retryUpdate = defineUpdate<OrderStatus>('retry');
export const stateQuery = defineQuery<OrderState>('state');

/** The `type` of the failure with which an update refuses; its message says what the order is. The API answers 409 with the same code. */
export const INVALID_TRANSITION = 'invalid_transition';
export const OUT_OF_STOCK = 'out_of_stock';
export const REFUND_EXCEEDS_REMAINING = 'refund_exceeds_remaining';
/** The `type` of the failure with which an update refuses what is not of its form. */
export const INVALID_REQUEST = 'invalid_request';

// --- The refund workflow --------------------------------------------------------------------------------------------------------------

export interface RefundInput {
  refundId: RefundId;
}

/** The refund changed at Stripe: read it again. */
export const refundLookSignal = defineSignal<[]>('look');

// --- The refundRequest workflow -------------------------------------------------------------------------------------------------------

/** Of an order whose workflow has ended. */
export interface RefundRequestInput {
  sessionId: SessionId;
  /** The hash of the Idempotency-Key under which staff asked, or the refund that failed and is asked for anew. */
  key: string;
  /** Absent: what the refund that failed last was to give back. */
  request?: RefundRequest;
}

/** What came of it, in codes: the rest stands in the database. */
export type RefundRequestResult = { outcome: 'refunded'; refundId: RefundId } | { outcome: 'refused'; code: string };

/** Asks Stripe again, now: for a request that could not go on. Answered when it was tried. */
export const retryRefundRequestUpdate = defineUpdate<'done' | 'waiting'>('retry');

// --- The dispute and notice workflows -------------------------------------------------------------------------------------------------

export interface DisputeInput {
  disputeId: DisputeId;
}

/** The dispute changed at Stripe: read it again. */
export const disputeLookSignal = defineSignal<[]>('look');
/** Submits the evidence as it stands in the database, once; answers with the dispute's status at Stripe. */
export const submitEvidenceUpdate = defineUpdate<string>('submitEvidence');

export interface NoticeInput {
  kind: NoticeKind;
  /** Of the review, early fraud warning, PaymentIntent or payout. */
  id: string;
}

/** The object changed at Stripe: read it again. */
export const noticeLookSignal = defineSignal<[]>('look');

// --- The resend workflow --------------------------------------------------------------------------------------------------------------

/** A mail about an order that staff want to go again. */
export interface ResendInput {
  sessionId: SessionId;
  template: Resendable;
  /** The hash of the request's Idempotency-Key: its mail goes once. */
  key: string;
}

// --- The reconcile workflow ------------------------------------------------------------------------------------------------------------

/** The Schedule that starts it; staff do so too. */
export const RECONCILE_SCHEDULE = 'reconcile';

export interface ReconcileInput {
  /** Of the row that stands for this sweep; the Schedule leaves it to the workflow. */
  id?: string;
  trigger: 'schedule' | 'staff';
  /** Where a long sweep goes on after its history has become long. */
  goesOn?: SweepProgress;
}

export interface SweepProgress {
  id: string;
  window: SweepWindow;
  /** The list it is in, and after which entry of it. */
  stage: number;
  cursor: string | null;
  checked: number;
}

// --- Names, ids and policies ----------------------------------------------------------------------------------------------------------

export const WORKFLOWS = {
  order: 'order',
  refund: 'refund',
  refundRequest: 'refundRequest',
  dispute: 'dispute',
  notice: 'notice',
  resend: 'resend',
  reconcile: 'reconcile',
} as const;

/** Once per id: a completed order's id is used up; one that was terminated or failed is healed by the next message. */
const oncePerId = {
  workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
  workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
} as const;
/** Again and again: a refund fails after its workflow has ended; each run re-reads Stripe and writes idempotently. */
const asOftenAsNeeded = {
  workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
} as const;

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

/** How a refund's workflow is started. */
export const refundStart = (input: RefundInput) => ({
  workflowId: input.refundId as string,
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [RefundInput],
  ...asOftenAsNeeded,
  staticSummary: 'Follows one refund to its end',
});

/** The id of the workflow of one request for a refund. */
export const refundRequestId = (sessionId: SessionId, key: string): string => `refund/${sessionId}/${key}`;

/** How the workflow of a request for a refund is started: once a key. What failed may be asked for anew as often as it was refused. */
export const refundRequestStart = (input: RefundRequestInput) => ({
  workflowId: refundRequestId(input.sessionId, input.key),
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [RefundRequestInput],
  ...(input.request ? oncePerId : asOftenAsNeeded),
  staticSummary: `Gives back ${input.request ? (input.request.amount ?? 'all that is left') : 'what a failed refund did not'}`,
});

/** The id of the workflow that sends a mail again. */
export const resendId = ({ sessionId, key }: ResendInput): string => `resend/${sessionId}/${key}`;

/** How it is started: once a request; what was refused may be asked for again. */
export const resendStart = (input: ResendInput) => ({
  workflowId: resendId(input),
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [ResendInput],
  ...oncePerId,
  staticSummary: `Sends ${input.template} again`,
});

/** How a dispute's workflow is started. */
export const disputeStart = (input: DisputeInput) => ({
  workflowId: input.disputeId as string,
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [DisputeInput],
  ...asOftenAsNeeded,
  staticSummary: 'Follows one dispute from opening to closing',
});

/** How the workflow of a notice is started. */
export const noticeStart = (input: NoticeInput) => ({
  workflowId: input.id,
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [NoticeInput],
  ...asOftenAsNeeded,
  staticSummary: `Finds whom a ${input.kind} concerns`,
});

/** How a sweep is started: by the Schedule, which adds the time to the id, or by staff, under the id of their request, once. */
export const reconcileStart = (input: ReconcileInput) => ({
  workflowId: input.id === undefined ? RECONCILE_SCHEDULE : `${RECONCILE_SCHEDULE}/${input.id}`,
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [ReconcileInput],
  staticSummary: input.trigger === 'staff' ? 'A sweep that staff asked for' : 'Sweeps Stripe for what webhooks missed',
  typedSearchAttributes: new TypedSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: false }]),
});

/**
 * As `orderStart`, for an id whose run has completed: only where the database and Stripe are seen to differ, or a refund that ended the order
 * has failed. The run goes on from what the database says.
 */
export const orderStartAgain = (input: OrderInput) => ({
  ...orderStart(input),
  ...asOftenAsNeeded,
});

// --- Search attributes ----------------------------------------------------------------------------------------------------------------

export const SEARCH_ATTRIBUTES = {
  orderStatus: defineSearchAttributeKey('OrderStatus', SearchAttributeType.KEYWORD),
  orderNumber: defineSearchAttributeKey('OrderNumber', SearchAttributeType.KEYWORD),
  needsAttention: defineSearchAttributeKey('NeedsAttention', SearchAttributeType.BOOL),
  disputed: defineSearchAttributeKey('Disputed', SearchAttributeType.BOOL),
  amountTotal: defineSearchAttributeKey('AmountTotal', SearchAttributeType.INT),
  currency: defineSearchAttributeKey('Currency', SearchAttributeType.KEYWORD),
  skus: defineSearchAttributeKey('Skus', SearchAttributeType.KEYWORD_LIST),
} as const;

/** The SKUs of an order as a search attribute: cut at 1,800 bytes, because a list over 2,048 refuses the start. */
export function searchableSkus(skus: string[]): string[] {
  const kept: string[] = [];
  let bytes = 0;
  for (const sku of skus) {
    bytes += sku.length + 4; // JSON quotes and comma, with one to spare; SKUs are ASCII
    if (bytes > 1_800) break;
    kept.push(sku);
  }
  return kept;
}
