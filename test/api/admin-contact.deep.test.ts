import type { SessionId } from '../../domain/ids';
import type { OrderReport } from '../../messages/order';
import { connectTemporal } from '../../platform/temporal';
import { recordOutcome } from '../../store/mails/outcomes';
import { readable } from '../workflow/history-text';
import { until } from '../workflow/world';
import { invalidAt, problem } from './admin-office';
import { Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
  await shop.world.product('mug', { stock: 1000 });
  await shop.world.product('ebook');
});
afterAll(() => shop?.close());

const HOME = {
  line1: '7 Hyrule Lane',
  line2: null,
  city: 'Castletown',
  state: null,
  postal_code: '90210',
  country: 'DE',
};

const staff = (path: string, body?: unknown, key?: string) => {
  const asked = shop.http.post(`/admin/orders/${path}`).set('authorization', `Bearer ${shop.world.env.ADMIN_TOKEN}`);
  if (key !== undefined) asked.set('idempotency-key', key);
  return body === undefined ? asked : asked.send(body as object);
};
const contact = (id: string, body: unknown, key?: string) => staff(`${id}/contact`, body, key);

const entries = async (id: SessionId) =>
  (await shop.world.order(id)).timeline.filter(({ type }) => type === 'contact').map(({ message }) => message);

test('corrects the e-mail and the postal address before shipping, and the timeline says what was corrected, not the new value', async () => {
  const id = await shop.world.paidOrder([{ sku: 'mug' }]);
  const { number } = await shop.world.order(id);
  const answer = await contact(number, { email: 'Zelda@Example.net', address: { ...HOME, state: undefined } });
  expect(answer.status).toBe(200);
  expect(answer.body.customer).toMatchObject({ email: 'zelda@example.net', name: 'Ada Lovelace', address: HOME });
  expect(await entries(id)).toEqual(['Corrected the e-mail address and the postal address']);
  const told = JSON.stringify([(await shop.world.order(id)).timeline.map(({ at, ...one }) => [one, at])], (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(told).not.toMatch(/zelda|hyrule|castletown/i);
});

test('a correction stays, whatever Stripe says later', async () => {
  const { id } = await shop.world.checkout([{ sku: 'mug' }]);
  expect((await contact(id, { email: 'right@example.net', address: HOME })).status).toBe(200);
  await shop.world.pay(id, { email: 'wrong@example.com', address: { line1: 'Elsewhere 1', country: 'FR' } });
  await shop.world.webhook(id);
  await until(async () => (await shop.world.order(id)).status === 'PREPARING');
  expect((await shop.world.order(id)).customer).toMatchObject({
    ...{ email: 'right@example.net', name: 'Ada Lovelace' },
    address: HOME,
  });
  await until(async () => (await shop.world.mails(id)).length === 2);
  const [mail] = await shop.world.db.mail.findMany({ where: { sessionId: id, template: 'order_confirmation' } });
  expect(mail?.recipient).toBe('right@example.net');
});

test('changes only the fields given', async () => {
  const id = await shop.world.paidOrder([{ sku: 'mug' }]);
  await contact(id, { address: HOME });
  expect((await shop.world.order(id)).customer).toMatchObject({ email: 'ada@example.com', address: HOME });
  await contact(id, { email: 'b@example.com' });
  expect((await shop.world.order(id)).customer).toMatchObject({ email: 'b@example.com', address: HOME });
});

test('happens once per key', async () => {
  const id = await shop.world.paidOrder([{ sku: 'mug' }]);
  await contact(id, { email: 'first@example.com' }, 'k-1');
  await contact(id, { email: 'second@example.com' }, 'k-2');
  const again = await contact(id, { email: 'first@example.com' }, 'k-1');
  expect([again.status, again.body.customer.email]).toEqual([200, 'second@example.com']);
  expect(await entries(id)).toHaveLength(2);
});

test('for downloads corrects the e-mail address, and no postal one', async () => {
  const id = await shop.world.paidOrder([{ sku: 'ebook' }]);
  expect((await contact(id, { email: 'reader@example.com' })).body.customer.email).toBe('reader@example.com');
  const answer = await contact(id, { email: 'other@example.com', address: HOME });
  expect([answer.status, answer.body]).toEqual([409, problem(409, 'invalid_transition')]);
  expect((await shop.world.order(id)).customer?.email).toBe('reader@example.com');
});

test('refuses once anything is shipped', async () => {
  const id = await shop.world.paidOrder([{ sku: 'mug', quantity: 2 }]);
  await staff(`${id}/ship`, { carrier: 'DHL', trackingNumber: '1', items: [{ sku: 'mug', quantity: 1 }] });
  for (const body of [{ email: 'late@example.com' }, { address: HOME }]) {
    const answer = await contact(id, body);
    expect([answer.status, answer.body]).toEqual([
      409,
      problem(409, 'invalid_transition', { detail: expect.stringMatching(/PREPARING.*shipped/) }),
    ]);
  }
  expect((await shop.world.order(id)).customer?.email).toBe('ada@example.com');
});

test('corrects the e-mail of what is shipped only if a mail did not arrive, so that the customer can be reached again', async () => {
  const id = await shop.world.paidOrder([{ sku: 'mug' }]);
  await staff(`${id}/ship`, { carrier: 'DHL', trackingNumber: '1' });
  const { providerId } = await until(() =>
    shop.world.db.mail.findFirst({ where: { sessionId: id, template: 'order_shipped', status: 'SENT' } }),
  );
  expect((await contact(id, { email: 'right@example.com' })).status).toBe(409);
  await recordOutcome(shop.world.db, {
    ...{ providerId: providerId as string, outcome: 'BOUNCED', code: null },
    ...{ recipients: [], template: null, orderNumber: null, at: new Date() },
  });
  expect((await contact(id, { email: 'right@example.com', address: HOME })).status).toBe(409);
  expect((await contact(id, { email: 'right@example.com' })).body.customer.email).toBe('right@example.com');
});

test('refuses invalid contacts, and changes nothing', async () => {
  const id = await shop.world.paidOrder([{ sku: 'mug' }]);
  const cases: [unknown, string[]][] = [
    [{}, ['']],
    [{ email: 'nobody' }, ['email']],
    [{ email: `${'x'.repeat(250)}@example.com` }, ['email']],
    [{ email: 'a@example.com\r\nBcc: b@example.com' }, ['email']],
    [{ email: 'a@example.com,b@example.com' }, ['email']],
    [{ email: 'Ada <a@example.com>' }, ['email']],
    [{ address: { line1: 'x' } }, ['address.country']],
    [{ address: { country: 'DE' } }, ['address.line1']],
    [{ address: { ...HOME, country: 'XX' } }, ['address.country']],
    [{ address: { ...HOME, line1: '' } }, ['address.line1']],
    [{ address: { ...HOME, line1: 'a\nb' } }, ['address.line1']],
    [{ address: { ...HOME, phone: '1' } }, ['address']],
    [{ email: 'a@example.com', name: 'x' }, ['']],
  ];
  for (const [body, paths] of cases) {
    const answer = await contact(id, body);
    expect([body, answer.status, answer.body]).toEqual([body, 400, invalidAt(...paths)]);
  }
  const inWords = await contact(id, { address: { ...HOME, country: 'England' } });
  expect(inWords.body.errors[0].message).toBe('must be the two letters of a country, such as GB');
  expect(await entries(id)).toEqual([]);
  expect((await contact('999999', { email: 'a@example.com' })).body).toEqual(problem(404, 'unknown_order'));
});

test('takes every address that a checkout takes, also one that breaks the RFC', async () => {
  const id = await shop.world.paidOrder([{ sku: 'mug' }]);
  const answer = await contact(id, { email: 'taro..x@docomo.ne.jp' });
  expect([answer.status, answer.body.customer?.email]).toEqual([200, 'taro..x@docomo.ne.jp']);
});

describe('the current details say what was corrected and when', () => {
  const happened = async (id: SessionId) =>
    (await shop.world.handle(id).query<OrderReport>('order')).happened.filter((line) => line.startsWith('Corrected'));
  const at = /, \d+ \w+ \d{4}, \d\d:\d\d UTC$/.source;

  test('of an order that is not paid yet, and then of the same one that is, and in a run that starts over', async () => {
    const { id } = await shop.world.checkout([{ sku: 'mug' }]);
    await contact(id, { email: 'first@example.com' });
    await until(async () => (await happened(id)).length === 1);
    await shop.world.paid(id);
    await contact(id, { email: 'Zelda@example.net', address: HOME });
    await until(async () => (await happened(id)).length === 2);
    const told = [
      expect.stringMatching(`^Corrected the e-mail address${at}`),
      expect.stringMatching(`^Corrected the e-mail address and the postal address${at}`),
    ];
    expect(await happened(id)).toEqual(told);

    await shop.world.handle(id).terminate();
    await shop.world.webhook(id);
    await until(async () => (await happened(id)).length === 2);
    expect(await happened(id)).toEqual(told);
    const { events } = await shop.world.history(id);
    expect(readable(events ?? [])).not.toMatch(/zelda|hyrule|castletown/i);
  });

  test('and a repeat of the request tells it no second time', async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug' }]);
    await contact(id, { address: HOME }, 'told-once');
    await contact(id, { address: HOME }, 'told-once');
    await contact(id, { address: { ...HOME, city: 'Kakariko' } });
    await until(async () => (await happened(id)).length === 2);
    expect(await happened(id)).toEqual([
      expect.stringMatching(`^Corrected the postal address${at}`),
      expect.stringMatching(`^Corrected the postal address${at}`),
    ]);
  });

  test('an order that has ended is not started by it', async () => {
    const id = await shop.world.completedOrder([{ sku: 'ebook' }]);
    const { runId } = await shop.world.handle(id).describe();
    expect((await contact(id, { email: 'reader@example.com' })).status).toBe(200);
    expect((await shop.world.handle(id).describe()).runId).toBe(runId);
    expect(await happened(id)).toEqual([]);
    expect(await entries(id)).toHaveLength(1);
  });

  test('and what is corrected while Temporal is away is done, and told when the order is read next', async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug' }], { email: 'reached@example.com' });
    await shop.world.mailed(id, 2);
    const away = await shop.another({}, { temporal: connectTemporal({ TEMPORAL_ADDRESS: '127.0.0.1:1' }) });
    const answer = await away.http
      .post(`/admin/orders/${id}/contact`)
      .set('authorization', `Bearer ${shop.world.env.ADMIN_TOKEN}`)
      .send({ email: 'alone@example.com' });
    expect([answer.status, answer.body.customer?.email]).toEqual([200, 'alone@example.com']);
    expect(away.log).toContainEqual(
      expect.objectContaining({ msg: 'an order could not be told that its contact was corrected', session: id }),
    );
    expect(await happened(id)).toEqual([]);
    await contact(id, { address: HOME });
    await until(async () => (await happened(id)).length === 2);
    await away.close();
  });
});

test('leaves no personal data in the log', async () => {
  const id = await shop.world.paidOrder([{ sku: 'mug' }]);
  await contact(id, { email: 'Ganon.Dorf@example.net', address: HOME });
  expect(shop.api.log.some(({ route }) => route === '/admin/orders/{ref}/contact')).toBe(true);
  expect(JSON.stringify(shop.api.log)).not.toMatch(/ganon|hyrule|castletown/i);
});
