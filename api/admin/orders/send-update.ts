import { createHash, randomUUID } from 'node:crypto';
import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type WorkflowUpdateHandle,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { SessionId } from '../../../domain/ids';
import type { OrderStatus } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import { WORKFLOWS } from '../../../messages/names';
import { flagsChangedSignal, orderStart } from '../../../messages/order';
import { bounded } from '../../order-workflow';

/** How long staff wait for the order's workflow: Stripe may take longer, the answer may not. */
const PATIENCE_MS = 8_000;

export interface Steering<Args extends unknown[]> {
  sessionId: SessionId;
  update: UpdateDefinition<OrderStatus, Args>;
  args: Args;
  /** The workflow takes each id once, however often it is sent. */
  updateId: string;
}

/**
 * What became of a request to an order's workflow. `accepted`: it stands in the history and will be done, but what it waits for (Stripe, as a
 * rule) has not answered yet. `ended`: there is no workflow any more, the order is done.
 */
export type Steered = 'done' | 'accepted' | 'ended';

/**
 * Sends an update to an order's workflow and waits for what comes of it, at most 8 s. A run that was terminated or has failed is started
 * again by this, and goes on from what the database says.
 *
 * @throws `WorkflowUpdateFailedError` when the workflow refuses, the client's error when Temporal or a worker to answer is not there
 */
export async function steer<Args extends unknown[]>(temporal: Client, steering: Steering<Args>): Promise<Steered> {
  const deadline = Date.now() + PATIENCE_MS;
  try {
    const sent = await bounded(temporal, PATIENCE_MS, () => send(temporal, steering));
    return await outcome(temporal, sent, deadline);
  } catch (error) {
    if (isLate(error)) await lookAgain(temporal, steering.sessionId);
    if (!hasEnded(error)) throw error;
    return await earlierOutcome(temporal, steering, deadline);
  }
}

/**
 * The id of an update: of the caller's Idempotency-Key and what was asked under it, hashed, for what callers make keys of is nobody else's
 * business. Without a key every request is its own.
 */
export function updateIdOf(update: { name: string }, args: unknown[], idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return randomUUID();
  const asked = JSON.stringify([update.name, idempotencyKey, args]);
  return createHash('sha256').update(asked).digest('hex');
}

function send<Args extends unknown[]>(
  temporal: Client,
  { sessionId, update, args, updateId }: Steering<Args>,
): Promise<WorkflowUpdateHandle<OrderStatus>> {
  return temporal.workflow.startUpdateWithStart(update, {
    args,
    updateId,
    waitForStage: 'ACCEPTED',
    startWorkflowOperation: new WithStartWorkflowOperation(
      WORKFLOWS.order,
      orderStart({ sessionId, openedBy: 'staff' }),
    ),
  });
}

type Sent = Pick<WorkflowUpdateHandle<OrderStatus>, 'result'>;

async function outcome(temporal: Client, sent: Sent, deadline: number): Promise<Steered> {
  try {
    await bounded(temporal, Math.max(1, deadline - Date.now()), () => sent.result());
    return 'done';
  } catch (error) {
    if (isLate(error)) return 'accepted';
    throw error;
  }
}

/** The run is over, perhaps by this very request under the same id: then the first answer is the answer. */
async function earlierOutcome<Args extends unknown[]>(
  temporal: Client,
  { sessionId, updateId }: Steering<Args>,
  deadline: number,
): Promise<Steered> {
  try {
    const earlier = temporal.workflow.getHandle(sessionId).getUpdateHandle<OrderStatus>(updateId);
    return await outcome(temporal, earlier, deadline);
  } catch (error) {
    if (hasEnded(error)) return 'ended';
    throw error;
  }
}

/**
 * An update that no worker answered leaves nothing in the history, but the worker may have written to the database before it died. A signal stays:
 * the next worker reads the order again, and tells what nobody was told of.
 */
async function lookAgain(temporal: Client, sessionId: SessionId): Promise<void> {
  await bounded(temporal, 1_000, () => temporal.workflow.getHandle(sessionId).signal(flagsChangedSignal)).catch(
    () => {},
  );
}

/** Whichever noticed first: the call's deadline, or the clock beside it. */
export const isLate = (error: unknown): boolean =>
  error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
  (error instanceof Problem && error.code === 'unavailable');

/** The run completed before the request, or while it was on its way. */
const hasEnded = (error: unknown): boolean =>
  error instanceof WorkflowExecutionAlreadyStartedError ||
  error instanceof WorkflowNotFoundError ||
  (error instanceof WorkflowUpdateFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === 'AcceptedUpdateCompletedWorkflow');
