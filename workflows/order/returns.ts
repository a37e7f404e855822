import { REASON_OF_RETURN } from '../../domain/returns';
import { INVALID_TRANSITION } from '../../messages/refusals';
import type { OtherWork } from '../meanwhile';
import { refusal } from '../refusal';
import { database } from '../steps';
import type { StaffRequest } from './inbox';
import { giveBackPart } from './refunds';
import type { OrderRun } from './run';

/**
 * Records goods that came back, once per key, and requests the refund that was recorded with them. The customer is
 * mailed once the order is read again.
 * @param others what can be done while that refund waits for Stripe
 * @throws the refusal by a rule, before anything is recorded or of the refund
 */
export async function takeBack(
  run: OrderRun,
  { key, request }: Extract<StaffRequest, { name: 'return' }>,
  others: OtherWork,
): Promise<void> {
  const { sessionId } = run;
  const recorded = await run.untilDone('return', () => database.recordReturn({ sessionId, key, ...request }));
  if (recorded.outcome === 'refused')
    throw refusal(recorded.reason, recorded.code === 'disputed' ? INVALID_TRANSITION : recorded.code);
  await run.refresh();
  if (recorded.refund === null) return;
  const { requestKey, amount } = recorded.refund;
  const part = { key: requestKey, amount, reason: REASON_OF_RETURN };
  await giveBackPart(run, part, { why: ' for a return', others });
  await run.refresh();
}
