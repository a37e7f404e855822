import type { AttentionStep } from '../../domain/attention';
import type { SessionId } from '../../domain/ids';
import { DECISIONS, type Decision, isDecision, isFinal } from '../../domain/order';
import type { Db, Tx } from '../database';
import { refundsOf } from '../refunds/rows';
import { nextCall } from './decisions';
import { changeOrder, type LockedOrder, lockKnownOrder, lockOrder, NO_ATTENTION } from './records';

/** The flag for a stuck workflow beside the order. It never replaces another step, and only that workflow clears it. */
const FOLLOW: AttentionStep = 'follow';

/**
 * Flags that a step is parked. A pending decision is not overwritten by a step that may still continue by itself.
 */
export async function raiseAttention(
  db: Db,
  { sessionId, step, reason, at }: { sessionId: SessionId; step: AttentionStep; reason: string; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockOrder(tx, sessionId);
    if (!order || (order.attentionStep === step && order.attentionReason === reason)) return;
    if (order.attentionStep !== null && isDecision(order.attentionStep) && !isDecision(step)) return;
    if (order.attentionStep !== null && order.attentionStep !== FOLLOW && step === FOLLOW) return;
    const event = {
      type: 'attention',
      message: `Needs attention at “${step}”: ${reason}`,
      actor: 'holdfast',
      key: `attention/${step}/${at.getTime()}`,
    };
    await changeOrder(tx, order, at, { attentionStep: step, attentionReason: reason, attentionSince: at }, event);
  });
}

/**
 * Clears the flag of a step, unless the flag outlives the run: a pending decision, or a customer who cannot be reached.
 */
export async function clearAttention(db: Db, { sessionId, at }: { sessionId: SessionId; at: Date }): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockOrder(tx, sessionId);
    const step = order?.attentionStep ?? null;
    if (!order || step === null || step === 'contact' || step === FOLLOW || isDecision(step)) return;
    await changeOrder(tx, order, at, NO_ATTENTION);
  });
}

/** Clears the flag of a stuck workflow beside the order, and no other flag. */
export async function clearFollowAttention(
  db: Db,
  { sessionId, at }: { sessionId: SessionId; at: Date },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockOrder(tx, sessionId);
    if (order?.attentionStep === FOLLOW) await changeOrder(tx, order, at, NO_ATTENTION);
  });
}

/**
 * Records that staff have decided, and raises the decision that waited behind this one, if any. This does not decide a
 * refused refund, which must be made, withdrawn or settled. `onlyEnded` leaves alone orders that have not ended, and
 * failed refunds: the order's workflow or a new request handles those.
 * @returns what was decided; null if nothing was pending
 */
export async function decide(
  db: Db,
  { sessionId, onlyEnded = false, at }: { sessionId: SessionId; onlyEnded?: boolean; at: Date },
): Promise<Decision | null> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const step = order.attentionStep;
    if (step === null || !isDecision(step) || step === DECISIONS.refundRefused) return null;
    if (onlyEnded && (!isFinal(order.status) || step === DECISIONS.refundFailed)) return null;
    const change = {
      ...(step === DECISIONS.fraudWarning && { fraudWarning: false }),
      ...(await callBehind(tx, order, step, at)),
    };
    const message = `Staff have decided about “${step}”`;
    await changeOrder(tx, order, at, change, {
      type: 'decided',
      message,
      actor: 'staff',
      key: `decided/${at.getTime()}`,
    });
    return step;
  });
}

/** The decision that waited behind this one: about another refund, or a fraud warning. */
async function callBehind(tx: Tx, order: LockedOrder, decided: Decision, at: Date) {
  if (decided === DECISIONS.fraudWarning) return NO_ATTENTION;
  const refunds = decided === DECISIONS.refundFailed ? await refundsOf(tx, order.sessionId as SessionId) : [];
  return nextCall(order, refunds, at);
}
