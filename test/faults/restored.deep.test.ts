import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import { until } from '../support/launched';
import { atRest, expectMoneyToAgree, expectStockToAddUp } from './books';
import { Shop } from './shop';
import { moneyMoved, sweep } from './sweeps';
import { ADMIN_TOKEN, System } from './system';

/**
 * The rehearsal of docs/operating.md, “Backup and restore”: a shop sells on after its backup was made, loses its
 * database, and goes on with the backup, while Temporal and Stripe know all that happened since.
 */
let system: System;
let shop: Shop;
beforeAll(async () => {
  system = await System.start();
  shop = new Shop(system);
  await shop.product('mug', { stock: 100 });
  await shop.product('last', { stock: 1 });
  await shop.product('song');
});
afterAll(() => system?.stop());

const number = async (id: SessionId) => (await shop.order(id)).number;
const programs = () => [...system.apis, ...system.workers];

test('an older database comes back: every order, its number, money and stock are as they were, and nothing is done twice', async () => {
  const toShip = await paid('mug');
  const sentLater = await paid('mug');
  const cancelledLater = await paid('mug');
  const partLater = await paid('mug');
  const inPartLater = await paid('mug', 3);
  const [paidLater, open] = [await shop.buy({ sku: 'mug' }), await shop.buy({ sku: 'mug' })];
  const restore = await system.backUp();
  await allReady();

  // The shop sells on: none of this is in the backup.
  await shop.pay(paidLater);
  await shop.settled(paidLater);
  await send(sentLater);
  expect((await shop.cancel(cancelledLater)).status).toBe(200);
  expect(await refund(partLater)).toBe(200);
  const lost = { mug: await paid('mug'), last: await paid('last'), song: await paid('song'), done: await paid('mug') };
  const lostSent = await paid('mug');
  await send(lostSent);
  await send(lost.done);
  const lostInPart = await paid('mug', 2);
  for (const id of [inPartLater, lostInPart]) expect(await sending(id, 1)).toBe(200);
  expect((await shop.staff(`/orders/${await number(lost.done)}/deliver`, {})).status).toBe(200);
  const lostRefunded = await paid('mug');
  expect((await shop.cancel(lostRefunded)).status).toBe(200);
  const [lostOpen, lostUnpaid] = [await shop.buy({ sku: 'mug' }), await shop.buy({ sku: 'mug' })];
  await sweep(system, { trigger: 'schedule' }); // the backup does not know it
  await atRest(system);
  const known = [toShip, sentLater, cancelledLater, partLater, inPartLater, paidLater, open];
  const gone = [...Object.values(lost), lostSent, lostInPart, lostRefunded];
  const numbers = await Promise.all([...known, ...gone].map(number));
  const ledger = await moneyMoved(system);

  // Everything stops, the backup takes the place of the database, a worker and a sweep bring it up to date.
  await Promise.all(programs().map((program) => program.terminate()));
  await restore();
  await Promise.all(system.workers.map((program) => program.start()));
  await sweep(system, { trigger: 'schedule' }); // not even by staff: it sees itself that the database is older
  await Promise.all(system.apis.map((program) => program.start()));
  await atRest(system);

  expect(await Promise.all([...known, ...gone].map(number))).toEqual(numbers);
  const stands = (id: SessionId) => shop.order(id).then(({ status }) => status);
  const expected: [SessionId, OrderStatus][] = [
    ...([toShip, partLater, paidLater, lost.mug, lost.last] as const).map((id) => [id, 'PREPARING'] as never),
    ...([cancelledLater, lostRefunded] as const).map((id) => [id, 'REFUNDED'] as never),
    ...[[open, 'PENDING'] as never, [lost.song, 'COMPLETED'] as never],
  ];
  expect(await Promise.all(expected.map(async ([id]) => [id, await stands(id)]))).toEqual(expected);

  // What had left waits for staff, who find the parcel, so that it is not sent twice.
  for (const id of [sentLater, lostSent, lost.done]) {
    const { status, shippingHold, timeline } = await shop.order(id);
    expect({ status, shippingHold }).toEqual({ status: 'PREPARING', shippingHold: 'other' });
    expect(timeline.map(({ message }) => message).join('\n')).toContain('goods had left before the database');
    expect(await sending(id)).toBe(409);
    expect((await shop.staff(`/orders/${await number(id)}/release`, {})).status).toBe(200);
    expect(await sending(id)).toBe(200);
  }

  // So does an order of which a part had left, and the timeline names the parcel.
  for (const id of [inPartLater, lostInPart]) {
    const { status, shippingHold, timeline } = await shop.order(id);
    expect({ status, shippingHold }).toEqual({ status: 'PREPARING', shippingHold: 'other' });
    expect(timeline.map(({ note }) => note).join('\n')).toContain(`DHL ${id.slice(-8)}-1 of `);
    expect((await shop.staff(`/orders/${await number(id)}/release`, {})).status).toBe(200);
    expect([await sending(id, 1), await sending(id)]).toEqual([200, 200]);
    expect((await shop.order(id)).status).toBe('SHIPPED');
  }

  // An order that was open goes on; one whose order is lost is taken up when it is paid.
  await shop.pay(open);
  expect(await shop.settled(open)).toBe('PREPARING');
  await shop.pay(lostOpen);
  await until('the lost order taken up', async () => {
    const order = await system.db.order.findUnique({ where: { sessionId: lostOpen } });
    return order?.status === 'PREPARING';
  });
  const next = await paid('mug');
  expect(numbers).not.toContain(await number(next));
  expect((await shop.checkout([{ sku: 'last' }])).body.code).toBe('out_of_stock');
  expect((await system.temporal.workflow.getHandle(lostUnpaid).describe()).status.name).not.toBe('RUNNING');

  await atRest(system);
  expect(await moneyMoved(system)).toEqual({ ...ledger, charges: ledger.charges + 3 });
  await expectMoneyToAgree(system);
  await expectStockToAddUp(system);
  expect(await system.db.discrepancy.count({ where: { resolvedAt: null } })).toBe(0);
  expect(await system.db.order.findMany({ where: { attentionStep: { not: null } } })).toEqual([]);
  // Nobody got a confirmation or a refund notice twice.
  for (const id of [...known, ...gone]) {
    const mails = await shop.mails(id);
    const once = mails.filter((template) => ['order_confirmation', 'order_refunded'].includes(template));
    expect(once).toEqual([...new Set(once)]);
  }
});

async function paid(sku: string, quantity = 1): Promise<SessionId> {
  const id = await shop.buy({ sku, quantity });
  await shop.pay(id);
  await shop.settled(id);
  await shop.mailed(id, ['order_confirmation', 'order_received']);
  return id;
}

/** @param mugs how many of them; undefined for the whole order */
async function sending(id: SessionId, mugs?: number): Promise<number> {
  const part = mugs !== undefined && { items: [{ sku: 'mug', quantity: mugs }] };
  const shipment = { carrier: 'DHL', trackingNumber: `${id.slice(-8)}${mugs ? `-${mugs}` : ''}`, ...part };
  return (await shop.staff(`/orders/${await number(id)}/ship`, shipment)).status;
}

const send = async (id: SessionId) => expect(await sending(id)).toBe(200);

async function refund(id: SessionId): Promise<number> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'idempotency-key': 'part' };
  const body = { amount: 250, reason: 'damaged' };
  return (await shop.post(`/admin/orders/${await number(id)}/refund`, body, headers)).status;
}

async function allReady(): Promise<void> {
  const ready = async () => (await Promise.all(programs().map((program) => program.isReady()))).every(Boolean);
  await until('the system ready again', ready);
}
