import type { AttentionStep } from '../../domain/attention';
import type { SessionId } from '../../domain/ids';
import { DECISIONS, type Decision, isDecision, isFinal } from '../../domain/order';
import { refundableOf } from '../../domain/order-money';
import { openFailures } from '../../domain/refund';
import type { Db, Tx } from '../database';
import { refundsOf } from '../refunds/rows';
import { callForRefund } from './decisions';
import { changeOrder, type LockedOrder, lockKnownOrder, lockOrder, moneyOf, NO_ATTENTION } from './records';

/** Something beside the order is stuck. It takes the place of no other step, and only what raised it clears it. */
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
 * Clears the flag of a step, unless it is one that outlives its run: a decision that a person must make, or a customer
 * who cannot be reached.
 */
export async function clearAttention(db: Db, { sessionId, at }: { sessionId: SessionId; at: Date }): Promise<void> {
  await db.$transaction(async (tx) => {
    const order = await lockOrder(tx, sessionId);
    const step = order?.attentionStep ?? null;
    if (!order || step === null || step === 'contact' || step === FOLLOW || isDecision(step)) return;
    await changeOrder(tx, order, at, NO_ATTENTION);
  });
}

/** Clears the flag of something beside the order that was stuck, and no other. */
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
 * Records that staff have decided, and raises the decision that waited behind this one, if any. With `onlyEnded`, an
 * order that has not ended, and a failed refund, are left alone: the order's workflow or a new request handles those.
 * @returns what was decided; null if nothing was pending
 */
export async function decide(
  db: Db,
  { sessionId, onlyEnded = false, at }: { sessionId: SessionId; onlyEnded?: boolean; at: Date },
): Promise<Decision | null> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const step = order.attentionStep;
    if (step === null || !isDecision(step)) return null;
    if (onlyEnded && (!isFinal(order.status) || step === DECISIONS.refundFailed)) return null;
    const change = {
      ...(step === DECISIONS.fraudWarning && { fraudWarning: false }),
      ...(await nextCall(tx, order, step, at)),
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

/**
 * The decision that follows this one: the next failed refund, or a fraud warning that waited behind it.
 */
async function nextCall(tx: Tx, order: LockedOrder, decided: Decision, at: Date) {
  if (decided === DECISIONS.refundFailed) {
    const refunds = await refundsOf(tx, order.sessionId as SessionId);
    const [failed] = openFailures(refunds, refundableOf(moneyOf(order)));
    if (failed) return callForRefund(failed, at);
  }
  if (decided === DECISIONS.fraudWarning || !order.fraudWarning) return NO_ATTENTION;
  return {
    attentionStep: DECISIONS.fraudWarning,
    attentionReason:
      'Stripe warns of fraud: cancel gives the money back before a dispute can cost it; retry ships all the same',
    attentionSince: at,
  };
}
