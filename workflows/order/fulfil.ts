import { DECISIONS, type Reason } from '../../domain/order';
import { phaseOf } from '../../domain/phase';
import { INVALID_TRANSITION } from '../../messages/refusals';
import { database, stripe } from '../steps';
import { compensate, endLost } from './compensate';
import { decide } from './decision';
import { type Message, refusal, type StaffRequest } from './inbox';
import { Parcels } from './parcels';
import type { OrderRun } from './run';

/**
 * Steps 5 and 6. A digital order is delivered already; a physical one waits for staff to ship it, whole or in parts, and then to hear that it
 * arrived, or long enough. Staff may have its money given back instead, all or a part.
 */
export async function fulfil(run: OrderRun): Promise<void> {
  const parcels = new Parcels(run);
  while (phaseOf(run.order) === 'to-ship') {
    run.waits(run.status === 'SHIPPED' ? 'word that it arrived' : 'staff to ship it');
    const message = await run.nextMessage(parcels.untilTakenAsDelivered, 'Shipped long enough ago');
    await run.serve(message, () => take(run, parcels, message));
  }
}

async function take(run: OrderRun, parcels: Parcels, message: Message): Promise<void> {
  if (message.kind === 'time-up') return complete(run, 'long-enough-ago');
  if (message.kind === 'changed') return parcels.refresh();
  if (message.kind !== 'request') return; // it is paid: what Stripe says of the session changes nothing any more
  const { request } = message;
  switch (request.name) {
    case 'ship':
      return parcels.ship(request.request);
    case 'deliver':
      run.allow('deliver');
      return complete(run, 'delivered');
    case 'refund':
      return refund(run, request);
    case 'cancel':
      run.allow('cancel');
      return cancel(run, request.request.reason);
    case 'retry':
      run.allow('retry');
      return answerDecision(run);
  }
}

async function complete(run: OrderRun, how: 'delivered' | 'long-enough-ago'): Promise<void> {
  const { sessionId } = run;
  const status = await run.untilDone('complete', () => database.completeOrder({ sessionId, how }));
  run.setStatus(status, how === 'delivered' ? 'Delivered' : 'Taken as delivered');
}

/** Staff give money back, all that is left or a part; the order goes on with what it still owes. */
async function refund(run: OrderRun, { id: key, request }: Extract<StaffRequest, { name: 'refund' }>): Promise<void> {
  await giveBackPart(run, { key, ...request }, `Gives back ${request.amount ?? 'all that is left'}`);
  await run.refresh();
}

/** Only before anything is shipped; after a lost dispute the bank has given the money back already. */
function cancel(run: OrderRun, reason: Reason): Promise<void> {
  return run.order.pendingDecision?.step === DECISIONS.disputeLost
    ? endLost(run, 'Cancelled after a lost dispute')
    : compensate(run, reason, 'staff');
}

/** A refund that failed is asked for again; anything else that others found out is taken note of. */
async function answerDecision(run: OrderRun): Promise<void> {
  const { sessionId } = run;
  if (run.order.pendingDecision?.step === DECISIONS.refundFailed) {
    const failed = await run.untilDone('read', () => database.failedRefund({ sessionId }));
    if (failed?.all) return compensate(run, failed.reason, 'staff');
    if (failed) {
      const { key, amount, reason } = failed;
      await giveBackPart(run, { key, amount, reason }, `Gives back ${amount} again`);
    }
  }
  await decide(run);
}

/** Asks Stripe for a part, once a key. What is left and whether it can be had is judged under the order's lock. @throws the refusal */
async function giveBackPart(
  run: OrderRun,
  part: Omit<Parameters<typeof stripe.refundPart>[0], 'sessionId' | 'actor'>,
  summary: string,
): Promise<void> {
  const { sessionId } = run;
  const given = await run.untilDone('refund', () =>
    stripe.refundPart.executeWithOptions({ summary }, [{ sessionId, ...part, actor: 'staff' }]),
  );
  if (given.outcome === 'refused')
    throw refusal(given.reason, given.code === 'disputed' ? INVALID_TRANSITION : given.code);
}
