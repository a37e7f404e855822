import { database } from '../steps';
import type { OrderRun } from './run';

/**
 * Records the decision of staff, and the order continues. It is about what they are shown, or about the foremost
 * report, even if a refund that needs a decision stands before it (`reported`).
 */
export async function decide(run: OrderRun, about: { reported?: true } = {}): Promise<void> {
  const { sessionId } = run;
  run.apply(await run.untilDone('decide', () => database.decide({ sessionId, ...about })));
}
