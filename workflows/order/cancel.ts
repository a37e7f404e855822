import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import { refusalOf } from '../../domain/actions';
import type { OrderStatus } from '../../domain/order';
import type { CancelRequest } from '../../messages/order';
import { NOT_RECORDED } from '../../messages/refusals';
import { failureOf } from '../failures';
import { refusal } from '../refusal';
import { database } from '../steps';
import { bankGaveItBack, compensate, endLost } from './compensate';
import type { OrderRun } from './run';

/**
 * Staff say `cancel`. It stands in the database before anybody hears yes, so that it outlives this run, however long
 * it waits behind another step. @param key of the request @throws the refusal, or that nothing is recorded
 */
export async function requestCancel(run: OrderRun, request: CancelRequest, key: string): Promise<OrderStatus> {
  await record(run, { ...request, by: key }, recordNow);
  return run.inbox.ask({ name: 'cancel', request });
}

/**
 * Treats Temporal's own *Request Cancellation* as `cancel` by staff. It has no answer, so it is tried until it stands
 * in the database or is refused.
 */
export function cancelFromTemporal(run: OrderRun): Promise<unknown> {
  const request = { reason: 'other' } as const;
  const by = `request-cancellation/${workflowInfo().runId}`;
  const requested = CancellationScope.nonCancellable(async () => {
    await record(run, { ...request, by }, (write) => run.untilDone('decide', write));
    return run.inbox.ask({ name: 'cancel', request });
  });
  run.cancellations++;
  return requested.catch(() => undefined).finally(() => run.cancellations--);
}

/** Carries out a cancel that stands in the database, and answers it if this run was asked for it. */
export async function cancelAsRequested(run: OrderRun): Promise<void> {
  const request = run.inbox.takeRequest(({ name }) => name === 'cancel');
  await (request ? run.serve({ kind: 'request', request }, () => cancelOrder(run)) : cancelOrder(run));
}

/**
 * Cancels an order that was paid. If lost disputes took all of the money, there is nothing to refund: the bank has paid
 * the customer. If they took a part, the rest is refunded.
 */
export async function cancelOrder(run: OrderRun): Promise<void> {
  const reason = run.order.cancelRequested ?? 'other';
  if (bankGaveItBack(run)) await endLost(run);
  if (run.status !== 'REFUNDED') await compensate(run, reason, { actor: 'staff' });
}

type Write = <T>(write: () => Promise<T>) => Promise<T>;

async function record(run: OrderRun, { reason, by }: CancelRequest & { by: string }, written: Write): Promise<void> {
  const { sessionId } = run;
  await run.untilReadOrParked();
  if (run.opening?.outcome === 'not-ours') throw refusal(refusalOf(run));
  const asked = await written(() => database.requestCancel({ sessionId, reason, by }));
  if (asked.outcome === 'refused') throw refusal(asked.reason);
  // A message overtook the task that ended the order, so the task is done again: the run has to read that it ended.
  if (asked.outcome === 'carried-out') return run.inbox.put('changed');
  run.recorded({ cancelRequested: run.facts === null ? reason : (run.order.cancelRequested ?? reason) });
}

/** Tries for a few seconds. If nothing is recorded, the caller is told so, and nothing is carried out later. */
export const recordNow: Write = async (write) => {
  try {
    return await write();
  } catch (error) {
    throw refusal(`Nothing is recorded: ${failureOf(error).reason}`, NOT_RECORDED);
  }
};
