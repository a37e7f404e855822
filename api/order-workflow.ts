import {
  type Client,
  WithStartWorkflowOperation,
  type WorkflowSignalWithStartOptions,
  type WorkflowStartOptions,
} from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import type { SessionId } from '../domain/ids';
import { WORKFLOWS } from '../messages/names';
import {
  checkoutStart,
  type Opening,
  type OrderFacts,
  type OrderInput,
  openUpdate,
  orderStart,
} from '../messages/order';
import { isAlreadyStarted, isNotRunning } from '../platform/temporal-errors';
import { within } from '../platform/within';
import { isLate, temporalUnavailable } from './temporal-errors';

/** How long staff wait for a workflow. What it asks of Stripe may take longer; the response may not. */
export const STAFF_PATIENCE_MS = 8_000;

/** The id may not be used again: its workflow has ended. */
type Ended = 'ended';

/**
 * Opens an order and waits for its stock to be held or refused, in one round trip. Throws when no worker answers in
 * time; the workflow may exist all the same, and hold the stock later.
 * @param ms real milliseconds
 */
export async function openOrder(
  temporal: Client,
  sessionId: SessionId,
  facts: OrderFacts,
  ms: number,
): Promise<Opening | Ended> {
  const start = new WithStartWorkflowOperation(WORKFLOWS.order, checkoutStart({ sessionId }, facts));
  return bounded(
    temporal,
    ms,
    () => temporal.workflow.executeUpdateWithStart(openUpdate, { startWorkflowOperation: start }).catch(ended),
    'no worker',
  );
}

/**
 * Signals an order's workflow, and starts it if it is not running. Durable when it returns, even if no worker runs.
 * @param order null if it is not known, or does not exist yet
 */
export const signalOrder = (
  temporal: Client,
  input: OrderInput,
  order: Pick<OrderFacts, 'number'> | null,
  signal: SignalDefinition<[]>,
  ms: number,
): Promise<'signalled' | Ended> =>
  signalWithStart(temporal, WORKFLOWS.order, { ...orderStart(input, order), signal, signalArgs: [] as [] }, ms);

/** Signals a workflow, and starts it if it is not running, in one call. Durable when it returns. */
export const signalWithStart = (
  temporal: Client,
  workflow: string,
  options: WorkflowSignalWithStartOptions<[]>,
  ms: number,
): Promise<'signalled' | Ended> =>
  bounded(temporal, ms, () =>
    temporal.workflow.signalWithStart(workflow, options).then(() => 'signalled' as const, ended),
  );

/** Starts a workflow; leaves one that is running alone. Durable when it returns. */
export const startUnlessRunning = (
  temporal: Client,
  workflow: string,
  options: WorkflowStartOptions,
  ms: number,
): Promise<'started' | Ended> =>
  bounded(temporal, ms, () => temporal.workflow.start(workflow, options).then(() => 'started' as const, ended));

/** Signals a workflow if it is running; never starts one. */
export const signalRunning = (
  temporal: Client,
  workflowId: string,
  signal: SignalDefinition<[]>,
  ms: number,
): Promise<'signalled' | 'not-running'> =>
  bounded(temporal, ms, () =>
    temporal.workflow
      .getHandle(workflowId)
      .signal(signal)
      .then(
        () => 'signalled' as const,
        (error: unknown) => {
          if (isNotRunning(error)) return 'not-running' as const;
          throw error;
        },
      ),
  );

/**
 * Runs a call to Temporal for at most `ms`. The deadline ends it at the server; the timer ends it when no server can
 * be reached.
 * @param absent what did not answer, for the log
 * @throws 503 `unavailable`
 */
export const bounded = <T>(
  temporal: Client,
  ms: number,
  call: () => Promise<T>,
  absent = 'no server of Temporal',
): Promise<T> => {
  const late = () => temporalUnavailable(new Error(`${absent} answered within ${Math.round(ms)} ms`));
  const inTime = temporal.withDeadline(Date.now() + ms, call).catch((error: unknown) => {
    throw isLate(error) ? late() : error;
  });
  return within(ms, inTime, late);
};

function ended(error: unknown): Ended {
  if (isAlreadyStarted(error)) return 'ended';
  throw error;
}
