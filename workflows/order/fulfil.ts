import { DECISIONS } from '../../domain/order';
import { phaseOf } from '../../domain/phase';
import { INVALID_TRANSITION } from '../../messages/refusals';
import { database, stripe } from '../steps';
import { cancelOrder } from './cancel';
import { compensate } from './compensate';
import { decide } from './decision';
import { type Message, refusal, type StaffRequest } from './inbox';
import { Parcels } from './parcels';
import type { OrderRun } from './run';

/**
 * Steps 5 and 6. A digital order is already delivered. A physical order waits until staff have shipped it, in one or
 * more parcels, and then for a delivery report or the end of `AUTO_COMPLETE_SECONDS`. Staff may refund all or part of
 * it instead.
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
  if (message.kind !== 'request') return; // the order is paid, so news about the session changes nothing
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
      return cancelOrder(run);
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

/** Refunds all that is left or a part, for staff. The order continues with what is still to be shipped. */
async function refund(run: OrderRun, { id: key, request }: Extract<StaffRequest, { name: 'refund' }>): Promise<void> {
  await giveBackPart(run, { key, ...request }, `Gives back ${request.amount ?? 'all that is left'}`);
  await run.refresh();
}

/** `retry` requests a failed refund again, and acknowledges any other pending decision. */
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

/**
 * Requests a partial refund at Stripe, once per key. The rules are checked under the order's lock. @throws the
 * refusal
 */
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
