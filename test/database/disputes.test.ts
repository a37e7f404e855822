import { Client } from 'pg';
import { disputeId } from '../../domain/ids';
import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../../store/database';
import { type DisputedOrder, saveGathered } from '../../store/disputes/evidence';
import { withDatabase } from '../support/database';

let db: Db;
const at = new Date('2026-11-23T12:00:00Z');

withDatabase(5, (opened) => {
  db = opened;
});

let orders = 0;
const order = async () => {
  const sessionId = `cs_test_law_${++orders}`;
  await db.order.create({
    data: {
      ...{ sessionId, number: `law-${orders}`, status: 'COMPLETED', paymentStatus: 'PAID', stock: 'COMMITTED' },
      ...{ origin: 'CHECKOUT', currency: 'eur', subtotal: 100, total: 100 },
      ...{ holdUntil: at, createdAt: at, updatedAt: at },
      customer: { create: { email: 'ada@example.com', name: 'Ada' } },
    },
  });
  return sessionId;
};
const dispute = (id: string, sessionId: string, change: Partial<Prisma.DisputeUncheckedCreateInput> = {}) =>
  db.dispute.create({
    data: {
      ...{ id, sessionId, status: 'needs_response', reason: 'fraudulent', amount: 100, currency: 'eur' },
      ...{ open: true, createdAt: at, updatedAt: at },
      ...change,
    },
  });
const flags = async (sessionId: string) => {
  const { disputed, reviewOpen, version } = await db.order.findUniqueOrThrow({ where: { sessionId } });
  return { disputed, reviewOpen, version };
};

test('an order is disputed exactly while one of its disputes is open', async () => {
  const sessionId = await order();
  const other = await order();
  await dispute('du_1', sessionId);
  await dispute('du_2', sessionId);
  expect(await flags(sessionId)).toMatchObject({ disputed: true, version: 2 });
  await db.dispute.update({ where: { id: 'du_1' }, data: { open: false, closedAt: at } });
  expect(await flags(sessionId)).toMatchObject({ disputed: true, version: 2 });
  await db.dispute.update({ where: { id: 'du_2' }, data: { open: false, closedAt: at } });
  expect(await flags(sessionId)).toMatchObject({ disputed: false, version: 3 });
  await db.dispute.update({ where: { id: 'du_1' }, data: { open: true, closedAt: null } });
  expect(await flags(sessionId)).toMatchObject({ disputed: true });
  expect(await flags(other)).toMatchObject({ disputed: false, version: 1 });
});

test('an order has lost what its disputes have; in another currency, all of it', async () => {
  const sessionId = await order();
  const lostBy = async () => (await db.order.findUniqueOrThrow({ where: { sessionId } })).lostAmount;
  const lost = { lost: true, lostAt: at, open: false, closedAt: at };
  await dispute('du_7', sessionId, { ...lost, amount: 30, lostAmount: 30 });
  await dispute('du_8', sessionId, { amount: 20 });
  expect(await lostBy()).toBe(30n);
  await db.dispute.update({ where: { id: 'du_8' }, data: { ...lost, lostAmount: 20 } });
  expect(await lostBy()).toBe(50n);
  await db.dispute.update({ where: { id: 'du_7' }, data: { lost: false, lostAt: null, lostAmount: 0 } });
  expect(await lostBy()).toBe(20n);
  await dispute('du_9', sessionId, { ...lost, amount: 7, lostAmount: 7, currency: 'usd' });
  expect(await lostBy()).toBe(120n);
});

test('an order is under review exactly while one of its reviews is open; other notices change nothing', async () => {
  const sessionId = await order();
  const notice = { sessionId, paymentIntent: null, reason: null, open: true, createdAt: at, updatedAt: at };
  await db.notice.create({ data: { ...notice, id: 'issfr_1', kind: 'fraud-warning' } });
  expect(await flags(sessionId)).toMatchObject({ reviewOpen: false, version: 1 });
  await db.notice.create({ data: { ...notice, id: 'prv_1', kind: 'review' } });
  expect(await flags(sessionId)).toMatchObject({ reviewOpen: true });
  await db.notice.update({ where: { id: 'prv_1' }, data: { open: false } });
  expect(await flags(sessionId)).toMatchObject({ reviewOpen: false });
});

test('evidence of every dispute is erased with the customer', async () => {
  const sessionId = await order();
  const evidence = { customer_name: 'Ada' };
  await dispute('du_3', sessionId, { evidence, open: false, closedAt: at });
  await dispute('du_4', sessionId, { evidence, open: false, closedAt: at });
  await db.customer.update({
    where: { sessionId },
    data: { email: null, name: null, userId: null, address: Prisma.DbNull, erasedAt: at },
  });
  const rows = await db.dispute.findMany({ where: { sessionId } });
  expect(rows.map((row) => row.evidence)).toEqual([null, null]);
});

test.each([
  ['closed without a time', { open: false }, 'disputes_open_until_closed'],
  ['open with a time of closing', { closedAt: at }, 'disputes_open_until_closed'],
  ['lost and open', { lost: true, lostAt: at }, 'disputes_lost_is_closed'],
  ['lost without a time', { lost: true, open: false, closedAt: at }, 'disputes_lost_has_time'],
  ['lost for less than nothing', { lostAmount: -1 }, 'disputes_lost_amount_bounds'],
  ['of a negative amount', { amount: -1 }, 'disputes_amount_bounds'],
  ['being submitted without a request', { submittingAt: at }, 'disputes_submission_whole'],
  ['never opened', { openings: 0 }, 'disputes_openings_positive'],
])('no dispute is %s', async (_, change, law) => {
  await expect(dispute('du_5', await order(), change)).rejects.toThrow(law);
});

test('a notice without an order is never open', async () => {
  const notice = { id: 'prv_2', kind: 'review', sessionId: null, open: true, createdAt: at, updatedAt: at };
  await expect(db.notice.create({ data: notice })).rejects.toThrow('notices_open_is_ours');
});

test('evidence is gathered one query after the other, as a connection takes them', async () => {
  const sessionId = await order();
  await dispute('du_gathered', sessionId);
  const gather = ({ number, customer }: DisputedOrder) => ({ uncategorized_text: `${number} ${customer?.name}` });
  const overlaps = await queriesAtOnce(() => saveGathered(db, { id: disputeId('du_gathered'), at, gather }));
  expect(overlaps).toEqual([]);
  expect(await db.dispute.findUniqueOrThrow({ where: { id: 'du_gathered' } })).toMatchObject({
    evidence: { uncategorized_text: expect.stringMatching(/^law-\d+ Ada$/) },
  });
});

/** The queries that were sent to a connection while another one was running there: pg 9 refuses them. */
async function queriesAtOnce(work: () => Promise<unknown>): Promise<string[]> {
  const overlaps: string[] = [];
  const running = new Map<Client, number>();
  const query = Client.prototype.query;
  const spy = jest.spyOn(Client.prototype, 'query').mockImplementation(function (this: Client, ...given: unknown[]) {
    const before = running.get(this) ?? 0;
    if (before > 0) overlaps.push(String((given[0] as { text?: string }).text ?? given[0]));
    running.set(this, before + 1);
    const answer = (query as (...all: unknown[]) => Promise<unknown>).apply(this, given);
    const done = () => running.set(this, (running.get(this) ?? 1) - 1);
    answer.then(done, done);
    return answer as never;
  });
  await work().finally(() => spy.mockRestore());
  return overlaps;
}
