import { refusalOf } from '../../domain/actions';
import { heldInWords } from '../../domain/happened';
import type { HoldChanged } from '../../domain/hold-rules';
import type { OrderStatus } from '../../domain/order';
import { phaseOf } from '../../domain/phase';
import type { HoldRequest } from '../../messages/order';
import { refusal } from '../refusal';
import { database } from '../steps';
import { recordNow } from './cancel';
import type { OrderRun } from './run';

/**
 * Staff hold shipping. It stands in the database before anybody hears yes, whatever step the run is at.
 * @param by the key of their request
 * @throws the refusal, or that nothing is recorded
 */
export const holdShipping = (run: OrderRun, { reason }: HoldRequest, by: string): Promise<OrderStatus> =>
  record(run, () => database.holdShipping({ sessionId: run.sessionId, reason, by }));

/** As `holdShipping`: they release it. */
export const releaseShipping = (run: OrderRun, by: string): Promise<OrderStatus> =>
  record(run, () => database.releaseShipping({ sessionId: run.sessionId, by }));

async function record(run: OrderRun, write: () => Promise<HoldChanged>): Promise<OrderStatus> {
  await run.untilReadOrParked();
  if (run.opening?.outcome === 'not-ours') throw refusal(refusalOf(run));
  const changed = await recordNow(write);
  if (changed.outcome === 'refused') throw refusal(changed.reason);
  const { hold: shippingHold, since } = changed;
  run.recorded({ shippingHold, shippingHoldSince: since ?? Date.now() }, heldInWords(shippingHold));
  // What waits to be shipped waits for something else now. Any other phase goes on as it was.
  if (run.facts !== null && phaseOf(run.order) === 'to-fulfil') run.inbox.put('changed');
  return run.status;
}
