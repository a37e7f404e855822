import { CancellationScope, condition, proxyActivities } from '@temporalio/workflow';
import type { OrderActivities } from '../activities';
import type { AccountCause } from '../domain/fault';
import { TASK_QUEUES } from '../messages/names';

/** How often a step that waits for the account looks whether it is right again, in milliseconds. */
const LONGEST_LOOK = 180_000;

/**
 * Waits until what stops every order is put right, or until `orElse` holds. Temporal repeats the activity meanwhile:
 * the wait adds nothing to the history, however long it takes.
 * @param ms the first pause between two looks
 * @returns true at once if nothing stops other orders, so that the failure is this one's own; or if that is unknown
 */
export async function isOwnFault(cause: AccountCause, ms: number, orElse: () => boolean): Promise<boolean> {
  const wait = new CancellationScope();
  let found: 'was-right' | 'right' | 'unknown' | null = null;
  const look = { cause, since: Date.now() };
  const summary = `Waits for the account: ${cause}`;
  wait
    .run(() => looking(ms).awaitAccount.executeWithOptions({ summary }, [look]))
    .catch(() => 'unknown' as const)
    .then((outcome) => {
      found = outcome;
    });
  await condition(() => found !== null || orElse());
  if (found === null) wait.cancel();
  return found === 'was-right' || found === 'unknown';
}

const looking = (ms: number) =>
  proxyActivities<OrderActivities>({
    taskQueue: TASK_QUEUES.orders,
    startToCloseTimeout: '1m',
    retry: { initialInterval: ms, backoffCoefficient: 1.5, maximumInterval: Math.max(ms, LONGEST_LOOK) },
  });
