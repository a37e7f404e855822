import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { WORKFLOWS } from '../../messages/names';
import { reconcileStart } from '../../messages/reconcile';
import type { World } from './world';

/**
 * What every world must come to, whatever a test did in it: after one sweep, what Stripe's balance says of our orders
 * is what the database says of them, order by order and to the cent, per currency. Counted here from Stripe's own
 * lists and the orders, not by the product's books.
 */
export async function expectLedgersToAgree(world: World): Promise<void> {
  await fetch(`${world.sandbox.url}/_control/faults`, { method: 'DELETE' });
  await world.client.workflow.execute(WORKFLOWS.reconcile, reconcileStart({ id: randomUUID(), trigger: 'staff' }));
  const [atStripe, here] = [await keptAtStripe(world), await keptHere(world)];
  expect({ ledger: 'per order', ...here.byOrder }).toEqual({ ledger: 'per order', ...atStripe.byOrder });
  expect({ ledger: 'per currency', ...here.byCurrency }).toEqual({ ledger: 'per currency', ...atStripe.byCurrency });
}

class Ledger {
  readonly byOrder: Record<string, number> = {};
  readonly byCurrency: Record<string, number> = {};

  add(order: string, currency: string, amount: number): void {
    this.byOrder[order] = (this.byOrder[order] ?? 0) + amount;
    this.byCurrency[currency] = (this.byCurrency[currency] ?? 0) + amount;
  }
}

/**
 * Every movement of the balance that is about an order: its charge, its refunds, those that came back. A bank's
 * disputes are not the shop's to decide.
 */
async function keptAtStripe({ stripe, db }: World): Promise<Ledger> {
  const ledger = new Ledger();
  const all = { limit: 100 };
  const most = { limit: 10_000 };
  const transactions = await stripe.balanceTransactions.list(all).autoPagingToArray(most);
  const refunds = await stripe.refunds.list(all).autoPagingToArray(most);
  const charges = await stripe.charges.list(all).autoPagingToArray(most);
  const intentOf = new Map<string, string>([
    ...charges.map(({ id, payment_intent }) => [id, idOf(payment_intent)] as const),
    ...refunds.map(({ id, payment_intent }) => [id, idOf(payment_intent)] as const),
  ]);
  const orders = await db.order.findMany({ where: { paymentIntentId: { not: null } } });
  const orderOf = new Map(orders.map(({ paymentIntentId, sessionId }) => [paymentIntentId, sessionId]));
  for (const { source, currency, amount } of transactions) {
    const order = orderOf.get(intentOf.get(typeof source === 'string' ? source : (source?.id ?? '')) ?? '');
    if (order) ledger.add(order, currency, amount);
  }
  return ledger;
}

const idOf = (intent: string | Stripe.PaymentIntent | null): string =>
  typeof intent === 'string' ? intent : (intent?.id ?? '');

async function keptHere({ db }: World): Promise<Ledger> {
  const ledger = new Ledger();
  const orders = await db.order.findMany({ where: { paidAt: { not: null }, paymentIntentId: { not: null } } });
  for (const { sessionId, currency, total, refunded } of orders)
    ledger.add(sessionId, currency, Number(total) - Number(refunded));
  // What was settled elsewhere never left Stripe's balance; what waits for the customer's bank details has not yet.
  const stillAtStripe = { status: { in: ['settled_elsewhere', 'requires_action'] } };
  for (const { sessionId, currency, amount } of await db.refund.findMany({ where: stillAtStripe }))
    ledger.add(sessionId, currency, Number(amount));
  return ledger;
}
