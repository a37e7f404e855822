import { Client, Connection } from '@temporalio/client';
import type { SessionId } from '../../domain/ids';
import type { Resendable } from '../../domain/mail';
import { type ResendInput, resendId } from '../../messages/resend';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import { signToken } from '../../platform/links';
import { sha256 } from '../../platform/sha256';
import { keepMailRequest } from '../../store/mails/requests';
import { sweep } from '../workflow/sweeping';
import { until } from '../workflow/world';
import { problem } from './admin-office';
import { type Api, Shop } from './shop';

let shop: Shop;
let api: Api;
beforeAll(async () => {
  shop = await Shop.open();
  // The test environment's own client lets time skip whenever somebody waits for a workflow; here nobody's time is to
  // pass.
  const { connection, namespace } = shop.world.temporal;
  api = await shop.another({}, { temporal: new Client({ connection, namespace: namespace ?? 'default' }) });
  await shop.world.product('mug', { stock: 1000 });
  await shop.world.product('ebook');
});
afterAll(() => shop?.close());

const staff = (path: string, body: object, key?: string) => {
  const asked = api.http.post(`/admin/orders/${path}`).set('authorization', `Bearer ${shop.world.env.ADMIN_TOKEN}`);
  if (key !== undefined) asked.set('idempotency-key', key);
  return asked.send(body);
};
const keyOf = (template: string, key: string) => sha256(JSON.stringify([template, key]));
const resend = (id: string, template: string, key?: string) => staff(`${id}/resend-email`, { template }, key);

async function mailed(sku: string): Promise<SessionId> {
  const id = await shop.world.paidOrder([{ sku }]);
  await shop.world.mailed(id, 2);
  return id;
}

const sent = (id: SessionId, template: string) =>
  shop.world.db.mail.findMany({ where: { sessionId: id, template, status: 'SENT' }, orderBy: { createdAt: 'asc' } });
const refused = (words: RegExp) => problem(409, 'invalid_transition', { detail: expect.stringMatching(words) });

test('sends a mail again, under a row and a key of its own, to the address that is known now', async () => {
  const id = await mailed('ebook');
  await staff(`${id}/contact`, { email: 'right@example.net' });
  const answer = await resend((await shop.world.order(id)).number, 'order_confirmation');
  expect([answer.status, answer.body.sessionId]).toEqual([200, id]);
  const [first, second] = await sent(id, 'order_confirmation');
  expect([first?.recipient, second?.recipient]).toEqual(['ada@example.com', 'right@example.net']);
  expect(second?.key).toMatch(new RegExp(`^order_confirmation/${id}/again/`));
  expect(second?.providerId).not.toBe(first?.providerId);
  const told = (answer.body.timeline as { type: string; message: string; actor: string }[])
    .filter(({ type }) => type === 'mail')
    .map(({ message, actor }) => `${actor}: ${message}`);
  expect(told).toContain('staff: Order confirmation asked for again');
  expect(told.filter((one) => one === 'holdfast: Order confirmation sent to the customer')).toHaveLength(2);
});

test('sends once per key, and again without one', async () => {
  const id = await mailed('ebook');
  for (let times = 0; times < 2; times++) expect((await resend(id, 'order_confirmation', 'same')).status).toBe(200);
  expect(await sent(id, 'order_confirmation')).toHaveLength(2);
  await resend(id, 'order_confirmation');
  expect(await sent(id, 'order_confirmation')).toHaveLength(3);
  await resend(id, 'order_received', 'same'); // another mail under the same key is another request
  expect(await sent(id, 'order_received')).toHaveLength(2);
});

test('corrects a mail that was refused for good: contact, then resend', async () => {
  const { id } = await shop.world.checkout([{ sku: 'ebook' }]);
  await shop.world.pay(id, { email: 'refused@nowhere' });
  await shop.world.webhook(id);
  await until(async () => (await shop.world.order(id)).attentionStep === 'contact');
  const flagged = await shop.world.order(id);
  expect(flagged.attentionReason).toMatch(/^Order confirmation given up: .*resend-email|sent again/);
  expect(flagged.attentionReason).not.toContain('nowhere');
  await staff(`${id}/contact`, { email: 'right@example.net' });
  const answer = await resend(id, 'order_confirmation');
  expect([answer.status, answer.body.attention]).toEqual([200, null]);
  expect(await sent(id, 'order_confirmation')).toMatchObject([{ recipient: 'right@example.net' }]);
});

test('sends the latest of several parcels', async () => {
  const id = await shop.world.paidOrder([{ sku: 'mug', quantity: 2 }]);
  await staff(`${id}/ship`, { carrier: 'DHL', trackingNumber: 'one', items: [{ sku: 'mug', quantity: 1 }] });
  await shop.world.sleep(1_000);
  await staff(`${id}/ship`, { carrier: 'DHL', trackingNumber: 'two' });
  await until(async () => (await sent(id, 'order_shipped')).length === 2);
  expect((await resend(id, 'order_shipped')).status).toBe(200);
  const again = (await sent(id, 'order_shipped')).filter(({ key }) => key.includes('/again/'));
  expect(again).toHaveLength(1);
  expect(again[0]?.text).toContain('two');
});

describe('a request whose run is gone is carried out by the sweep, once', () => {
  const INTERVAL = 400_000; // longer than one between sweeps
  const requests = (id: SessionId) => shop.world.db.mailRequest.findMany({ where: { sessionId: id } });
  afterEach(() => mailsAreRefused(0));

  async function sweptOnce(id: SessionId): Promise<void> {
    await shop.world.sleep(INTERVAL);
    expect((await sweep(shop.world)).actions).toEqual({ [id]: 'followed_again' });
    await until(async () => (await sent(id, 'order_confirmation')).length === 2);
    await until(async () => {
      expect((await sweep(shop.world)).actions).toEqual({});
      return (await requests(id)).length === 0;
    });
    expect(await sent(id, 'order_confirmation')).toHaveLength(2);
  }

  test('terminated before the mail went out', async () => {
    const id = await mailed('ebook');
    await mailsAreRefused(1_000);
    const asking = resend(id, 'order_confirmation', 'lost').then((answer) => answer);
    await until(async () => (await timeline(id)).includes('Order confirmation asked for again'));
    const [request] = await requests(id);
    await shop.world.client.workflow.getHandle(resendId(request as unknown as ResendInput)).terminate('the test');
    expect((await asking).status).toBe(200); // it stands in the database
    await mailsAreRefused(0);
    await sweptOnce(id);
  });

  test('of a withdrawal, while Temporal was away: receipt and notice go out, and the money goes back', async () => {
    const id = await shop.world.paidOrderOf('unwanted');
    const temporal = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    const away = await shop.another({}, { temporal });
    const token = signToken(shop.world.env.SIGNING_SECRET, 'order', id);
    const withdrawn = away.http.post(`/orders/${id}/withdraw`).query({ token }).type('form').send({ name: 'Ada' });
    expect((await withdrawn).status).toBe(303);
    await away.close();
    await shop.world.sleep(INTERVAL);
    await sweep(shop.world);
    await shop.world.is(id, 'REFUNDED');
    for (const template of ['withdrawal_received', 'withdrawal_notice'])
      await until(async () => (await sent(id, template)).length === 1);
  });

  test('never started, as Temporal was away; told so', async () => {
    const id = await mailed('ebook');
    const temporal = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    const away = await shop.another({}, { temporal });
    const answer = await away.http
      .post(`/admin/orders/${id}/resend-email`)
      .set('authorization', `Bearer ${shop.world.env.ADMIN_TOKEN}`)
      .send({ template: 'order_confirmation' });
    await away.close();
    expect([answer.status, answer.body]).toEqual([
      503,
      problem(503, 'unavailable', { detail: expect.stringMatching(/accepted and will be carried out/) }),
    ]);
    await sweptOnce(id);
  });

  test('refused once, and asked for again while Temporal was away', async () => {
    const { id } = await shop.world.checkout([{ sku: 'mug' }]);
    expect((await resend(id, 'order_confirmation', 'patient')).status).toBe(409);
    await shop.world.pay(id);
    await shop.world.webhook(id);
    await shop.world.mailed(id, 2);
    const at = new Date(shop.world.now());
    const key = keyOf('order_confirmation', 'patient');
    await keepMailRequest(shop.world.db, { sessionId: id, template: 'order_confirmation', key, at });
    await sweptOnce(id);
  });

  test('about the parcel that was the latest when it was asked for', async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    const ship = (trackingNumber: string) =>
      staff(`${id}/ship`, { carrier: 'DHL', trackingNumber, items: [{ sku: 'mug', quantity: 1 }] });
    await ship('one');
    await until(async () => (await sent(id, 'order_shipped')).length === 1);
    await mailsAreRefused(1_000);
    const asking = resend(id, 'order_shipped').then((answer) => answer);
    await until(async () => (await timeline(id)).includes('Shipping notice asked for again'));
    const [request] = await requests(id);
    await shop.world.client.workflow.getHandle(resendId(request as unknown as ResendInput)).terminate('the test');
    await asking;
    await mailsAreRefused(0);
    await shop.world.sleep(1_000);
    await ship('two');
    await shop.world.sleep(INTERVAL);
    await sweep(shop.world);
    const again = async () => (await sent(id, 'order_shipped')).filter(({ key }) => key.includes('/again/'));
    await until(async () => (await again()).length > 0);
    expect((await again()).map(({ text }) => [text.includes('one'), text.includes('two')])).toEqual([[true, false]]);
  });

  const timeline = async (id: SessionId) =>
    (await shop.world.db.timelineEntry.findMany({ where: { sessionId: id }, orderBy: { id: 'asc' } })).map(
      ({ message }) => message,
    );

  /** The next mails are refused for the moment. */
  const mailsAreRefused = (times: number) =>
    fetch(`${shop.world.outbox.url}/api/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ times, status: 500 }),
    });
});

test('refuses a mail that is not true of the order, and does not remember the refusal', async () => {
  const { id } = await shop.world.checkout([{ sku: 'mug' }]);
  const answer = await resend(id, 'order_confirmation', 'patient');
  expect([answer.status, answer.body]).toEqual([409, refused(/Order confirmation.*PENDING/)]);
  for (const template of ['payment_processing', 'payment_failed', 'checkout_expired', 'order_shipped'])
    expect([template, (await resend(id, template)).status]).toEqual([template, 409]);
  for (const template of ['order_refunded', 'refund_failed', 'order_received', 'attention_needed'])
    expect([template, (await resend(id, template)).status]).toEqual([template, 409]);
  expect(await shop.world.db.mailRequest.count({ where: { sessionId: id } })).toBe(0);
  const { number } = await shop.world.order(id);
  expect(await runOf(id, 'order_confirmation', 'patient')).toEqual({ status: 'COMPLETED', number });
  await shop.world.pay(id);
  await shop.world.webhook(id);
  await until(async () => (await shop.world.mails(id)).length === 2);
  for (let times = 0; times < 2; times++) expect((await resend(id, 'order_confirmation', 'patient')).status).toBe(200);
  expect(await sent(id, 'order_confirmation')).toHaveLength(2);
  expect(await runOf(id, 'order_confirmation', 'patient')).toEqual({ status: 'COMPLETED', number });
});

/** How the run of a request stands, and under which order's number it is found. */
async function runOf(sessionId: SessionId, template: Resendable, idempotencyKey: string) {
  const key = keyOf(template, idempotencyKey);
  const run = shop.world.client.workflow.getHandle(resendId({ sessionId, template, key }));
  const { status, typedSearchAttributes } = await run.describe();
  return { status: status.name, number: typedSearchAttributes.get(SEARCH_ATTRIBUTES.orderNumber) };
}

test('for a refunded order sends the refund’s mail, and no longer the confirmation', async () => {
  const id = await mailed('mug');
  await staff(`${id}/cancel`, { reason: 'requested_by_customer' });
  await until(async () => (await sent(id, 'order_refunded')).length === 1);
  expect((await resend(id, 'order_refunded')).status).toBe(200);
  expect(await sent(id, 'order_refunded')).toHaveLength(2);
  expect((await resend(id, 'order_confirmation')).body).toEqual(refused(/REFUNDED/));
});

test('refuses when the customer’s address is unknown', async () => {
  await shop.world.product('unseen', { stock: 1 });
  const { id } = await shop.world.checkout([{ sku: 'unseen' }], { holdSeconds: 60 });
  expect(await shop.world.end(id)).toBe('EXPIRED');
  expect((await resend(id, 'checkout_expired')).body).toEqual(refused(/No e-mail address/));
  await staff(`${id}/contact`, { email: 'found@example.com' });
  expect((await resend(id, 'checkout_expired')).status).toBe(200);
  expect(await sent(id, 'checkout_expired')).toMatchObject([{ recipient: 'found@example.com' }]);
});

test('refuses an unknown template, one that is not about an order, and an unknown order', async () => {
  const id = await mailed('ebook');
  for (const template of ['welcome', 'reconciliation_report', '', 7])
    expect((await staff(`${id}/resend-email`, { template })).body).toEqual(
      problem(400, 'invalid_request', { errors: expect.anything() }),
    );
  expect((await resend('999999', 'order_confirmation')).body).toEqual(problem(404, 'unknown_order'));
});

test('leaves no personal data in Temporal', async () => {
  const id = await mailed('ebook');
  await resend(id, 'order_confirmation', 'k');
  const key = (await sent(id, 'order_confirmation')).at(-1)?.key.split('/').at(-1) as string;
  const history = await shop.world.history(resendId({ sessionId: id, template: 'order_confirmation', key }));
  const text = JSON.stringify(history, (name, value) =>
    name === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString() : value,
  );
  expect(text).toContain(id);
  expect(text).not.toMatch(/ada@|example\.com|lovelace/i);
});
