import { DECISIONS, type Decision } from './order';

/**
 * What calls staff to an order beside its own steps: a report that they must decide about, or a workflow beside the
 * order that is stuck. Several may stand at once. Staff are shown the foremost, and none replaces another. A refund
 * that Stripe refuses is not among them: it stands with the refunds themselves.
 */
export interface Call {
  step: Decision | typeof FOLLOW;
  /** What it is about: Stripe's id, or the key of a mail. One call for each step and subject. */
  subject: string;
  reason: string;
  /** RFC 3339. */
  since: string;
}

/** The step of a workflow beside the order that is stuck. Only that workflow takes the call back. */
export const FOLLOW = 'follow';

/** The foremost first. A failed or refused refund comes before all of these: the shop has the customer's money. */
const BY_WEIGHT: readonly Call['step'][] = [
  DECISIONS.refundFailed,
  DECISIONS.disputeLost,
  DECISIONS.disputeWon,
  DECISIONS.refundUnknown,
  DECISIONS.disputeUnknown,
  DECISIONS.reviewUnknown,
  DECISIONS.reviewClosed,
  DECISIONS.fraudWarning,
  DECISIONS.mailLost,
  FOLLOW,
];

/** Adds a call, or updates the reason of one that stands. The foremost stands first; of equal ones, the oldest. */
export function withCall(calls: readonly Call[], call: Call): Call[] {
  const known = calls.find((one) => isSame(one, call));
  if (known) return calls.map((one) => (one === known ? { ...known, reason: call.reason } : one));
  return [...calls, call].sort((one, other) => BY_WEIGHT.indexOf(one.step) - BY_WEIGHT.indexOf(other.step));
}

/** Takes calls back. Without a subject, all of that step. */
export const withoutCalls = (calls: readonly Call[], step: Call['step'], subject?: string): Call[] =>
  calls.filter((one) => one.step !== step || (subject !== undefined && one.subject !== subject));

export const hasCall = (calls: readonly Call[], call: Pick<Call, 'step' | 'subject'>): boolean =>
  calls.some((one) => isSame(one, call));

const isSame = (one: Pick<Call, 'step' | 'subject'>, other: Pick<Call, 'step' | 'subject'>): boolean =>
  one.step === other.step && one.subject === other.subject;

/** The foremost report that staff can take note of; null if there is none. */
export const foremostReport = (calls: readonly Call[]): (Call & { step: Decision }) | null =>
  reportsOf(calls)[0] ?? null;

/** The reports that staff can take note of. A failed refund is not: it is requested again, withdrawn or settled. */
export const reportsOf = (calls: readonly Call[]): (Call & { step: Decision })[] =>
  calls.filter((one): one is Call & { step: Decision } => one.step !== FOLLOW && one.step !== DECISIONS.refundFailed);
