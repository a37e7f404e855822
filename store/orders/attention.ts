import type { AttentionStep } from '../../domain/attention';
import { type Call, FOLLOW, foremostReport, hasCall, withCall, withoutCalls } from '../../domain/calls';
import type { SessionId } from '../../domain/ids';
import { DECISIONS, type Decision, isDecision, isFinal } from '../../domain/order';
import type { Db, Tx } from '../database';
import { closeForgottenDispute } from '../disputes/forgotten';
import { closeForgottenReview } from '../notices/forgotten';
import { isCarriedOut, markOf } from './carried-out';
import { callsChange, callsOf } from './decisions';
import { changeOrder, lockKnownOrder, lockOrder, NO_ATTENTION } from './records';

/**
 * Flags that a step of the order's own workflow is parked. A pending decision is not replaced by a step that may still
 * continue by itself.
 */
export async function raiseAttention(
  db: Db,
  { sessionId, step, reason, at }: { sessionId: SessionId; step: AttentionStep; reason: string; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockOrder(tx, sessionId);
    if (!order || (order.attentionStep === step && order.attentionReason === reason)) return;
    if (order.attentionStep !== null && isDecision(order.attentionStep)) return;
    const change = { attentionStep: step, attentionReason: reason, attentionSince: at };
    await changeOrder(tx, order, at, change, parkedEvent(step, reason, at));
  });
}

/**
 * Clears the flag of a step of the order's own workflow, unless the flag outlives the run: a call for staff, or a
 * customer who cannot be reached. What waited behind it is shown.
 */
export async function clearAttention(db: Db, { sessionId, at }: { sessionId: SessionId; at: Date }): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockOrder(tx, sessionId);
    const step = order?.attentionStep ?? null;
    if (!order || step === null || step === 'contact' || step === FOLLOW || isDecision(step)) return;
    await changeOrder(tx, order, at, await callsChange(tx, { ...order, ...NO_ATTENTION }, callsOf(order), at));
  });
}

/** Calls staff because the workflow that follows something beside the order is stuck. @param subject its id */
export async function raiseFollowAttention(
  db: Db,
  { sessionId, subject, reason, at }: { sessionId: SessionId; subject: string; reason: string; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockOrder(tx, sessionId);
    if (!order) return;
    const before = callsOf(order);
    const calls = withCall(before, { step: FOLLOW, subject, reason, since: at.toISOString() });
    const isNew = !hasCall(before, { step: FOLLOW, subject });
    const events = isNew ? [parkedEvent(FOLLOW, reason, at)] : [];
    await changeOrder(tx, order, at, await callsChange(tx, order, calls, at), ...events);
  });
}

/** Takes back the call of a workflow beside the order, and no other. */
export async function clearFollowAttention(
  db: Db,
  { sessionId, subject, at }: { sessionId: SessionId; subject: string; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockOrder(tx, sessionId);
    if (!order || !hasCall(callsOf(order), { step: FOLLOW, subject })) return;
    await changeOrder(tx, order, at, await callsChange(tx, order, withoutCalls(callsOf(order), FOLLOW, subject), at));
  });
}

const parkedEvent = (step: AttentionStep, reason: string, at: Date) => ({
  type: 'attention',
  message: `Needs attention at “${step}”: ${reason}`,
  actor: 'holdfast',
  key: `attention/${step}/${at.getTime()}`,
});

/**
 * Records that staff have decided about what they are shown. What waited behind it is shown next. This does not decide
 * a refused refund, which must be made, withdrawn or settled. `onlyEnded` leaves alone orders that have not ended, and
 * failed refunds: the order's workflow or a new request handles those. `reported` decides about the foremost report,
 * even if a refund that needs a decision stands before it.
 * @returns what was decided; null if nothing was pending
 */
export async function decide(
  db: Db,
  { sessionId, onlyEnded = false, reported = false, actor, by, at }: Deciding,
): Promise<Decision | null> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    if (await isCarriedOut(tx, sessionId, by)) return null;
    const report = foremostReport(callsOf(order));
    const step = reported ? (report?.step ?? null) : order.attentionStep;
    if (step === null || !isDecision(step) || step === DECISIONS.refundRefused) return null;
    if (onlyEnded && (!isFinal(order.status) || step === DECISIONS.refundFailed)) return null;
    const calls = report?.step === step ? withoutCalls(callsOf(order), step, report.subject) : callsOf(order);
    if (step === DECISIONS.disputeUnknown && report) await closeForgottenDispute(tx, { id: report.subject, at });
    if (step === DECISIONS.reviewUnknown && report) await closeForgottenReview(tx, { id: report.subject, at });
    const change = {
      ...(step === DECISIONS.fraudWarning && { fraudWarning: hasStep(calls, step) }),
      ...(await callsChange(tx, order, calls, at)),
    };
    const message = `Staff have decided about “${step}”`;
    const subject = report?.step === step ? report.subject : '';
    await changeOrder(tx, order, at, change, {
      ...{ type: 'decided', message, actor, decided: { step, subject } },
      key: `decided/${step}/${subject}/${at.getTime()}${markOf(by)}`,
    });
    return step;
  });
}

export interface Deciding {
  sessionId: SessionId;
  onlyEnded?: boolean;
  reported?: boolean;
  /** The name of who decides. */
  actor: string;
  /** The key of their request: the same again changes nothing (a task of the workflow may be done again). */
  by?: string | undefined;
  at: Date;
}

/** Whether staff have already answered this report. Reads under the order's lock. */
export async function isDecided(
  tx: Tx,
  sessionId: SessionId,
  { step, subject }: Pick<Call, 'step' | 'subject'>,
): Promise<boolean> {
  await fillInDecided(tx, sessionId);
  return (await tx.timelineEntry.count({ where: { sessionId, type: 'decided', step, subject } })) > 0;
}

/** Entries that were written before these columns existed have the step and the subject in their keys alone. */
async function fillInDecided(tx: Tx, sessionId: SessionId): Promise<void> {
  await tx.$executeRaw`
    UPDATE timeline SET step = split_part(key, '/', 2), subject = substring(key FROM '^decided/[^/]*/(.*)/[0-9]*$')
    WHERE session_id = ${sessionId} AND type = 'decided' AND step IS NULL`;
}

const hasStep = (calls: Call[], step: Decision): boolean => calls.some((one) => one.step === step);
