import type { SessionId } from '../../domain/ids';
import { forget, sweep, tamper } from '../workflow/sweeping';
import { World } from '../workflow/world';

let world: World;
beforeAll(async () => {
  world = await World.start();
  await world.product('ebook', { amount: 1999 });
  await world.product('dollars', { amount: 2500, currency: 'usd' });
});
afterAll(() => world?.stop());

/** A digital order that is paid and done. */
async function bought(sku = 'ebook'): Promise<SessionId> {
  const id = await world.completedOrder([{ sku }]);
  return id;
}

const chargeOf = async (id: SessionId) => (await world.order(id)).chargeId as string;

async function refundedAtDashboard(id: SessionId, amount: number): Promise<string> {
  const { paymentIntentId } = await world.order(id);
  const refund = await world.at<{ id: string }>('/refunds', { payment_intent: paymentIntentId, amount });
  return refund.id;
}

interface Day {
  captured: bigint;
  refunded: bigint;
  disputed: bigint;
  fees: bigint;
  paid_out: bigint;
  left_out: bigint;
  orders_captured: bigint;
  orders_refunded: bigint;
}

/** The ledger of all days so far, a sum a currency. */
async function ledger(currency: string): Promise<Day> {
  const days = await world.db.$queryRaw<(Day & { currency: string })[]>`
    SELECT * FROM ledger_days('2026-01-01', '2100-01-01')`;
  const sums: Record<string, bigint> = {};
  for (const { currency: _, ...day } of days.filter((one) => one.currency === currency))
    for (const [name, amount] of Object.entries(day))
      if (typeof amount === 'bigint') sums[name] = (sums[name] ?? 0n) + amount;
  return sums as unknown as Day;
}

/** What Stripe's balance says, added up here. */
async function balance(currency: string): Promise<Record<string, bigint>> {
  const all = await world.stripe.balanceTransactions.list({ currency, limit: 100 }).autoPagingToArray({ limit: 1000 });
  const sums: Record<string, bigint> = {};
  for (const { reporting_category: category, amount, fee } of all) {
    sums[category] = (sums[category] ?? 0n) + BigInt(amount);
    sums.fee = (sums.fee ?? 0n) + BigInt(fee);
  }
  return sums;
}

test('the ledger agrees to the cent after a mixed day', async () => {
  const [whole, part, disputed] = [await bought(), await bought(), await bought()];
  await bought('dollars');
  const { id: unpaid } = await world.checkout([{ sku: 'ebook' }], { holdSeconds: 60 });
  expect(await world.end(unpaid)).toBe('EXPIRED');
  await refundedAtDashboard(whole, 1999);
  await refundedAtDashboard(part, 700);
  const failing = await refundedAtDashboard(part, 300);
  await world.at(`/refunds/${failing}/fail`);
  await world.at(`/charges/${await chargeOf(disputed)}/dispute`, { amount: 1999 });
  await world.product('free', { amount: 0 });
  await bought('free');
  await world.sleep(60_000);

  const { found } = await sweep(world);
  expect(found).toEqual([]);
  expect(await world.order(whole)).toMatchObject({ status: 'REFUNDED', refunded: 1999n });
  expect(await world.order(part)).toMatchObject({ status: 'COMPLETED', refunded: 700n });
  for (const currency of ['eur', 'usd']) {
    const stripe = await balance(currency);
    const day = await ledger(currency);
    expect(day.captured).toBe(stripe.charge);
    expect(day.orders_captured).toBe(stripe.charge);
    expect(day.refunded).toBe(-((stripe.refund ?? 0n) + (stripe.refund_failure ?? 0n)));
    expect(day.orders_refunded).toBe(day.refunded);
    expect(day.disputed).toBe(-(stripe.dispute ?? 0n));
    expect(day.fees).toBe(stripe.fee);
    expect(day.left_out).toBe(0n);
  }
  const { _sum: orders } = await world.db.order.aggregate({
    where: { currency: 'eur', paidAt: { not: null } },
    _sum: { total: true, refunded: true },
  });
  expect(await ledger('eur')).toMatchObject({ orders_captured: orders.total, orders_refunded: orders.refunded });
});

/** Sweeps, and answers what it found of one kind. */
const foundOf = async (kind: string) =>
  (await sweep(world, 'staff')).found.filter((one) => one.kind === kind).map(({ reference }) => reference);

const open = () => world.db.discrepancy.count({ where: { resolvedAt: null } });
const reports = async () =>
  (
    await world.db.mail.findMany({
      where: { template: 'reconciliation_report', status: 'SENT' },
      orderBy: { createdAt: 'asc' },
    })
  ).map(({ text }) => text);

describe('each kind of discrepancy', () => {
  beforeEach(async () => {
    expect(await open()).toBe(0);
  });

  test('amount_differs: a total that is not what was captured; told once, and gone when it is put right', async () => {
    const id = await bought();
    const before = (await reports()).length;
    await world.db.order.update({ where: { sessionId: id }, data: { total: 2000 } });
    expect(await foundOf('amount_differs')).toEqual([id]);
    expect(await foundOf('amount_differs')).toEqual([id]);
    const told = (await reports()).slice(before);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(id);
    expect(told[0]).toContain('€19.99 was captured; the order’s total is €20.00.');
    expect((await ledger('eur')).captured).not.toBe((await ledger('eur')).orders_captured);

    await world.db.order.update({ where: { sessionId: id }, data: { total: 1999 } });
    expect(await foundOf('amount_differs')).toEqual([]);
    await world.db.order.update({ where: { sessionId: id }, data: { total: 2000 } });
    expect(await foundOf('amount_differs')).toEqual([id]); // it is back, and told of again
    expect((await reports()).length).toBe(before + 2);
    await world.db.order.update({ where: { sessionId: id }, data: { total: 1999 } });
    await sweep(world, 'staff');
  });

  test('paid_but_closed: money of an order that ended without a sale', async () => {
    const id = await bought();
    await tamper(world, (tx) => tx.order.update({ where: { sessionId: id }, data: { status: 'CANCELLED' } }));
    expect(await foundOf('paid_but_closed')).toEqual([id]);
    await tamper(world, (tx) => tx.order.update({ where: { sessionId: id }, data: { status: 'COMPLETED' } }));
    await sweep(world, 'staff');
  });

  test('paid_but_closed: an order that ended with all its money given back, and yet keeps some', async () => {
    const id = await bought();
    await tamper(world, (tx) => tx.order.update({ where: { sessionId: id }, data: { status: 'REFUNDED' } }));
    expect(await foundOf('paid_but_closed')).toEqual([id]);
    await tamper(world, (tx) => tx.order.update({ where: { sessionId: id }, data: { status: 'COMPLETED' } }));
    await sweep(world, 'staff');
  });

  test('refund_differs: another amount here than moved, one that never moved, and a sum that does not add up', async () => {
    const id = await bought();
    const refund = await refundedAtDashboard(id, 500);
    await sweep(world, 'staff');
    const row = { where: { stripeId: refund } };
    await world.db.refund.update({ ...row, data: { amount: 400, status: 'pending' } });
    await tamper(world, (tx) => tx.order.update({ where: { sessionId: id }, data: { refunded: 123 } }));
    // The follower puts both right by itself: it reads the refund again.
    expect(await foundOf('refund_differs')).toEqual([]);
    expect(await world.order(id)).toMatchObject({ refunded: 500n });

    await world.db.order.update({ where: { sessionId: id }, data: { refunded: 501 } });
    expect(await foundOf('refund_differs')).toEqual([id]);
    await world.db.order.update({ where: { sessionId: id }, data: { refunded: 500 } });
    const at = new Date(world.deps().clock.now());
    const invented = { key: 'invented', stripeId: 're_invented', sessionId: id, amount: 0n, currency: 'eur' };
    await world.db.refund.create({
      data: {
        ...invented,
        origin: 'STRIPE',
        amount: 10,
        status: 'succeeded',
        reason: 'other',
        actor: 'staff',
        createdAt: at,
        updatedAt: at,
      },
    });
    await world.db.order.update({ where: { sessionId: id }, data: { refunded: 510 } });
    expect(await foundOf('refund_differs')).toEqual(['re_invented']);
    await world.db.refund.delete({ where: { key: 'invented' } });
    await world.db.order.update({ where: { sessionId: id }, data: { refunded: 500 } });
    await sweep(world, 'staff');
  });

  test('refund_differs: not for what was settled elsewhere than at Stripe', async () => {
    const id = await bought();
    const at = new Date(world.deps().clock.now());
    const elsewhere = { key: `${id}/staff/k`, origin: 'STAFF' as const, requestKey: 'k', status: 'settled_elsewhere' };
    await world.db.refund.create({
      data: {
        ...{ ...elsewhere, sessionId: id, amount: 500, currency: 'eur', reason: 'other', actor: 'staff' },
        ...{ createdAt: at, updatedAt: at },
      },
    });
    await world.db.order.update({
      where: { sessionId: id },
      data: { refunded: 500, paymentStatus: 'PARTIALLY_REFUNDED' },
    });
    expect(await foundOf('refund_differs')).toEqual([]);
    expect(await ledger('eur')).toMatchObject({ refunded: (await ledger('eur')).orders_refunded });
  });

  test('refund_differs: the customer got back more than they paid, at Stripe, elsewhere and by a dispute', async () => {
    const id = await bought();
    const at = new Date(world.deps().clock.now());
    await world.db.refund.create({
      data: {
        ...{ key: `${id}/staff/k`, origin: 'STAFF', requestKey: 'k', status: 'settled_elsewhere', sessionId: id },
        ...{ amount: 500, currency: 'eur', reason: 'other', actor: 'staff', createdAt: at, updatedAt: at },
      },
    });
    await world.db.order.update({ where: { sessionId: id }, data: { refunded: 500 } });
    await refundedAtDashboard(id, 1999);
    expect(await foundOf('refund_differs')).toEqual([id]);
    const { detail } = await world.db.discrepancy.findFirstOrThrow({ where: { reference: id } });
    expect(detail).toMatch(/paid €19\.99 and got back €24\.99/);
    await world.db.refund.update({ where: { key: `${id}/staff/k` }, data: { status: 'withdrawn' } });
    await world.db.order.update({ where: { sessionId: id }, data: { refunded: 1999 } });
    expect(await foundOf('refund_differs')).toEqual([]);
  });

  test('missing_at_stripe: paid here, and no charge there', async () => {
    const { id } = await world.checkout([{ sku: 'ebook' }], { holdSeconds: 60 });
    expect(await world.end(id)).toBe('EXPIRED');
    const paidAt = new Date(world.deps().clock.now());
    await tamper(world, (tx) =>
      tx.order.update({
        where: { sessionId: id },
        data: { status: 'COMPLETED', paymentStatus: 'PAID', paidAt, paymentIntentId: 'pi_invented' },
      }),
    );
    expect(await foundOf('missing_at_stripe')).toEqual([id]);
    await tamper(world, (tx) =>
      tx.order.update({
        where: { sessionId: id },
        data: { status: 'EXPIRED', paymentStatus: 'UNPAID', paidAt: null, paymentIntentId: null },
      }),
    );
    await sweep(world, 'staff');
  });

  test('missing_at_stripe: not while the balance transaction is only late, and remembered until it is there', async () => {
    const paidLate = async (): Promise<[id: SessionId, enter: () => Promise<unknown>]> => {
      const { id } = await world.checkout([{ sku: 'ebook' }]);
      await world.pay(id, { entersBalanceLater: true });
      await world.webhook(id);
      expect(await world.end(id)).toBe('COMPLETED');
      return [id, async () => world.at(`/charges/${await chargeOf(id)}/enter-balance`)];
    };
    const [[soon, enterSoon], [never, enterNever]] = [await paidLate(), await paidLate()];
    const entriesOf = async (id: SessionId) => world.db.ledgerEntry.count({ where: { source: await chargeOf(id) } });
    const lookups = () => world.db.ledgerLookup.count();

    expect(await foundOf('missing_at_stripe')).toEqual([]);
    await world.sleep(2 * 86_400_000); // no window reaches back so far
    await enterSoon();
    expect(await foundOf('missing_at_stripe')).toEqual([]);
    expect([await entriesOf(soon), await entriesOf(never), await lookups()]).toEqual([1, 0, 1]);
    await world.sleep(1.5 * 86_400_000);
    expect(await foundOf('missing_at_stripe')).toEqual([never]);
    expect((await reports()).at(-1)).toContain('Stripe has not entered it in the balance for days');
    await enterNever();
    expect(await foundOf('missing_at_stripe')).toEqual([]);
    expect([await entriesOf(never), await lookups()]).toEqual([1, 0]);
  });

  test('captured_without_order: an order that is not there and cannot be made; then it can', async () => {
    const id = await bought();
    await world.at('/faults', {
      match: { method: 'GET', path: `/v1/checkout/sessions/${id}` },
      times: 1000,
      kind: 'error_before',
      status: 403,
    });
    await forget(world, id);
    expect(await foundOf('captured_without_order')).toEqual([id]);
    await fetch(`${world.sandbox.url}/_control/faults`, { method: 'DELETE' });
    await world.handle(id).executeUpdate('retry');
    expect(await world.end(id)).toBe('COMPLETED');
    expect(await foundOf('captured_without_order')).toEqual([]);
    expect((await world.order(id)).status).toBe('COMPLETED');
  });

  test('payout_differs: not where an earlier payout came back, or a minimum balance was kept back', async () => {
    await world.sleep(3 * 86_400_000); // the balance becomes available
    const first = await world.at<{ id: string }>('/payouts', { currency: 'eur', keepBack: 100 });
    await world.at(`/payouts/${first.id}/reconcile`);
    await world.at(`/payouts/${first.id}/fail`);
    const second = await world.at<{ id: string }>('/payouts', { currency: 'eur' });
    expect(await foundOf('payout_differs')).toEqual([]);
    // Nothing but the reconciliation says that it can be added up now, and its event may be lost.
    await world.at(`/events/silence`, { types: ['payout.reconciliation_completed'] });
    await world.at(`/payouts/${second.id}/reconcile`);
    expect(await foundOf('payout_differs')).toEqual([]);
    for (const { id } of [first, second]) {
      const row = await world.db.payout.findUniqueOrThrow({ where: { id } });
      expect(row.transactions).toBe(row.amount);
    }
    await bought(); // for the next payout
  });

  test('payout_differs: a payout that is not what its transactions come to', async () => {
    await world.sleep(3 * 86_400_000); // the balance becomes available
    const right = await world.at<{ id: string }>('/payouts', { currency: 'usd' });
    await world.at(`/payouts/${right.id}/reconcile`);
    const wrong = await world.at<{ id: string; amount: number }>('/payouts', { currency: 'eur', amount: 1234 });
    await world.at(`/payouts/${wrong.id}/reconcile`);
    expect(await foundOf('payout_differs')).toEqual([wrong.id]);
    const row = await world.db.payout.findUniqueOrThrow({ where: { id: right.id } });
    expect(row.transactions).toBe(row.amount);
    expect((await ledger('usd')).paid_out).toBe(row.amount);
  });
});
