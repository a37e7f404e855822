import { randomUUID } from 'node:crypto';
import { type Client, WithStartWorkflowOperation, type WorkflowUpdateHandle } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import type { SessionId } from '../../../domain/ids';
import { isFinal, type OrderStatus } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import { requestKeyOf } from '../../../domain/refund';
import { WORKFLOWS } from '../../../messages/names';
import { changedSignal, orderStart } from '../../../messages/order';
import { sha256 } from '../../../platform/sha256';
import { hasEnded } from '../../../platform/temporal-errors';
import { recordActor } from '../../../store/orders/request-actors';
import { findStatus, numberForRun } from '../../../store/orders/status';
import type { ApiDeps } from '../../deps';
import { bounded, STAFF_PATIENCE_MS } from '../../order-workflow';
import { isLate } from '../../temporal-errors';
import { tellOrder } from './tell-order';

/** How long the signal after that may take: the order must still be read, and the answer sent within 10 s. */
const LOOK_AGAIN_MS = 500;

export interface OrderUpdate<Args extends unknown[]> {
  sessionId: SessionId;
  update: UpdateDefinition<OrderStatus, Args>;
  args: Args;
  /** The workflow performs each id once, however often it is sent. */
  updateId: string;
  /** The name of who sends it. */
  actor: string;
}

/**
 * What became of an update to an order's workflow. `accepted`: it is in the history and will be performed, but what
 * it waits for (usually Stripe) has not answered yet. `ended`: the order is final and no workflow runs any more.
 */
export type UpdateOutcome = 'done' | 'accepted' | 'ended';

/**
 * Sends an update to an order's workflow and waits for its outcome. If the run was terminated or has failed, or has
 * ended although the order has not, this starts it again, and it continues from what the database says. Who sends it is
 * recorded first: their name stays out of Temporal.
 *
 * @param patience how long to wait, in milliseconds: 8 s unless the caller says otherwise
 * @throws `WorkflowUpdateFailedError` when the workflow refuses; the client's error when Temporal or a worker is not
 * available
 */
export async function sendUpdate<Args extends unknown[]>(
  { db, temporal, clock }: Pick<ApiDeps, 'db' | 'temporal' | 'clock'>,
  request: OrderUpdate<Args>,
  patience = STAFF_PATIENCE_MS,
): Promise<UpdateOutcome> {
  const deadline = Date.now() + patience;
  const { sessionId, updateId, actor } = request;
  const [order] = await Promise.all([
    numberForRun(db, sessionId),
    recordActor(db, { sessionId, key: requestKeyOf(updateId), actor, at: new Date(clock.now()) }),
  ]);
  const update = { ...request, order };
  const sent = await attempt(temporal, update, deadline);
  if (sent !== 'ended' || (await isOver(db, sessionId))) return sent;
  await tellOrder({ db, temporal }, sessionId);
  return attempt(temporal, update, deadline);
}

/**
 * Whether an order whose run has ended is over in the database, too. It is not where a refund has failed after the end:
 * the order stands open again, and needs staff, a moment before its run is started.
 */
async function isOver(db: ApiDeps['db'], sessionId: SessionId): Promise<boolean> {
  const order = await findStatus(db, sessionId);
  return order === null || isFinal(order.status);
}

/** An update with what a run is called that starts for it. */
type Startable<Args extends unknown[]> = OrderUpdate<Args> & { order: { number: string } | null };

async function attempt<Args extends unknown[]>(
  temporal: Client,
  request: Startable<Args>,
  deadline: number,
): Promise<UpdateOutcome> {
  const { sessionId } = request;
  try {
    const sent = await bounded(temporal, Math.max(1, deadline - Date.now()), () => send(temporal, request));
    return await outcome(temporal, sent, deadline);
  } catch (error) {
    if (isLate(error)) await lookAgain(temporal, sessionId);
    if (!hasEnded(error)) throw error;
    return await earlierOutcome(temporal, request, deadline);
  }
}

/**
 * What staff hear of an update that is `accepted`, or that no worker has taken yet. What it says has happened (a parcel
 * went out, a customer was paid), so it may be recorded late; the same again changes nothing.
 */
export const notRecordedYet = (): Problem =>
  new Problem(
    'unavailable',
    'This is not recorded yet, and may be soon. Read the order again, or send the same again: it counts once.',
    { retryAfter: 2 },
  );

/** The answer to what can no longer change anything. */
export const tooLate = (status: OrderStatus): Problem =>
  new Problem('invalid_transition', `The order is ${status}, which is final: this no longer changes anything.`);

/**
 * The id of an update: a hash of the caller's Idempotency-Key and of what is requested under it. Hashed, because a
 * key may contain personal data. Without a key every request has an id of its own.
 */
export function updateIdOf(update: { name: string }, args: unknown[], idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return randomUUID();
  const request = JSON.stringify([update.name, idempotencyKey, args]);
  return sha256(request);
}

function send<Args extends unknown[]>(
  temporal: Client,
  { sessionId, order, update, args, updateId }: Startable<Args>,
): Promise<WorkflowUpdateHandle<OrderStatus>> {
  return temporal.workflow.startUpdateWithStart(update, {
    args,
    updateId,
    waitForStage: 'ACCEPTED',
    startWorkflowOperation: new WithStartWorkflowOperation(WORKFLOWS.order, orderStart({ sessionId }, order)),
  });
}

type Sent = Pick<WorkflowUpdateHandle<OrderStatus>, 'result'>;

async function outcome(temporal: Client, sent: Sent, deadline: number): Promise<UpdateOutcome> {
  try {
    await bounded(temporal, Math.max(1, deadline - Date.now()), () => sent.result());
    return 'done';
  } catch (error) {
    if (isLate(error)) return 'accepted';
    throw error;
  }
}

/** The run has ended, perhaps because of this very request under the same id. In that case its first outcome counts. */
async function earlierOutcome<Args extends unknown[]>(
  temporal: Client,
  { sessionId, updateId }: OrderUpdate<Args>,
  deadline: number,
): Promise<UpdateOutcome> {
  try {
    const earlier = temporal.workflow.getHandle(sessionId).getUpdateHandle<OrderStatus>(updateId);
    return await outcome(temporal, earlier, deadline);
  } catch (error) {
    if (hasEnded(error)) return 'ended';
    throw error;
  }
}

/**
 * An update that no worker answered leaves nothing in the history, but the worker may have written to the database
 * before it died. A signal stays in the history: the next worker reads the order again and sends the mails that are
 * still due.
 */
async function lookAgain(temporal: Client, sessionId: SessionId): Promise<void> {
  await bounded(temporal, LOOK_AGAIN_MS, () => temporal.workflow.getHandle(sessionId).signal(changedSignal)).catch(
    () => {},
  );
}
