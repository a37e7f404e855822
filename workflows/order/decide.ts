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
