import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowSignalWithStartOptions,
} from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import type { SessionId } from '../domain/ids';
import { Problem } from '../domain/problem';
import { WORKFLOWS } from '../messages/names';
import { type OpenedBy, type Opening, type OrderFacts, openUpdate, orderStart } from '../messages/order';
import { within } from '../platform/within';

/** The id is used up: its order has ended. */
type Ended = 'ended';

/**
 * Opens an order and waits until its stock is held, or is not: one round trip, and the shopper hears at once. Throws when no worker answers
 * in time; the workflow may exist all the same, and hold the stock later.
 * @param ms real milliseconds
 */
export async function openOrder(
  temporal: Client,
  sessionId: SessionId,
  facts: OrderFacts,
  ms: number,
): Promise<Opening | Ended> {
  const start = new WithStartWorkflowOperation(WORKFLOWS.order, orderStart({ sessionId, openedBy: 'checkout' }, facts));
  return bounded(temporal, ms, () =>
    temporal.workflow.executeUpdateWithStart(openUpdate, { startWorkflowOperation: start }).catch(ended),
  );
}

/** Signals an order's workflow, and starts it where it does not run: durable when it returns, whether or not a worker runs. */
export const tellOrder = (
  temporal: Client,
  sessionId: SessionId,
  signal: SignalDefinition<[]>,
  openedBy: OpenedBy,
  ms: number,
): Promise<'told' | Ended> =>
  tell(temporal, WORKFLOWS.order, { ...orderStart({ sessionId, openedBy }), signal, signalArgs: [] as [] }, ms);

/** Signals a workflow, and starts it where it does not run: one call, durable when it returns. */
export const tell = (
  temporal: Client,
  workflow: string,
  options: WorkflowSignalWithStartOptions<[]>,
  ms: number,
): Promise<'told' | Ended> =>
  bounded(temporal, ms, () => temporal.workflow.signalWithStart(workflow, options).then(() => 'told' as const, ended));

/** Signals a workflow where it runs, and starts nothing. */
export const tellRunning = (
  temporal: Client,
  workflowId: string,
  signal: SignalDefinition<[]>,
  ms: number,
): Promise<'told' | 'not-running'> =>
  bounded(temporal, ms, () =>
    temporal.workflow
      .getHandle(workflowId)
      .signal(signal)
      .then(
        () => 'told' as const,
        (error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return 'not-running' as const;
          throw error;
        },
      ),
  );

/** Runs a call to Temporal for at most `ms`: the deadline ends it at the server, the timer where no server can be reached. */
export const bounded = <T>(temporal: Client, ms: number, call: () => Promise<T>): Promise<T> =>
  within(
    ms,
    temporal.withDeadline(Date.now() + ms, call),
    () => new Problem('unavailable', 'Orders cannot be reached right now. Try again.', { retryAfter: 2 }),
  );

function ended(error: unknown): Ended {
  if (error instanceof WorkflowExecutionAlreadyStartedError) return 'ended';
  throw error;
}
