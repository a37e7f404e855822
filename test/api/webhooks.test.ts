import { createHmac } from 'node:crypto';
import { isOfOwnAccount, readEvent } from '../../api/webhooks/event';
import { SUBSCRIBED_TYPES } from '../../domain/events';
import { type SessionId, sessionId } from '../../domain/ids';
import type { OrderReport } from '../../messages/order';
import { learnAccount } from '../../platform/stripe-account';
import { connectTemporal } from '../../platform/temporal';
import { connectDatabase } from '../../store/database';
import { type Api, SANDBOX_ACCOUNT, Shop, until } from './shop';

const SECRET = 'whsec_world';
const ROLLED = 'whsec_rolled';
const MAIL_SECRETS = [1, 2].map((n) => `whsec_${Buffer.alloc(24, n).toString('base64')}`) as [string, string];

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({
    ...{ HOLD_TTL_SECONDS: '3600', STRIPE_WEBHOOK_SECRET: `${ROLLED},${SECRET}` },
    RESEND_WEBHOOK_SECRET: MAIL_SECRETS.join(', '),
  });
  await shop.world.product('mug', { stock: 1000 });
  await shop.world.product('ebook');
});
afterAll(() => shop?.close());

async function opened(sku = 'ebook'): Promise<SessionId> {
  const { body } = await shop.checkout({ items: [{ sku, quantity: 1 }] });
  const id = sessionId(body.sessionId);
  shop.world.know(id);
  return id;
}

const now = () => Math.floor(shop.world.now() / 1000);
const sign = (body: string | Buffer, { secret = SECRET, at = now() } = {}) =>
  `t=${at},v1=${createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')}`;

function deliver(event: unknown, { api = shop.api, signature }: { api?: Api; signature?: string | null } = {}) {
  const body = typeof event === 'string' || Buffer.isBuffer(event) ? event : JSON.stringify(event);
  const request = api.http.post('/webhooks/stripe').set('content-type', 'application/json; charset=utf-8');
  if (signature !== null) request.set('stripe-signature', signature ?? sign(body));
  return request.serialize((given) => given).send(body);
}

const event = (type: string, object: Record<string, unknown>, rest: Record<string, unknown> = {}) => ({
  id: 'evt_1',
  object: 'event',
  api_version: '2026-10-28.endive',
  created: Math.floor(Date.now() / 1000),
  livemode: false,
  type,
  data: { object },
  ...rest,
});
const completed = (id: string, rest = {}) =>
  event('checkout.session.completed', { id, object: 'checkout.session', mode: 'payment' }, rest);

const thinly = (id: string, rest = {}) => ({
  id: 'evt_2',
  object: 'v2.core.event',
  type: 'v1.checkout.session.completed',
  created: new Date().toISOString(),
  livemode: false,
  related_object: { id, type: 'checkout.session', url: `/v1/checkout/sessions/${id}` },
  ...rest,
});
const json = (event: unknown) => Buffer.from(JSON.stringify(event));

describe('an event', () => {
  test('completes the order, the same 20 times at once as once', async () => {
    const id = await opened();
    await shop.world.pay(id);
    const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(completed(id))));
    expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(20).fill([200, { received: true }]));
    expect(await shop.world.end(id)).toBe('COMPLETED');
    expect(await shop.world.mails(id)).toEqual(['order_confirmation', 'order_received']);
    // After the order has ended it is a duplicate.
    expect((await deliver(completed(id))).status).toBe(200);
  });

  test('and a checkout are found in the log by the ids of Stripe', async () => {
    const id = await opened();
    await deliver(completed(id, { id: 'evt_logged' }));
    const { number } = await shop.world.db.checkout.findFirstOrThrow({ where: { sessionId: id } });
    const trace = '0af7651916cd43dd8448eb211c80319c';
    await shop.api.http.get(`/orders/${id}`).set('traceparent', `00-${trace}-b7ad6b7169203331-01`);
    const lines = shop.api.log.filter(({ msg }) => msg === 'request');
    const request = expect.any(String);
    expect(lines).toContainEqual(expect.objectContaining({ request, route: '/checkout', session: id, number }));
    const ids = { event: 'evt_logged', object: id, session: id, workflow: id };
    const line = { request, route: '/webhooks/stripe', type: 'checkout.session.completed', ...ids };
    expect(lines).toContainEqual(expect.objectContaining(line));
    expect(lines).toContainEqual(
      expect.objectContaining({ request, route: '/orders/{sessionId}', session: id, trace }),
    );
  });

  test('signed and sent by Stripe is accepted', async () => {
    const endpoint = await shop.world.stripe.webhookEndpoints.create({
      url: `${shop.api.url}/webhooks/stripe`,
      enabled_events: [...SUBSCRIBED_TYPES],
    });
    shop.api.deps.env.STRIPE_WEBHOOK_SECRET.push(endpoint.secret as string);
    const id = await opened();
    await shop.world.pay(id);
    expect(await shop.world.end(id)).toBe('COMPLETED');
    await shop.world.stripe.webhookEndpoints.del(endpoint.id);
  });

  test('needs no worker, no database and no Stripe', async () => {
    const id = await shop.world.session([{ sku: 'ebook' }]);
    await shop.world.pay(id);
    await shop.world.stopWorkers();
    const nothing = new Proxy(
      {},
      {
        get: () => {
          throw new Error('nobody but Temporal is there');
        },
      },
    );
    const api = await shop.another({}, { db: nothing as never, stripe: nothing as never });
    expect((await deliver(completed(id), { api })).status).toBe(200);
    // So the check by which its deliveries are routed does not ask the others either.
    const ready = await api.http.get('/readyz/webhooks');
    expect([ready.status, ready.body]).toEqual([200, { checks: { temporal: 'ok' } }]);
    expect((await api.http.get('/readyz')).status).toBe(503);
    await api.close();
    await shop.world.startWorkers();
    expect(await shop.world.end(id)).toBe('COMPLETED');
  });

  test.each(['checkout.session.async_payment_succeeded', 'checkout.session.async_payment_failed'])(
    '%s wakes the order',
    async (type) => {
      const id = await opened('mug');
      await shop.world.pay(id, { method: 'bank_debit' });
      await deliver(completed(id));
      await until(async () => (await shop.world.order(id)).paymentStatus === 'PROCESSING');
      const succeeds = type.endsWith('succeeded');
      await shop.world.at(`/sessions/${id}/${succeeds ? 'settle' : 'fail-delayed'}`);
      expect((await deliver(event(type, { id, object: 'checkout.session', mode: 'payment' }))).status).toBe(200);
      await until(async () => (await shop.world.order(id)).status === (succeeds ? 'PREPARING' : 'EXPIRED'));
    },
  );

  test('of a thousand declines are read together, and are one line of the timeline', async () => {
    const id = await opened('mug');
    const declined = async () => {
      await shop.world.at(`/sessions/${id}/decline`);
      const { payment_intent } = await shop.world.stripe.checkout.sessions.retrieve(id);
      return payment_intent as string;
    };
    const intent = await declined();
    const failed = event('payment_intent.payment_failed', { id: intent, object: 'payment_intent' });
    const reads = () => shop.askedOfStripe('GET', new RegExp(`^/v1/payment_intents/${intent}$`));
    for (const round of [1, 2]) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(failed)));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      const { startTime, executionTime } = await shop.world.client.workflow.getHandle(intent).describe();
      expect((executionTime?.getTime() ?? 0) - startTime.getTime()).toBe(10_000); // it waits for more of them
      expect(await shop.world.end(intent)).toBe('order');
      expect(await reads()).toHaveLength(round);
      await declined();
    }
    const lines = await shop.world.db.timelineEntry.findMany({ where: { sessionId: id, type: 'declined' } });
    expect(lines).toHaveLength(1);
  });

  test('of an expired session signals the waiting order, and starts none', async () => {
    const id = await opened('mug');
    await shop.world.at(`/sessions/${id}/expire`);
    expect(
      (await deliver(event('checkout.session.expired', { id, object: 'checkout.session', mode: 'payment' }))).status,
    ).toBe(200);
    expect(await shop.world.end(id)).toBe('EXPIRED');
    const stranger = event('checkout.session.expired', {
      id: 'cs_test_stranger',
      object: 'checkout.session',
      mode: 'payment',
    });
    expect((await deliver(stranger)).status).toBe(200);
    await expect(shop.world.handle('cs_test_stranger' as SessionId).describe()).rejects.toThrow(/not found/i);
  });

  test.each(['refund.created', 'refund.updated', 'refund.failed'])(
    '%s makes sure the refund is followed',
    async (type) => {
      const id = `re_${type.replace('.', '_')}`;
      expect((await deliver(event(type, { id, object: 'refund' }))).status).toBe(200);
      const { type: workflow } = await shop.world.client.workflow.getHandle(id).describe();
      expect(workflow).toBe('refund');
      await shop.world.client.workflow.getHandle(id).terminate('seen');
    },
  );

  test('in its thin form has the same effect', async () => {
    const id = await opened();
    await shop.world.pay(id);
    expect((await deliver(thinly(id))).status).toBe(200);
    expect(await shop.world.end(id)).toBe('COMPLETED');
  });

  test.each<[string, (id: string) => unknown]>([
    ['a snapshot', (id) => completed(id, { context: SANDBOX_ACCOUNT })],
    ['a thin event', (id) => thinly(id, { context: SANDBOX_ACCOUNT })],
    ['an event that names our account', (id) => completed(id, { account: SANDBOX_ACCOUNT })],
  ])('that our organisation sends about our own account, as %s, is acted on', async (_what, make) => {
    const id = await opened();
    await shop.world.pay(id);
    expect((await deliver(make(id))).status).toBe(200);
    expect(await shop.world.end(id)).toBe('COMPLETED');
  });

  test('is ours until Stripe has said which account is, and by no call for it', async () => {
    const { account } = shop.api.deps;
    expect(isOfOwnAccount(readEvent(json(completed('cs_1', { context: 'acct_sibling' }))), null)).toBe(true);
    expect(isOfOwnAccount(readEvent(json(completed('cs_1', { account: 'acct_other' }))), null)).toBe(false);
    const learnt = learnAccount(shop.world.stripe, shop.api.deps.log, new AbortController().signal);
    await until(async () => learnt.id !== null);
    expect(learnt.id).toBe(account.id);
  });

  test.each<[string, (id: string) => unknown]>([
    ['of a type that is not routed', (id) => event('customer.created', { id, object: 'customer' })],
    ['of live mode, with a test key', (id) => completed(id, { livemode: true })],
    ['of another account', (id) => completed(id, { account: 'acct_other' })],
    ['of a sibling in our organisation', (id) => completed(id, { context: 'acct_sibling' })],
    ['of a sibling’s connected account', (id) => completed(id, { context: `${SANDBOX_ACCOUNT}/acct_other` })],
    ['of a sibling, in its thin form', (id) => thinly(id, { context: 'acct_sibling' })],
    [
      'of a subscription’s session',
      (id) => event('checkout.session.completed', { id, object: 'checkout.session', mode: 'subscription' }),
    ],
    ['of an id that is none', () => completed('../../etc/passwd')],
  ])('%s is accepted and starts nothing', async (_what, make) => {
    const id = 'cs_test_leads_nowhere';
    expect((await deliver(make(id))).body).toEqual({ received: true });
    await expect(shop.world.handle(id as SessionId).describe()).rejects.toThrow(/not found/i);
  });
});

describe('a signature', () => {
  const body = JSON.stringify(completed('cs_test_never_signed'));
  const nothingStarted = () =>
    expect(shop.world.handle('cs_test_never_signed' as SessionId).describe()).rejects.toThrow(/not found/i);

  test.each<[string, () => string | null]>([
    ['that is missing', () => null],
    ['that is empty', () => ''],
    ['that is nonsense', () => 'nonsense'],
    ['without a time', () => sign(body).replace(/^t=\d+,/, '')],
    ['with two times', () => `t=${now()},${sign(body)}`],
    ['by another secret', () => sign(body, { secret: 'whsec_other' })],
    ['of another body', () => sign(`${body} `)],
    ['under another scheme', () => sign(body).replace('v1=', 'v0=')],
    ['older than 300 s', () => sign(body, { at: now() - 302 })],
    ['dated more than 300 s ahead', () => sign(body, { at: now() + 302 })],
  ])('%s is refused, and nothing is started', async (_what, signature) => {
    const answer = await deliver(body, { signature: signature() });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_signature']);
    await nothingStarted();
  });

  const harmless = JSON.stringify(event('customer.created', { id: 'cus_1' }));
  const old = () => sign(harmless, { secret: 'whsec_old' });
  test.each<[string, () => string]>([
    ['by either secret while one is rolled', () => sign(harmless, { secret: ROLLED })],
    ['among several', () => `${old()},${/v1=.*/.exec(sign(harmless, { at: timeOf(old()) }))?.[0]}`],
    ['nearly 300 s old', () => sign(harmless, { at: now() - 290 })],
    ['nearly 300 s ahead', () => sign(harmless, { at: now() + 290 })],
  ])('%s is accepted', async (_what, signature) => {
    expect((await deliver(harmless, { signature: signature() })).status).toBe(200);
  });

  test('is dated by the clock of the process, as everything else here is', async () => {
    const inAWeek = now() + 7 * 86_400;
    const api = await shop.another({}, { clock: { now: () => inAWeek * 1000 } });
    expect((await deliver(harmless, { api, signature: sign(harmless, { at: inAWeek }) })).status).toBe(200);
    expect((await deliver(harmless, { api, signature: sign(harmless) })).status).toBe(400);
  });
});

const timeOf = (signature: string) => Number(/t=(\d+)/.exec(signature)?.[1]);

describe('a signed body', () => {
  test.each([
    'not JSON',
    '',
    '[]',
    'null',
    '{}',
    '{"object":"event"}',
    '{"object":"event","id":"evt_1","type":7,"livemode":false,"data":{"object":{}}}',
    '{"object":"customer","id":"cus_1"}',
  ])('that is not an event is refused: %j', async (body) => {
    const answer = await deliver(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_payload']);
  });

  test('is signed as the bytes that it is, which need not be text: others do not pass for them', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    const read = await deliver(bytes);
    expect([read.status, read.body.code]).toEqual([400, 'invalid_payload']);
    const others = await deliver(Buffer.from([0x7b, 0xfe, 0x7d]), { signature: sign('{\ufffd}') });
    expect([others.status, others.body.code]).toEqual([400, 'invalid_signature']);
  });

  test('over a megabyte is refused', async () => {
    const answer = await deliver('x'.repeat(1024 * 1024 + 1));
    expect([answer.status, answer.body.code]).toEqual([413, 'payload_too_large']);
  });

  test('of a megabyte is read', async () => {
    const padded = completed('cs_test_padded', { livemode: true, padding: '' });
    const room = 1024 * 1024 - JSON.stringify(padded).length;
    expect((await deliver({ ...padded, padding: 'x'.repeat(room) })).status).toBe(200);
  });
});

describe('Temporal is down', () => {
  test('503 within 5 s, so that Stripe sends it again; the redelivery works', async () => {
    const api = await shop.another({}, { temporal: connectTemporal({ TEMPORAL_ADDRESS: '127.0.0.1:1' }) });
    const id = await opened();
    await shop.world.pay(id);
    for (const type of ['checkout.session.completed', 'checkout.session.expired']) {
      const began = performance.now();
      const answer = await deliver(event(type, { id, object: 'checkout.session', mode: 'payment' }), { api });
      expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
      expect(performance.now() - began).toBeLessThan(5_000);
    }
    expect(
      await api.metric('holdfast_webhooks_total', { type: 'checkout.session.completed', answer: 'unavailable' }),
    ).toBe(1);
    await api.close();
    expect((await deliver(completed(id))).status).toBe(200);
    expect(await shop.world.end(id)).toBe('COMPLETED');
  });
});

describe('an event of Resend', () => {
  const about = (type: string, data: object = {}) => ({
    ...{ type, created_at: new Date().toISOString() },
    data: { email_id: 'mail_unknown', to: ['nobody@example.com'], ...data },
  });
  function report(
    event: unknown,
    { api = shop.api, secret = MAIL_SECRETS[0], at = now(), headers = {} }: ReportOptions = {},
  ) {
    const body = typeof event === 'string' ? event : JSON.stringify(event);
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const signature = createHmac('sha256', key).update(`msg_1.${at}.${body}`).digest('base64');
    const signed = { 'svix-id': 'msg_1', 'svix-timestamp': String(at), 'svix-signature': `v1,${signature}` };
    return api.http
      .post('/webhooks/resend')
      .set({ 'content-type': 'application/json', ...signed, ...headers })
      .send(body);
  }
  interface ReportOptions {
    api?: Api;
    secret?: string;
    at?: number;
    headers?: Record<string, string>;
  }

  test('stands on the order that it is about, whose run then shows that its customer is not reached', async () => {
    const id = await opened('mug');
    await shop.world.pay(id);
    await deliver(completed(id));
    await until(async () => (await shop.world.order(id)).status === 'PREPARING');
    await until(async () => (await shop.world.mails(id)).includes('order_confirmation'));
    const mail = await shop.world.db.mail.findUniqueOrThrow({ where: { key: `order_confirmation/${id}` } });
    const bounced = about('email.bounced', {
      ...{ email_id: mail.providerId, to: [mail.recipient] },
      bounce: { message: `550 ${mail.recipient} unknown`, type: 'Permanent', subType: 'General' },
    });
    const answers = await Promise.all(MAIL_SECRETS.flatMap((secret) => [1, 2].map(() => report(bounced, { secret }))));
    expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(4).fill([200, { received: true }]));
    const order = await shop.world.order(id);
    expect(order.attentionReason).toBe(
      'The mail order_confirmation came back: the address does not exist, or takes no mails. Correct the address, then have it sent again',
    );
    const entries = await shop.world.db.timelineEntry.findMany({
      where: { sessionId: id, message: { contains: 'back' } },
    });
    expect(entries).toHaveLength(1);
    expect(JSON.stringify([order.attentionReason, entries.map(({ message }) => message)])).not.toContain('@');
    await until(async () => {
      const state = await shop.world.client.workflow.getHandle(id).query('state');
      return (state as { attention: { step: string } | null }).attention?.step === 'contact';
    });
    expect(JSON.stringify(shop.api.log)).not.toContain(mail.recipient);
  });

  test('about a mail to staff is shown by the order that it is about at once, too', async () => {
    const id = await opened('mug');
    await shop.world.pay(id, { email: 'reached@example.com' });
    await deliver(completed(id));
    await shop.world.mailed(id, 2);
    const mail = await shop.world.db.mail.findUniqueOrThrow({ where: { key: `order_received/${id}` } });
    await report(about('email.bounced', { email_id: mail.providerId, to: [mail.recipient] })).expect(200);
    await until(async () => {
      const { mails } = await shop.world.handle(id).query<OrderReport>('order');
      return mails.find(({ template }) => template === 'order_received')?.state === 'returned';
    });
    expect(await shop.world.order(id)).toMatchObject({ attentionStep: null });
  });

  test.each<[string, unknown, ReportOptions, [number, string]]>([
    ['of a mail that is not ours', about('email.bounced'), {}, [200, '']],
    ['of another kind', about('email.opened'), {}, [200, '']],
    ['about something else', { type: 'contact.created', data: { id: '1' } }, {}, [200, '']],
    ['with fields of other kinds', about('email.bounced', { to: 'x', tags: [], bounce: 'y' }), {}, [200, '']],
    ['with U+0000 in an id', about('email.bounced', { email_id: 'mail\0' }), {}, [200, '']],
    ['without a mail', { type: 'email.bounced', data: {} }, {}, [400, 'invalid_payload']],
    ['that is no JSON', 'nonsense', {}, [400, 'invalid_payload']],
    ['that is none', '[]', {}, [400, 'invalid_payload']],
    ['that is old', about('email.bounced'), { at: 1 }, [400, 'invalid_signature']],
    ['of another account', about('email.bounced'), { secret: `whsec_${'A'.repeat(32)}` }, [400, 'invalid_signature']],
    ['without a signature', about('email.bounced'), { headers: { 'svix-signature': '' } }, [400, 'invalid_signature']],
    ['that is large', about('email.bounced', { more: 'x'.repeat(300_000) }), {}, [413, 'payload_too_large']],
  ])('%s is answered', async (_what, event, options, [status, code]) => {
    const answer = await report(event, options);
    expect([answer.status, answer.body.code ?? '']).toEqual([status, code]);
  });

  test('is not acknowledged while the database is away, and not taken at all without a secret', async () => {
    const db = connectDatabase('postgres://postgres@127.0.0.1:1/nowhere', 1);
    const away = await shop.another({}, { db });
    const answer = await report(about('email.bounced'), { api: away });
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
    await db.$disconnect();
    const closed = await shop.another({ RESEND_WEBHOOK_SECRET: [] });
    const refused = await report(about('email.bounced'), { api: closed });
    expect([refused.status, refused.body.code]).toEqual([404, 'not_found']);
  });
});
