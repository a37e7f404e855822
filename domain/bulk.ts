import { DECISIONS, isDecision, type OrderStatus } from './order';
import type { ProblemCode } from './problem';

/** What can be done with many orders at once. */
export const BULK_ACTIONS = ['cancel', 'retry'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** The most orders of one request. */
export const MOST_IN_BULK = 500;

/** `STOPPED`: by staff, in the Temporal UI. `FAILED`: its run was ended before it was done. */
export const BULK_STATUSES = ['RUNNING', 'COMPLETED', 'STOPPED', 'FAILED'] as const;
export type BulkStatus = (typeof BULK_STATUSES)[number];
export type EndedStatus = Exclude<BulkStatus, 'RUNNING'>;

/** Which orders a bulk is about. An order must match all that is given, also when its turn comes. */
export interface BulkFilter {
  status?: OrderStatus;
  /** Whether they need attention. */
  attention?: boolean;
  /** Opened before this time (RFC 3339). */
  olderThan?: string;
}

/**
 * The filter that a request means. A `cancel` that names no status is about unpaid orders, so that no paid order is
 * ever cancelled unless its status is named; a `retry` is about orders that need attention.
 */
export const filterOf = (action: BulkAction, { status, attention, olderThan }: BulkFilter): BulkFilter => ({
  ...(action === 'cancel' ? { status: status ?? 'PENDING' } : status && { status }),
  ...(action === 'retry' ? { attention: attention ?? true } : attention !== undefined && { attention }),
  ...(olderThan !== undefined && { olderThan }),
});

/** Whether a bulk cancels unpaid orders: then none may be touched whose money has come, or is on its way. */
export const isOfUnpaid = (action: BulkAction, { status }: BulkFilter): boolean =>
  action === 'cancel' && status === 'PENDING';

/**
 * Why `retry` of many orders leaves one alone: what it needs is a person who looks at this order, and `retry` would be
 * their answer. A refund that failed or was refused is requested again: the decision to refund was made before. A
 * sentence without its full stop; null if there is no reason.
 */
export function whyNotInBulk(attentionStep: string | null): string | null {
  if (attentionStep === 'contact') return 'Its customer cannot be reached: correct the address';
  if (attentionStep === null || !isDecision(attentionStep) || ASKED_AGAIN.has(attentionStep)) return null;
  return `It waits for a decision about “${attentionStep}”: look at this order by itself`;
}

const ASKED_AGAIN: ReadonlySet<string> = new Set([DECISIONS.refundFailed, DECISIONS.refundRefused]);

/** How far a bulk has come, in orders. `over`: no order waits for its turn. */
export interface BulkProgress {
  matched: number;
  done: number;
  refused: number;
  over: boolean;
}

/** What became of one order. A refusal has the API's code, and a sentence of ours without its full stop. */
export type Moved = { outcome: 'done' } | { outcome: 'refused'; code: ProblemCode; detail: string };

export const refusedMove = (detail: string, code: ProblemCode = 'invalid_transition'): Moved => ({
  outcome: 'refused',
  code,
  detail,
});
