import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import { until } from '../workflow/world';
import { problem } from './admin-office';
import { Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
  await shop.world.product('mug', { stock: 1000 });
  await shop.world.product('ebook');
});
afterAll(() => shop?.close());

const ZELDA = {
  email: 'Zelda.Quux@example.net',
  name: 'Zelda Quuxington',
  address: { line1: '7 Hyrule Lane', city: 'Castletown', postal_code: '90210-7', country: 'DE' },
};
const SECRETS = /zelda|quux|hyrule|castletown|90210-7|user-of-zelda/i;

const staff = (path: string, body?: object) => {
  const asked = shop.http.post(`/admin/orders/${path}`).set('authorization', `Bearer ${shop.world.env.ADMIN_TOKEN}`);
  return body === undefined ? asked : asked.send(body);
};
const refused = (words: RegExp) => problem(409, 'invalid_transition', { detail: expect.stringMatching(words) });

/** An order of Zelda's, by the API from its checkout on. */
async function bought(sku: string, status: string): Promise<SessionId> {
  const body = { items: [{ sku, quantity: 1 }], email: ZELDA.email, userId: 'user-of-zelda' };
  const id = (await shop.checkout(body)).body.sessionId as SessionId;
  shop.world.know(id);
  await shop.world.pay(id, ZELDA);
  await shop.world.webhook(id);
  await until(async () => (await shop.world.order(id)).status === status);
  await until(async () => (await shop.world.mails(id)).length === 2);
  return id;
}

/** Every row of every table that says anything about the order, as text. */
async function remembered(id: SessionId): Promise<string> {
  const tables = await shop.world.db.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`;
  const rows = await Promise.all(
    tables.map(({ name }) =>
      shop.world.db.$queryRawUnsafe(
        `SELECT '${name}' AS table, t::text AS row FROM "${name}" t WHERE t::text LIKE '%${id}%'`,
      ),
    ),
  );
  return JSON.stringify(rows.flat());
}

test('forgets who bought, and keeps what was bought and every cent of it', async () => {
  const id = await bought('mug', 'PREPARING');
  await staff(`${id}/cancel`, { reason: 'requested_by_customer', note: 'Zelda called from Hyrule' });
  await until(async () => (await shop.world.mails(id)).includes('order_refunded'));
  const before = await shop.world.order(id);
  expect(await remembered(id)).toMatch(SECRETS); // the look itself can see

  const answer = await staff(`${before.number}/erase`);
  expect(answer.status).toBe(200);
  expect(answer.body.customer).toEqual({ email: null, name: null, address: null, userId: null });
  expect(await remembered(id)).not.toMatch(SECRETS);
  expect(JSON.stringify(answer.body)).not.toMatch(SECRETS);

  const after = await shop.world.order(id);
  const { updatedAt: _updated, version: _version, customer: _customer, timeline, ...kept } = after;
  expect(before).toMatchObject(kept);
  expect(timeline.map(({ type }) => type)).toEqual([...before.timeline.map(({ type }) => type), 'erased']);
  expect(answer.body).toMatchObject({
    ...{ status: 'REFUNDED', total: { amount: 1250, currency: 'eur' }, refunded: { amount: 1250, currency: 'eur' } },
    refunds: [{ amount: { amount: 1250, currency: 'eur' }, reason: 'requested_by_customer' }],
  });
  expect(await shop.world.mails(id)).toEqual(['order_confirmation', 'order_received', 'order_refunded']);
});

test('an order erased and then re-read: a later look at Stripe does not bring it back', async () => {
  const id = await bought('ebook', 'COMPLETED');
  await shop.world.end(id);
  await staff(`${id}/erase`);
  // Whoever sees that Stripe and the database differ starts the order again; it reads the session, and Stripe says
  // all of it once more.
  await shop.world.db.order.update({ where: { sessionId: id }, data: { status: 'REFUNDED' } });
  await shop.world.db.order.update({ where: { sessionId: id }, data: { status: 'PENDING', stock: 'HELD' } });
  await shop.world.deps().starter.order(id, { again: true });
  await until(async () => (await shop.world.order(id)).status === 'COMPLETED');
  await shop.world.end(id);
  const asked = await shop.askedOfStripe('GET', new RegExp(`${id}$`));
  expect(asked.length).toBeGreaterThan(1);
  expect(await remembered(id)).not.toMatch(SECRETS);
  expect((await shop.world.order(id)).customer).toMatchObject({ email: null, erasedAt: expect.any(Date) });
});

test('erasing is final: the database itself refuses new personal data', async () => {
  const id = await bought('ebook', 'COMPLETED');
  await staff(`${id}/erase`);
  const write = (data: object) => shop.world.db.customer.update({ where: { sessionId: id }, data });
  await expect(write({ email: 'zelda@example.net' })).rejects.toThrow(/customers_stay_erased/);
  await expect(write({ erasedAt: null })).rejects.toThrow(/erased for good/);
  const answer = await staff(`${id}/contact`, { email: 'zelda@example.net' });
  expect(answer.body).toEqual(refused(/erased/));
  expect((await staff(`${id}/resend-email`, { template: 'order_confirmation' })).body).toEqual(refused(/erased/));
});

test('erases notes by staff, and their corrections', async () => {
  const id = await bought('mug', 'PREPARING');
  await staff(`${id}/contact`, { email: 'zelda@example.net', address: { line1: '8 Hyrule Lane', country: 'DE' } });
  await staff(`${id}/cancel`, { reason: 'other', note: 'Zelda moved' });
  await until(async () => (await shop.world.order(id)).status === 'REFUNDED');
  await until(async () => (await shop.world.mails(id)).includes('order_refunded'));
  expect((await staff(`${id}/erase`)).status).toBe(200);
  expect(await remembered(id)).not.toMatch(SECRETS);
});

test('never sends the mails that were still waiting', async () => {
  const id = await bought('ebook', 'COMPLETED');
  const [mail] = await shop.world.db.mail.findMany({ where: { sessionId: id, template: 'order_confirmation' } });
  const waiting = {
    ...(mail as NonNullable<typeof mail>),
    key: `order_shipped/${id}/${randomUUID()}`,
    template: 'order_shipped',
    status: 'WRITTEN' as const,
  };
  await shop.world.db.mail.create({ data: waiting });
  await staff(`${id}/erase`);
  expect(await shop.world.db.mail.findUnique({ where: { key: waiting.key } })).toMatchObject({
    ...{ status: 'GIVEN_UP', recipient: '', html: '', text: '', subject: '' },
  });
});

test('forgets customers of free orders too, and those without a name', async () => {
  const { id } = await shop.world.checkout([{ sku: 'mug' }]);
  await shop.world.handle(id).signal('abandon');
  await until(async () => (await shop.world.order(id)).status === 'CANCELLED');
  expect((await shop.world.order(id)).customer).toBeNull();
  for (let times = 0; times < 2; times++) expect((await staff(`${id}/erase`)).status).toBe(200);
  expect((await shop.world.order(id)).customer).toMatchObject({ erasedAt: expect.any(Date) });
  expect((await shop.world.order(id)).timeline.filter(({ type }) => type === 'erased')).toHaveLength(1);
});

test('is refused while the order is not final, or a refund or dispute is open', async () => {
  const pending = await shop.world.checkout([{ sku: 'mug' }]);
  expect((await staff(`${pending.id}/erase`)).body).toEqual(refused(/PENDING/));
  const preparing = await bought('mug', 'PREPARING');
  expect((await staff(`${preparing}/erase`)).body).toEqual(refused(/PREPARING/));

  const id = await bought('ebook', 'COMPLETED');
  const at = new Date(shop.world.deps().clock.now());
  const refund = {
    ...{ key: `${id}/staff/x`, origin: 'STAFF' as const, requestKey: 'x' },
    ...{ sessionId: id, currency: 'eur', reason: 'other', actor: 'staff' },
  };
  for (const status of ['requested', 'pending', 'requires_action']) {
    const made = status !== 'requested' && { stripeId: 're_open', amount: 1 };
    const row = { ...refund, status, ...made, createdAt: at, updatedAt: at };
    await shop.world.db.refund.upsert({ where: { key: refund.key }, create: row, update: row });
    expect([status, (await staff(`${id}/erase`)).body]).toEqual([status, refused(/refund is open/)]);
  }
  // A part of the money did not reach the customer, and staff have not decided what follows.
  for (const status of ['failed', 'canceled']) {
    await shop.world.db.refund.update({ where: { key: refund.key }, data: { status } });
    expect([status, (await staff(`${id}/erase`)).body]).toEqual([status, refused(/refund is open/)]);
  }
  await shop.world.db.refund.update({ where: { key: refund.key }, data: { status: 'succeeded' } });
  const dispute = { id: 'du_open', sessionId: id, status: 'needs_response', reason: 'fraudulent', currency: 'eur' };
  await shop.world.db.dispute.create({ data: { ...dispute, amount: 1250, open: true, createdAt: at, updatedAt: at } });
  expect((await staff(`${id}/erase`)).body).toEqual(refused(/dispute is open/));
  expect((await shop.world.order(id)).customer?.email).toBe('zelda.quux@example.net');

  await shop.world.db.dispute.update({
    where: { id: 'du_open' },
    data: { open: false, closedAt: at, status: 'won', evidence: { customer_name: 'Zelda Quuxington' } },
  });
  expect((await staff(`${id}/erase`)).status).toBe(200);
  expect(await remembered(id)).not.toMatch(SECRETS);
  expect((await staff('999999/erase')).body).toEqual(problem(404, 'unknown_order'));
});
