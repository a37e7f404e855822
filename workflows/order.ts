import { CancellationScope } from '@temporalio/workflow';
import { SOLD, type UnpaidEnding, unpaidInWords } from '../domain/happened';
import { DECISIONS, endedUnsold, type OrderStatus } from '../domain/order';
import { phaseOf } from '../domain/phase';
import type { OrderInput } from '../messages/order';
import { cancelAsRequested, cancelFromTemporal, cancelOrder } from './order/cancel';
import { compensate } from './order/compensate';
import { awaitDecision } from './order/decision';
import { drain } from './order/drain';
import { fulfil } from './order/fulfil';
import { setHandlers } from './order/handlers';
import { open } from './order/open';
import { PaymentWatch } from './order/payment';
import { OrderRun } from './order/run';
import { refuseStartByHand } from './started-by-hand';
import { database, stripe } from './steps';

/**
 * The life of one order, from checkout to a final status. The workflow's id is the id of the Stripe Checkout Session.
 * Webhooks only say *look again*: this workflow then reads Stripe. Staff send requests, such as ship. Refunds, disputes
 * and reviews have workflows of their own, which write to the database and then say so; a lost dispute ends nothing, it
 * stops shipping until staff decide. docs/how-an-order-lives.md tells this story for people; the numbers are its steps.
 */
export async function order(input: OrderInput): Promise<OrderStatus> {
  refuseStartByHand('order', input);
  const run = new OrderRun(input);
  setHandlers(run);
  // Temporal's own *Request Cancellation* counts as a cancel by staff. It must not stop a step half way.
  CancellationScope.current().cancelRequested.catch(() => cancelFromTemporal(run));
  return CancellationScope.nonCancellable(() => runToEnd(run, input));
}

/**
 * Opens the order, then does what its phase calls for until it has ended. After a crash Temporal continues at the same
 * line. A new run (after a termination, a failed refund, a dispute won after all, or late money that a sweep found)
 * reads the order in `open` and enters the loop at its phase. `run.order` is what was last read of it.
 */
async function runToEnd(run: OrderRun, input: OrderInput): Promise<OrderStatus> {
  if ((await open(run, input)) === 'not-ours') return drain(run); // 1. writes the order, holds all its stock or none
  for (;;) {
    switch (phaseOf(run.order)) {
      case 'awaiting-payment':
        await settlePayment(run); // 2. to 4. waits for the payment, then sells the stock or releases it
        break;
      case 'to-cancel':
        await cancelAsRequested(run); // left by an earlier run or a busy step: refunds everything, if Stripe lets it
        break;
      case 'to-fulfil':
        await fulfil(run); // 5. and 6. ships and completes, unless it is cancelled or all its money is refunded
        break;
      case 'refund-stuck':
        await awaitDecision(run); // not sold, and its refund failed or was refused: staff decide
        break;
      case 'ended':
        await drain(run); // waits for the last mails; a refund that fails meanwhile reopens the order
        if (phaseOf(run.order) === 'ended' && !(await refundLateMoney(run))) return run.status;
    }
  }
}

/**
 * Waits for the payment. When the hold ends, the shopper leaves, staff cancel or stock is missing, expires the session;
 * what Stripe then says of it decides. A payment that differs, or a session that Stripe does not know, waits for staff.
 */
async function settlePayment(run: OrderRun): Promise<void> {
  const payment = new PaymentWatch(run);
  while (phaseOf(run.order) === 'awaiting-payment') {
    const message = await payment.nextMessage(); // others may move the order meanwhile, and a refund may get stuck
    await run.serve(message, async () => {
      const outcome = await payment.look(message);
      if (outcome === 'paid') await (payment.staffCancelled ? cancelOrder(run) : sell(run));
      else if (outcome !== 'waiting') await endUnpaid(run, outcome);
    });
  }
}

/** Turns the hold into a sale. If the hold is gone, takes the stock again; if none is left, refunds everything. */
async function sell(run: OrderRun): Promise<void> {
  const { status, missing } = await run.untilDone('commit', () => database.commitOrder({ sessionId: run.sessionId }));
  if (missing.length > 0) return compensate(run, 'out_of_stock', { actor: 'holdfast' });
  if (status === 'PENDING') {
    await run.refresh(); // the database refused to sell, because a cancel was recorded first: reads its reason
    return cancelOrder(run);
  }
  // A refund made in the Dashboard may be recorded before the payment is.
  if (status === 'REFUNDED') return run.setStatus(status, 'All of its money was refunded before the sale');
  run.recorded({ stock: 'COMMITTED' });
  run.setStatus(status, run.order.digital ? SOLD.downloads : SOLD.goods);
  run.mails.send({ template: 'order_confirmation' }, { template: 'order_received' }); // to the customer and to staff
}

/** Ends the order once no payment can come any more, and releases its stock. One that ends CANCELLED sends no mail. */
async function endUnpaid(run: OrderRun, ending: UnpaidEnding): Promise<void> {
  const status = await run.untilDone('release', () => database.endUnpaid({ sessionId: run.sessionId, ending }));
  run.setStatus(status, status === 'REFUNDED' ? 'All of its money was refunded' : unpaidInWords(ending, status));
  if (status === 'EXPIRED')
    run.mails.send({ template: ending === 'payment-failed' ? 'payment_failed' : 'checkout_expired' });
}

/**
 * Looks for money at an order that ended without any: a message came during its last mails, or the sweep started this
 * run. Refunds it in full; returns whether Stripe was asked. A refund that failed or was refused waits for staff.
 */
async function refundLateMoney(run: OrderRun): Promise<boolean> {
  const { sessionId, order, inbox } = run;
  const shouldHaveNoMoney =
    endedUnsold(order.status) && order.pendingDecision?.step !== DECISIONS.refundFailed && !order.refundRefused;
  if (!shouldHaveNoMoney || !inbox.takeLook()) return false;
  const { seen } = await run.untilDone('confirm', () =>
    stripe.lookAtSession.executeWithOptions({ summary: 'Looks for money after the end' }, [{ sessionId }]),
  );
  if (seen === 'paid' || seen === 'differs') await compensate(run, 'other', { actor: 'holdfast' });
  return true;
}
