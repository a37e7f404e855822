import { CancellationScope } from '@temporalio/workflow';
import type { UnpaidEnding } from '../activities/order/orders';
import { DECISIONS, isFinal, type OrderStatus, type Reason } from '../domain/order';
import type { OrderInput } from '../messages/order';
import { Desk } from './order/desk';
import { fulfil } from './order/fulfil';
import { giveBack } from './order/give-back';
import { open } from './order/open';
import { awaitPayment } from './order/payment';
import { reconsider } from './order/reconsider';
import { database, stripe } from './steps';

/**
 * The life of one order, from checkout to a final status, under the id of its Stripe Checkout Session. Every way an order can move is a
 * message to this workflow; a message says only *look again*, and Stripe and the database say what is. docs/how-an-order-lives.md tells it
 * for people.
 */
export async function order(input: OrderInput): Promise<OrderStatus> {
  const desk = new Desk(input); // signals, updates, query: set before the first await
  CancellationScope.current().cancelRequested.catch(() => desk.inbox.cancelFromTemporal());
  return CancellationScope.nonCancellable(() => live(desk));
}

async function live(desk: Desk): Promise<OrderStatus> {
  const opened = await open(desk); // 1. the order, and the holds: all or nothing
  if (opened === 'nothing-to-do') return desk.finish();
  if (isFinal(desk.status)) return accountForMoney(desk);

  if (desk.status === 'PENDING' && desk.undecided?.step !== DECISIONS.refundFailed) {
    const payment = await awaitPayment(desk, opened.ending); // 2. and 3. Stripe decides, and what was paid is what was asked
    if (payment.outcome === 'refunded') return end(desk, payment.cancelled?.settle);
    if (payment.outcome !== 'paid') return endUnpaid(desk, payment.outcome, payment.cancelled?.settle);
    if (payment.cancelled) return compensate(desk, payment.cancelled.request.reason, 'staff', payment.cancelled.settle);
    if (!(await commit(desk))) return compensate(desk, 'out_of_stock', 'holdfast');
  }
  return deliver(desk);
}

/** 5. and 6. Shipped, delivered, complete; or staff want the money given back. */
async function deliver(desk: Desk): Promise<OrderStatus> {
  const unwanted = (await reconsider(desk)) ?? (await fulfil(desk));
  return unwanted ? compensate(desk, unwanted.reason, 'staff', unwanted.settle) : end(desk);
}

/** 4. Commit: the hold becomes a sale; a hold that has run out takes stock again. False when there is none. */
async function commit(desk: Desk): Promise<boolean> {
  const { sessionId } = desk;
  const { status, missing } = await desk.untilDone('commit', () => database.commitOrder({ sessionId }));
  if (missing.length > 0) return false;
  desk.moved(status, 'Paid; the stock is sold to this order');
  // A refund at the Dashboard may have been faster than the payment's own message: then there is nothing to confirm.
  if (status !== 'REFUNDED') desk.mail({ template: 'order_confirmation' }, { template: 'order_received' });
  return true;
}

/** No money came, and none can come: the stock is given back. A message that came meanwhile is looked at once more. */
async function endUnpaid(desk: Desk, ending: UnpaidEnding, answer?: Answer): Promise<OrderStatus> {
  const { sessionId } = desk;
  const status = await desk.untilDone('release', () => database.endUnpaid({ sessionId, ending }));
  desk.moved(status, `Ended without money: ${ending}`);
  answer?.(status);
  if (status === 'EXPIRED')
    desk.mail({ template: ending === 'payment-failed' ? 'payment_failed' : 'checkout_expired' });
  await desk.finish();
  return desk.inbox.something() ? accountForMoney(desk) : desk.status;
}

/** The goods cannot be had, or are not wanted: all that is left of the money is given back. */
async function compensate(desk: Desk, reason: Reason, actor: string, answer?: Answer): Promise<OrderStatus> {
  const status = await giveBack(desk, reason, actor);
  if (isFinal(status)) return end(desk, answer);
  answer?.(status);
  return deliver(desk); // refused by the bank at once: a person decides
}

/** The order is done; unless its refund comes back while the last mails go out. */
async function end(desk: Desk, answer?: Answer): Promise<OrderStatus> {
  answer?.(desk.status);
  const status = await desk.finish();
  return isFinal(status) ? status : deliver(desk);
}

/** An order that has ended: money that Stripe holds for it after all is given back in full. */
async function accountForMoney(desk: Desk): Promise<OrderStatus> {
  const { sessionId } = desk;
  // A refund that the bank refused is asked for anew by a person, not by whoever looks next.
  while ((desk.status === 'EXPIRED' || desk.status === 'CANCELLED') && desk.undecided === null) {
    desk.inbox.seen();
    const { seen } = await desk.untilDone('confirm', () =>
      stripe.lookAtSession.executeWithOptions({ summary: 'Looks for money after the end' }, [{ sessionId }]),
    );
    if (seen === 'paid' || seen === 'differs') return compensate(desk, 'other', 'holdfast');
    if (!desk.inbox.something()) break;
  }
  return desk.finish();
}

/** Answers staff who cancelled. */
type Answer = (status: OrderStatus) => void;
