import type { OrderStatus } from '../../domain/order';
import type { OrderRun } from './run';

/**
 * Staff say `retry`: an answer to a pending decision, or to a step that is parked. A `retry` may arrive with the start
 * of a run that goes on for a terminated one: what waits for an answer is known once the order is opened, unless
 * opening it is the step that is parked.
 * @param key of the request
 */
export async function retry(run: OrderRun, key: string): Promise<OrderStatus> {
  const { parking, inbox } = run;
  await run.untilReadOrParked();
  // A step that can be retried comes first: it may be what the decision was about.
  if (run.facts?.pendingDecision && !parking.isStuck) return inbox.ask({ name: 'retry', key });
  if (parking.all.length > 0) await parking.retry();
  return run.status;
}
