import { database } from '../steps';
import type { OrderRun } from './run';

/** Records the decision of staff. The order continues. */
export async function decide(run: OrderRun): Promise<void> {
  const { sessionId } = run;
  run.apply(await run.untilDone('decide', () => database.decide({ sessionId })));
}
