import type { AttentionStep } from '../../domain/attention';
import { database } from '../steps';
import type { OrderRun } from './run';

/**
 * Records the decision of staff, and the order continues. It is about what they are shown, or about the foremost
 * report, even if a refund that needs a decision stands before it (`reported`).
 * @param by the key of their request
 */
export async function decide(run: OrderRun, about: { by: string; reported?: true }): Promise<void> {
  const { sessionId } = run;
  run.apply(await run.untilDone('decide', () => database.decide({ sessionId, ...about })));
}

/**
 * Parks for a decision, until staff send `retry` or another request, or another workflow changes the order.
 * @param isTold whether staff were called for this before
 * @param wakeOnLook whether a message about the session ends it too
 */
export async function forDecision(
  { inbox, parking }: OrderRun,
  step: AttentionStep,
  reason: string,
  { isTold = false, wakeOnLook = false } = {},
): Promise<void> {
  const goOn = () => inbox.hasRequest || inbox.hasChange || (wakeOnLook && inbox.hasLook);
  await parking.forDecision(step, reason, goOn, isTold);
  inbox.markSeen();
}
