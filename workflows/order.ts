import { CancellationScope } from '@temporalio/workflow';
import type { UnpaidEnding } from '../activities/order/orders';
import type { OrderStatus } from '../domain/order';
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
 * The life of one order, from checkout to a final status, under the id of its Stripe Checkout Session. Every way an order can move is a
 * message to this workflow; a message says only *look again*, and Stripe and the database say what is. docs/how-an-order-lives.md tells it
 * for people.
 */
export async function order(input: OrderInput): Promise<OrderStatus> {
  const run = new OrderRun(input); // sets the handlers of signals, updates and the query, before the first await
  CancellationScope.current().cancelRequested.catch(() => run.cancel());
  return CancellationScope.nonCancellable(() => live(run));
}

/** Opens the order, and does what its phase in the database calls for until it has ended. A run that is started over enters the same loop. */
async function live(run: OrderRun): Promise<OrderStatus> {
  if ((await open(run)) === 'not-ours') return run.drain(); // 1. the order, and its stock: all or nothing
  for (;;) {
    switch (phaseOf(run.order)) {
      case 'awaiting-payment':
        await settlePayment(run); // 2. to 4. Stripe decides whether the money came; then the stock is sold, or free again
        break;
      case 'to-ship':
        await fulfil(run); // 5. and 6. shipped and delivered, unless staff want the money given back
        break;
      case 'awaiting-decision':
        await awaitDecision(run); // what could not be delivered could not be refunded either
        break;
      case 'ended':
        await run.drain(); // the last mails and answers; a message may still lead back into the loop
        if (phaseOf(run.order) === 'ended' && !(await refundLateMoney(run))) return run.status;
    }
  }
}

/** 2. and 3. Waits for the money. At the end of the hold, or when it is cancelled, the till is closed first, and Stripe decides. */
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

/** 4. The hold becomes a sale; a hold that has run out takes stock again. Where there is none, all of the money is given back. */
async function sell(run: OrderRun): Promise<void> {
  const { sessionId } = run;
  const { status, missing } = await run.untilDone('commit', () => database.commitOrder({ sessionId }));
  if (missing.length > 0) return compensate(run, 'out_of_stock', 'holdfast');
  run.setStatus(status, 'Paid; the stock is sold to this order');
  // A refund at the Dashboard may have been faster than the payment's own message: then there is nothing to confirm.
  if (status !== 'REFUNDED') run.mails.send({ template: 'order_confirmation' }, { template: 'order_received' });
}

/** No money came, and none can come: the stock is given back. */
async function endUnpaid(run: OrderRun, ending: UnpaidEnding): Promise<void> {
  const { sessionId } = run;
  const status = await run.untilDone('release', () => database.endUnpaid({ sessionId, ending }));
  run.setStatus(status, `Ended without money: ${ending}`);
  if (status === 'EXPIRED')
    run.mails.send({ template: ending === 'payment-failed' ? 'payment_failed' : 'checkout_expired' });
}

/**
 * An order that ended without money, and of which Stripe has said something since: money that is there after all is given back in full. True
 * when Stripe was asked. A refund that the bank refused is asked for again by a person only.
 */
async function refundLateMoney(run: OrderRun): Promise<boolean> {
  const { sessionId, order, inbox } = run;
  const withoutMoney = (order.status === 'EXPIRED' || order.status === 'CANCELLED') && order.pendingDecision === null;
  if (!withoutMoney || !inbox.takeLook()) return false;
  const { seen } = await run.untilDone('confirm', () =>
    stripe.lookAtSession.executeWithOptions({ summary: 'Looks for money after the end' }, [{ sessionId }]),
  );
  if (seen === 'paid' || seen === 'differs') await compensate(run, 'other', 'holdfast');
  return true;
}
