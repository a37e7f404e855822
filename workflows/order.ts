import { CancellationScope } from '@temporalio/workflow';
import type { UnpaidEnding } from '../activities/order/orders';
import { DECISIONS, type OrderStatus } from '../domain/order';
import { phaseOf } from '../domain/phase';
import type { OrderInput } from '../messages/order';
import { compensate } from './order/compensate';
import { awaitDecision } from './order/decision';
import { fulfil } from './order/fulfil';
import { open } from './order/open';
import { PaymentWatch } from './order/payment';
import { OrderRun } from './order/run';
import { database, stripe } from './steps';

/**
 * The life of one order, from checkout to a final status. The workflow's id is the id of the Stripe Checkout Session.
 * Everything that can move an order is a message to this workflow. A message says only *look again*: the workflow then
 * reads Stripe and the database. docs/how-an-order-lives.md tells the same story for people.
 */
export async function order(input: OrderInput): Promise<OrderStatus> {
  const run = new OrderRun(input); // sets the handlers of signals, updates and the query before the first await
  CancellationScope.current().cancelRequested.catch(() => run.cancel());
  return CancellationScope.nonCancellable(() => live(run));
}

/**
 * Opens the order, then does what its phase calls for until it has ended. A run that was started again enters the
 * same loop.
 */
async function live(run: OrderRun): Promise<OrderStatus> {
  if ((await open(run)) === 'not-ours') return run.drain(); // 1. writes the order and holds its stock, all or nothing
  for (;;) {
    switch (phaseOf(run.order)) {
      case 'awaiting-payment':
        await settlePayment(run); // 2. to 4. waits for the payment, then sells the stock or releases it
        break;
      case 'to-ship':
        await fulfil(run); // 5. and 6. ships and completes, unless staff refund the order
        break;
      case 'awaiting-decision':
        await awaitDecision(run); // the refund of an undeliverable order has failed: staff decide
        break;
      case 'ended':
        await run.drain(); // sends the last mails and answers; a message may still lead back into the loop
        if (phaseOf(run.order) === 'ended' && !(await refundLateMoney(run))) return run.status;
    }
  }
}

/**
 * 2. and 3. Waits for the payment. When the hold ends or the order is cancelled, expires the session; then Stripe
 * decides.
 */
async function settlePayment(run: OrderRun): Promise<void> {
  const payment = new PaymentWatch(run);
  while (phaseOf(run.order) === 'awaiting-payment') {
    const message = await payment.nextMessage();
    await run.serve(message, async () => {
      const outcome = await payment.look(message);
      if (outcome === 'paid')
        await (payment.cancelled ? compensate(run, payment.cancelled.reason, 'staff') : sell(run));
      else if (outcome !== 'waiting') await endUnpaid(run, outcome);
    });
  }
}

/**
 * 4. Turns the hold into a sale. If the hold has ended, takes the stock again; if there is none left, refunds
 * everything.
 */
async function sell(run: OrderRun): Promise<void> {
  const { sessionId } = run;
  const { status, missing } = await run.untilDone('commit', () => database.commitOrder({ sessionId }));
  if (missing.length > 0) return compensate(run, 'out_of_stock', 'holdfast');
  run.setStatus(status, 'Paid; the stock is sold to this order');
  // A refund in the Dashboard may arrive before the payment's own message. Then there is nothing to confirm.
  if (status !== 'REFUNDED') run.mails.send({ template: 'order_confirmation' }, { template: 'order_received' });
}

/** Ends the order without a payment, once none can come any more, and releases the stock. */
async function endUnpaid(run: OrderRun, ending: UnpaidEnding): Promise<void> {
  const { sessionId } = run;
  const status = await run.untilDone('release', () => database.endUnpaid({ sessionId, ending }));
  run.setStatus(status, `Ended without money: ${ending}`);
  if (status === 'EXPIRED')
    run.mails.send({ template: ending === 'payment-failed' ? 'payment_failed' : 'checkout_expired' });
}

/**
 * Handles a message from Stripe about an order that ended without a payment: money that is there after all is
 * refunded in full. Returns true if Stripe was asked. If the bank rejected that refund, only a person requests it
 * again.
 */
async function refundLateMoney(run: OrderRun): Promise<boolean> {
  const { sessionId, order, inbox } = run;
  const withoutMoney =
    (order.status === 'EXPIRED' || order.status === 'CANCELLED') &&
    order.pendingDecision?.step !== DECISIONS.refundFailed;
  if (!withoutMoney || !inbox.takeLook()) return false;
  const { seen } = await run.untilDone('confirm', () =>
    stripe.lookAtSession.executeWithOptions({ summary: 'Looks for money after the end' }, [{ sessionId }]),
  );
  if (seen === 'paid' || seen === 'differs') await compensate(run, 'other', 'holdfast');
  return true;
}
