import { CancellationScope } from '@temporalio/workflow';
import type { UnpaidEnding } from '../activities/order/orders';
import { DECISIONS, endedUnsold, type OrderStatus } from '../domain/order';
import { phaseOf } from '../domain/phase';
import type { OrderInput } from '../messages/order';
import { cancelAsRequested, cancelOrder, requestCancellation } from './order/cancel';
import { compensate } from './order/compensate';
import { awaitDecision } from './order/decision';
import { fulfil } from './order/fulfil';
import { open } from './order/open';
import { PaymentWatch } from './order/payment';
import { OrderRun } from './order/run';
import { database, stripe } from './steps';

/**
 * The life of one order, from checkout to a final status. The workflow's id is the id of the Stripe Checkout Session.
 * Webhooks and other workflows only say *look again*: this workflow then reads Stripe or the database. Staff send
 * requests, such as ship. docs/how-an-order-lives.md tells the same story for people; the numbers are its steps.
 */
export async function order(input: OrderInput): Promise<OrderStatus> {
  const run = new OrderRun(input); // sets the handlers of signals, updates and the query before the first await
  // Temporal's own *Request Cancellation* counts as a cancel by staff. It must not stop a step half way.
  CancellationScope.current().cancelRequested.catch(() => requestCancellation(run));
  return CancellationScope.nonCancellable(() => live(run));
}

/**
 * Opens the order, then does what its phase calls for until it has ended. After a crash Temporal continues at the same
 * line. A new run, after a termination or a failed refund, reads the order in `open` and enters the loop at its phase.
 */
async function live(run: OrderRun): Promise<OrderStatus> {
  if ((await open(run)) === 'not-ours') return run.drain(); // 1. writes the order, and holds all its stock or none
  for (;;) {
    switch (phaseOf(run.order)) {
      case 'awaiting-payment':
        await settlePayment(run); // 2. to 4. waits for the payment, then sells the stock or releases it
        break;
      case 'to-cancel':
        await cancelAsRequested(run); // refunds everything and returns the stock
        break;
      case 'to-ship':
        await fulfil(run); // 5. and 6. ships and completes, unless staff cancel or refund it
        break;
      case 'awaiting-decision':
        await awaitDecision(run); // everything was refunded before a sale, and the refund failed: staff decide
        break;
      case 'ended':
        await run.drain(); // waits for the last mails; a refund that fails meanwhile reopens the order
        if (phaseOf(run.order) === 'ended' && !(await refundLateMoney(run))) return run.status;
    }
  }
}

/**
 * 2. and 3. Waits for the payment. When the hold ends, the shopper leaves, staff cancel or stock is missing, expires
 * the session. What Stripe then says of it decides how the order goes on.
 */
async function settlePayment(run: OrderRun): Promise<void> {
  const payment = new PaymentWatch(run);
  while (phaseOf(run.order) === 'awaiting-payment') {
    const message = await payment.nextMessage();
    await run.serve(message, async () => {
      const outcome = await payment.look(message);
      if (outcome === 'paid') await (payment.cancelled ? cancelOrder(run) : sell(run));
      else if (outcome !== 'waiting') await endUnpaid(run, outcome);
    });
  }
}

/** 4. Turns the hold into a sale. If it has ended, takes the stock again; if there is none left, refunds everything. */
async function sell(run: OrderRun): Promise<void> {
  const { sessionId } = run;
  const { status, missing } = await run.untilDone('commit', () => database.commitOrder({ sessionId }));
  if (missing.length > 0) return compensate(run, 'out_of_stock', 'holdfast');
  if (status === 'PENDING') return run.refresh().then(() => cancelOrder(run)); // cancelled at this very moment
  run.setStatus(status, `Paid; ${run.order.digital ? 'the downloads are granted' : 'the stock is sold to this order'}`);
  // A refund made in the Dashboard may be recorded before the payment is. Then there is nothing to confirm.
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
 * refunded in full. Returns true if Stripe was asked. A refund that the bank rejected or Stripe refuses waits for
 * staff.
 */
async function refundLateMoney(run: OrderRun): Promise<boolean> {
  const { sessionId, order, inbox } = run;
  const withoutMoney =
    endedUnsold(order.status) && order.pendingDecision?.step !== DECISIONS.refundFailed && !order.refundRefused;
  if (!withoutMoney || !inbox.takeLook()) return false;
  const { seen } = await run.untilDone('confirm', () =>
    stripe.lookAtSession.executeWithOptions({ summary: 'Looks for money after the end' }, [{ sessionId }]),
  );
  if (seen === 'paid' || seen === 'differs') await compensate(run, 'other', 'holdfast');
  return true;
}
