import { readFileSync } from 'node:fs';
import type Stripe from 'stripe';
import { isFinal, type OrderStatus } from '../../domain/order';
import type { Mail } from '../../sandbox/outbox/mails';
import { until } from '../support/launched';
import type { System } from './system';

/** What Stripe keeps of the money of an order that stands so. */
const KEEPS_MONEY: Record<OrderStatus, boolean> = {
  PENDING: false,
  PAID: true,
  PREPARING: true,
  SHIPPED: true,
  COMPLETED: true,
  EXPIRED: false,
  CANCELLED: false,
  REFUNDED: false,
};

/**
 * Holds everything that Holdfast says against everything that Stripe says and against itself: each order's money, the
 * sum of all to the cent, every open till, the stock and its movements, the mails. Waits for the system to come to
 * rest first.
 */
export async function expectBooksToBalance(system: System): Promise<void> {
  await atRest(system);
  await expectMoneyToAgree(system);
  await expectStockToAddUp(system);
  await expectMailsOnce(system);
  await expectNobodyCalled(system);
  expectNothingDenied(system);
}

export async function expectMoneyToAgree({ db, stripe }: System): Promise<void> {
  const orders = await db.order.findMany();
  const known = new Set((await db.checkout.findMany()).map(({ sessionId }) => sessionId));
  const sessions = await stripe.checkout.sessions
    .list({ limit: 100, expand: ['data.payment_intent.latest_charge'] })
    .autoPagingToArray({ limit: 10_000 });

  for (const session of sessions) {
    const order = orders.find(({ sessionId }) => sessionId === session.id);
    const kept = keptOf(session);
    const due = order && KEEPS_MONEY[order.status] ? Number(order.total) - Number(order.refunded) : 0;
    // An open till belongs to an order that waits for it, or nobody was ever given its address: Stripe's answer was
    // lost.
    const leftOpen = session.status === 'open' && order?.status !== 'PENDING' && known.has(session.id);
    const seen = { session: session.id, order: order?.status ?? 'none', leftOpen, kept };
    expect(seen).toEqual({ ...seen, leftOpen: false, kept: due });
  }
  expect(sessions.length).toBeGreaterThanOrEqual(orders.length);

  const transactions = await stripe.balanceTransactions.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
  const atStripe = transactions.reduce((sum, { amount }) => sum + amount, 0);
  const here = orders
    .filter(({ paidAt }) => paidAt !== null)
    .reduce((sum, { total, refunded }) => sum + Number(total) - Number(refunded), 0);
  expect({ ledger: here }).toEqual({ ledger: atStripe });
}

/** What was taken for a session and not given back. */
function keptOf({ payment_intent: intent }: Stripe.Checkout.Session): number {
  const charge = typeof intent === 'object' ? intent?.latest_charge : null;
  return typeof charge === 'object' && charge ? charge.amount_captured - charge.amount_refunded : 0;
}

export async function expectStockToAddUp({ db }: System): Promise<void> {
  const levels = await db.stockLevel.findMany({ include: { movements: true, holds: true } });
  const sold = await db.orderItem.findMany({ where: { order: { stock: 'COMMITTED' } } });
  const waiting = await db.orderItem.findMany({ where: { order: { stock: 'HELD' } } });
  for (const { sku, onHand, held, movements, holds } of levels) {
    const of = (items: { sku: string; quantity: number }[]) => sum(items.filter((item) => item.sku === sku));
    const delivered = movements.filter(({ kind }) => kind === 'ADJUST').reduce((all, m) => all + m.onHandDelta, 0);
    expect({ sku, onHand, held }).toEqual({ sku, onHand: delivered - of(sold), held: of(waiting) });
    expect({ sku, onHand, held }).toEqual({
      sku,
      onHand: movements.reduce((all, { onHandDelta }) => all + onHandDelta, 0),
      held: sum(holds.filter(({ state }) => state === 'ACTIVE')),
    });
  }
}

const sum = (lines: { quantity: number }[]): number => lines.reduce((all, { quantity }) => all + quantity, 0);

/**
 * Every mail was sent, and told once: here no order is shipped or refunded twice, so of each kind there is one an
 * order.
 */
async function expectMailsOnce({ db, outbox }: System): Promise<void> {
  const written = await db.mail.findMany();
  expect(written.filter(({ status }) => status !== 'SENT')).toEqual([]);
  const answer = await fetch(`${outbox.url}/api/mails`);
  const { data } = (await answer.json()) as { data: Mail[] };
  const sent = data.map(({ tags }) => `${tags.template} ${tags.order}`).sort();
  expect(sent).toEqual(written.map(({ template, orderNumber }) => `${template} ${orderNumber}`).sort());
  expect(sent).toEqual([...new Set(sent)]);
}

/** A fault that passes is no reason to call anybody: no order ever needed attention. */
async function expectNobodyCalled({ db }: System): Promise<void> {
  expect(await db.timelineEntry.findMany({ where: { type: 'attention' } })).toEqual([]);
  expect(await db.mail.count({ where: { template: 'attention_needed' } })).toBe(0);
}

/** Each program's role in the database has every right that it needs: PostgreSQL never says `permission denied`. */
function expectNothingDenied({ apis, workers }: System): void {
  for (const { log } of [...apis, ...workers]) expect(readFileSync(log, 'utf8')).not.toContain('permission denied');
}

/** Waits until no workflow has anything left to do but wait. */
export async function atRest({ temporal }: System, timeoutMs = 120_000): Promise<void> {
  const busy = async () => {
    for await (const { workflowId, runId } of temporal.workflow.list({ query: 'ExecutionStatus = "Running"' })) {
      const { raw } = await temporal.workflow.getHandle(workflowId, runId).describe();
      if (raw.pendingActivities?.length || raw.pendingWorkflowTask) return true;
    }
    return false;
  };
  await until('every workflow at rest', async () => !(await busy()), timeoutMs);
}

/** Waits until every order has ended or waits to be shipped, and the workflow of each that has ended is complete. */
export async function everythingSettled(system: System, timeoutMs = 120_000): Promise<void> {
  await until(
    'every order settled',
    async () => (await system.db.order.count({ where: { status: { in: ['PENDING', 'PAID'] } } })) === 0,
    timeoutMs,
  );
  const orders = await system.db.order.findMany({ select: { sessionId: true, status: true } });
  for (const { sessionId } of orders.filter(({ status }) => isFinal(status))) {
    const handle = system.temporal.workflow.getHandle(sessionId);
    await until(
      `workflow ${sessionId} complete`,
      async () => (await handle.describe()).status.name === 'COMPLETED',
      timeoutMs,
    );
  }
}
