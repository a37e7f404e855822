import { AWAITED_MEANWHILE } from '../../domain/awaited';
import { DECISIONS } from '../../domain/order';
import { OUT_OF_STOCK } from '../../messages/refusals';
import { refusal } from '../refusal';
import { database } from '../steps';
import { cancelOrder } from './cancel';
import { isToBeDone } from './carried-out';
import { compensate } from './compensate';
import type { StaffRequest } from './inbox';
import { Parcels } from './parcels';
import { giveBackRefused } from './refunds';
import { resolve } from './resolve';
import type { OrderRun } from './run';

/**
 * Waits for staff to decide about an order that could not be delivered or was cancelled, and whose refund the bank
 * rejected or Stripe refuses. They request the refund again, resolve it, or ship after all, which takes the stock
 * again.
 */
export async function awaitDecision(run: OrderRun): Promise<void> {
  run.waits('a decision about the refund that failed or was refused');
  const message = await run.nextMessage();
  await run.serve(message, async () => {
    if (message.kind === 'changed') return run.refresh();
    if (message.kind !== 'request') return;
    const { request } = message;
    if (!(await isAllowed(run, request))) return;
    if (request.name !== 'refund' && request.name !== 'cancel') run.waits(AWAITED_MEANWHILE[request.name]);
    switch (request.name) {
      case 'cancel':
        return cancelOrder(run);
      case 'retry':
        return retry(run, request.key);
      case 'resolve':
        return resolve(run, request.request, request.key);
      case 'ship':
        await sellAgain(run);
        return new Parcels(run).ship(request.request, request.key);
    }
  });
}

/** @returns false if it is carried out already @throws the refusal */
async function isAllowed(run: OrderRun, request: StaffRequest): Promise<boolean> {
  if (request.name === 'retry' || request.name === 'resolve') return isToBeDone(run, request.name, request.key);
  run.allow(request.name);
  return true;
}

const retry = (run: OrderRun, by: string): Promise<void> =>
  run.order.pendingDecision?.step === DECISIONS.refundRefused
    ? giveBackRefused(run)
    : compensate(run, 'other', { actor: 'staff', by });

/** Sells the goods to this order again, if there are any. They returned to stock with the refund. */
async function sellAgain(run: OrderRun): Promise<void> {
  const { sessionId } = run;
  const { status, missing } = await run.untilDone('commit', () => database.commitOrder({ sessionId }));
  if (missing.length > 0) throw refusal('The stock went back to the shelf, and is gone', OUT_OF_STOCK);
  run.recorded({ stock: 'COMMITTED' });
  run.setStatus(status, 'To be shipped after all; the stock is sold to this order');
}
