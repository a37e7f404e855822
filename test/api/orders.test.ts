import { createHash, randomUUID } from 'node:crypto';
import { sessionId } from '../../domain/ids';
import { WORKFLOWS } from '../../messages/names';
import { connectTemporal } from '../../platform/temporal';
import { connectDatabase } from '../../store/database';
import { Shop, until } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({ HOLD_TTL_SECONDS: '3600' });
  await shop.world.product('mug', { amount: 1250, stock: 1000 });
  await shop.world.product('ebook', { amount: 900 });
});
afterAll(() => shop?.close());

async function opened(sku = 'mug', quantity = 1) {
  const { status, body } = await shop.checkout({
    items: [{ sku, quantity }],
    email: 'ada@example.com',
    userId: 'user-7',
  });
  expect([status, body]).toEqual([201, body]);
  const id = sessionId(body.sessionId);
  shop.world.know(id);
  return id;
}
const get = (id: string) => shop.http.get(`/orders/${id}`);
const looks = (id: string) => shop.askedOfStripe('GET', new RegExp(`^/v1/checkout/sessions/${id}$`));
/** Lets the pause between two questions to Stripe pass, without waiting for it. */
/** Lets the time pass after which a session may be looked at again. */
const lookAgain = () => shop.world.sleep(2_001);
const signals = async (id: string, name?: string) => {
  const { events } = await shop.world.history(id);
  const sent = (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => signal ?? []);
  return sent.filter(({ signalName }) => name === undefined || signalName === name).length;
};

describe('the order document', () => {
  test('of a new order', async () => {
    const { body: checkout } = await shop.checkout({
      items: [
        { sku: 'mug', quantity: 2 },
        { sku: 'ebook', quantity: 1 },
      ],
    });
    const { status, body } = await get(checkout.sessionId);
    expect(status).toBe(200);
    expect(body).toEqual({
      number: expect.stringMatching(/^\d+$/),
      sessionId: checkout.sessionId,
      status: 'PENDING',
      paymentStatus: 'UNPAID',
      createdAt: expect.stringMatching(/Z$/),
      amounts: {
        subtotal: { amount: 3400, currency: 'eur' },
        discount: { amount: 0, currency: 'eur' },
        shipping: { amount: 0, currency: 'eur' },
        tax: { amount: 0, currency: 'eur' },
        taxIncluded: { amount: 0, currency: 'eur' },
        total: { amount: 3400, currency: 'eur' },
      },
      items: [
        {
          sku: 'mug',
          name: 'The mug',
          quantity: 2,
          unitAmount: { amount: 1250, currency: 'eur' },
          total: { amount: 2500, currency: 'eur' },
        },
        {
          sku: 'ebook',
          name: 'The ebook',
          quantity: 1,
          unitAmount: { amount: 900, currency: 'eur' },
          total: { amount: 900, currency: 'eur' },
        },
      ],
      total: { amount: 3400, currency: 'eur' },
      refunded: { amount: 0, currency: 'eur' },
      refundAwaitsBankDetails: null,
      expiresAt: checkout.expiresAt,
      shipments: [],
      downloads: [],
      recoveryUrl: null,
      soldOut: false,
      voucher: null,
      updatedAt: expect.stringMatching(/Z$/),
    });
  });

  test('of a paid one lists its downloads and no personal data', async () => {
    const id = await opened('ebook');
    await shop.world.pay(id);
    await shop.world.webhook(id);
    expect(await shop.world.end(id)).toBe('COMPLETED');
    const { body } = await get(id);
    expect(body).toMatchObject({ status: 'COMPLETED', paymentStatus: 'PAID' });
    expect(body.downloads).toEqual([
      { sku: 'ebook', url: expect.stringMatching(/\/downloads\/.+/), expiresAt: expect.any(String), remaining: 5 },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/ada@|lovelace|user-7|example\.com/i);
  });

  test('of one that waits for its voucher says how to pay it, until it is paid', async () => {
    await shop.world.product('camiseta', { currency: 'brl', stock: 5 });
    const id = await opened('camiseta');
    await shop.world.pay(id, { method: 'voucher' });
    await shop.world.webhook(id);
    await until(async () => (await shop.world.order(id)).paymentStatus === 'PROCESSING');
    const { body } = await get(id);
    expect(body.voucher).toEqual({
      url: expect.stringMatching(/^http.*\/vouchers\//),
      reference: expect.stringMatching(/^\d{47}$/),
      stores: [],
      expiresAt: expect.stringMatching(/Z$/),
    });
    await shop.world.at(`/sessions/${id}/settle`);
    await shop.world.webhook(id);
    await until(async () => (await shop.world.order(id)).paymentStatus === 'PAID');
    expect((await get(id)).body.voucher).toBeNull();
  });

  test('of a revoked grant leaves the download out', async () => {
    const id = await opened('ebook');
    await shop.world.pay(id);
    await shop.world.webhook(id);
    await shop.world.end(id);
    await shop.world.db.downloadGrant.updateMany({ where: { sessionId: id }, data: { revokedAt: new Date() } });
    expect((await get(id)).body.downloads).toEqual([]);
  });

  test('of one whose refund waits for bank details says how much waits', async () => {
    const id = await opened('ebook');
    const at = new Date(shop.api.deps.clock.now());
    const refund = { sessionId: id, origin: 'STRIPE' as const, currency: 'eur', reason: 'other', actor: 'stripe' };
    for (const [stripeId, status, amount] of [
      ['re_1', 'requires_action', 500],
      ['re_2', 'succeeded', 100],
    ] as const)
      await shop.world.db.refund.create({
        data: { ...refund, key: `${id}/${stripeId}`, stripeId, status, amount, createdAt: at, updatedAt: at },
      });
    expect((await get(id)).body.refundAwaitsBankDetails).toEqual({ amount: 500, currency: 'eur' });
  });

  test('of an expired one has a recovery link while it can be recovered', async () => {
    const id = await opened();
    await shop.world.sleep(3_600_000);
    expect(await shop.world.end(id)).toBe('EXPIRED');
    expect((await get(id)).body).toMatchObject({
      status: 'EXPIRED',
      recoveryUrl: expect.stringMatching(/\/recover\/cs_/),
    });
    await shop.world.db.order.update({
      where: { sessionId: id },
      data: { recoverableUntil: new Date(shop.api.deps.clock.now()) },
    });
    expect((await get(id)).body.recoveryUrl).toBeNull();
  });

  test.each(['cs_test_nobody', 'nonsense', 'cs_', `cs_test_${'x'.repeat(300)}`, 'in_123'])(
    'of the unknown session %s is 404',
    async (id) => {
      const answer = await get(id);
      expect([answer.status, answer.body.code]).toEqual([404, 'unknown_order']);
    },
  );
});

describe('the page of an order', () => {
  const view = (id: string) => shop.http.get(`/orders/${id}/view`);
  const isPage = ({ headers }: { headers: Record<string, string> }) => {
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none';style-src 'sha256-[^']+';form-action 'self';base-uri 'none';frame-ancestors 'none'$/,
    );
    expect(headers).toMatchObject({ 'x-robots-tag': 'noindex', 'cache-control': 'no-store' });
    expect(headers['referrer-policy']).toBe('no-referrer');
  };

  test('takes up what is paid before any webhook, loads itself again until then, and says nothing of who bought', async () => {
    const id = await opened('ebook');
    const waiting = await view(id);
    expect(waiting.status).toBe(200);
    isPage(waiting);
    expect(waiting.text).toContain('Confirming your payment');
    expect(waiting.text).toContain('<meta http-equiv="refresh" content="5"/>');
    await shop.world.pay(id);
    await lookAgain();
    await until(async () => (await view(id)).text.includes('Your downloads are ready'));
    expect(await shop.world.end(id)).toBe('COMPLETED');
    const { text } = await view(id);
    expect(text).toMatch(/<a class="button" href="[^"]+\/downloads\/[^"]+" download="">Download/);
    expect(text).toContain('5 downloads left');
    expect(text).not.toMatch(/http-equiv="refresh"|<script|<img|ada@|lovelace|user-7/i);
    const [, style = ''] = /<style>(.*?)<\/style>/.exec(text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect((await view(id)).headers['content-security-policy']).toContain(`'sha256-${hash}'`);
  });

  test('shows what staff and the catalogue say as text, and money and dates in the shopper’s language', async () => {
    const id = await opened();
    const at = new Date(Date.UTC(2026, 10, 23, 12));
    const { db } = shop.world;
    const name = `<script>alert('1')</script> & "mug"`;
    await db.orderItem.updateMany({ where: { sessionId: id }, data: { name } });
    await db.order.update({ where: { sessionId: id }, data: { locale: 'de' } });
    const parcel = { sessionId: id, items: [], shippedAt: at };
    await db.shipment.createMany({
      data: [
        { ...parcel, id: randomUUID(), carrier: 'DHL', trackingNumber: 'T1', trackingUrl: 'javascript:alert(1)' },
        { ...parcel, id: randomUUID(), carrier: '<b>UPS', trackingNumber: 'T2', trackingUrl: 'https://ups.example/T2' },
      ],
    });
    const { text } = await view(id);
    expect(text).not.toMatch(/<script|javascript:|<b>/);
    expect(text).toContain('&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt; &amp; &quot;mug&quot;');
    expect(text).toContain('<a href="https://ups.example/T2">T2</a>');
    expect(text).toContain('<time dateTime="2026-11-23T12:00:00.000Z" lang="de">23. November 2026</time>');
    expect(text).toContain('12,50\u00a0€');
  });

  test('says how to pay a voucher, and that what is sold out goes back', async () => {
    await shop.world.product('caneca', { currency: 'brl', stock: 5 });
    const id = await opened('caneca');
    await shop.world.pay(id, { method: 'voucher' });
    await shop.world.webhook(id);
    await until(async () => (await shop.world.order(id)).paymentStatus === 'PROCESSING');
    const { voucher } = (await get(id)).body;
    const { text } = await view(id);
    expect(text).toContain('Your order waits for your payment');
    expect(text).toContain(`<dd>${voucher.reference}</dd>`);
    expect(text).toContain(`href="${voucher.url}"`);
    expect(text).toContain(`<time dateTime="${voucher.expiresAt}"`);

    await shop.world.db.order.update({
      where: { sessionId: id },
      data: { status: 'CANCELLED', stock: 'SOLD_OUT', paymentStatus: 'FAILED' },
    });
    expect((await view(id)).text).toContain('Someone else was faster');
    expect((await get(id)).body).toMatchObject({ status: 'CANCELLED', soldOut: true });
  });

  test('of an unknown order, and while the database is away, is a page too', async () => {
    const unknown = await view('cs_test_nobody');
    expect([unknown.status, unknown.text.includes('Order not found')]).toEqual([404, true]);
    isPage(unknown);
    const away = await shop.another({}, { db: connectDatabase('postgresql://127.0.0.1:1/away', 1) });
    const answer = await away.http.get('/orders/cs_test_1/view');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2']);
    isPage(answer);
    expect(answer.text).toContain('<meta http-equiv="refresh" content="2"/>');
    await away.close();
  });
});

describe('a pending order that a page polls', () => {
  test('asks Stripe no more once the pages of all shoppers have asked ten times a second', async () => {
    const id = await opened();
    const spent = { hits: 600, resetAt: new Date(shop.world.now() + 30_000) };
    const key = 'looks-of-all/all';
    await shop.world.db.rateLimit.upsert({ where: { key }, create: { key, ...spent }, update: spent });
    const before = (await looks(id)).length;
    expect((await get(id)).status).toBe(200);
    expect((await looks(id)).length).toBe(before);
    await shop.world.db.rateLimit.delete({ where: { key } });
    await lookAgain();
    await get(id);
    expect((await looks(id)).length).toBe(before + 1);
  });

  test('makes the API ask Stripe at most once in 2 s, and adds nothing to its history', async () => {
    const id = await opened();
    const before = (await looks(id)).length;
    const other = await shop.another();
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 ? get(id) : other.http.get(`/orders/${id}`))),
    );
    await other.close();
    expect((await looks(id)).length).toBe(before + 1);
    await lookAgain();
    await get(id);
    expect((await looks(id)).length).toBe(before + 2);
    expect(await signals(id)).toBe(0);
  });

  test('that was paid while every webhook was lost goes on', async () => {
    const id = await opened('ebook');
    await shop.world.pay(id);
    const answer = await get(id);
    expect(answer.status).toBe(200);
    expect(await shop.world.end(id)).toBe('COMPLETED');
    expect(await signals(id)).toBe(1);
  });

  test('whose session expired at Stripe goes on', async () => {
    const id = await opened();
    await shop.world.at(`/sessions/${id}/expire`);
    await get(id);
    expect(await shop.world.end(id)).toBe('EXPIRED');
  });

  test('whose payment is processing is signalled once', async () => {
    const id = await opened();
    await shop.world.pay(id, { method: 'bank_debit' });
    await get(id);
    await until(async () => (await shop.world.order(id)).paymentStatus === 'PROCESSING');
    for (let n = 0; n < 3; n++) {
      await lookAgain();
      expect((await get(id)).body.paymentStatus).toBe('PROCESSING');
    }
    expect(await signals(id)).toBe(1);
    await shop.world.at(`/sessions/${id}/settle`);
    await lookAgain();
    await get(id);
    await until(async () => (await shop.world.order(id)).status === 'PREPARING');
  });

  test('whose session expired while a payment is being confirmed is signalled once a minute', async () => {
    const id = await opened();
    await shop.world.at(`/sessions/${id}/three-d-secure/start`);
    await shop.world.at(`/sessions/${id}/expire`);
    for (let n = 0; n < 3; n++) {
      await lookAgain();
      expect((await get(id)).body).toMatchObject({ status: 'PENDING', paymentStatus: 'UNPAID' });
    }
    expect(await signals(id)).toBe(1);
    await shop.world.at(`/sessions/${id}/three-d-secure/fail`);
    expect(await shop.world.end(id)).toBe('EXPIRED');
  });

  test('whose run was terminated before it was paid is completed', async () => {
    const id = await opened('ebook');
    await shop.world.handle(id).terminate('by hand');
    await shop.world.pay(id);
    await get(id);
    expect(await shop.world.end(id)).toBe('COMPLETED');
  });

  test('is shown while Stripe fails', async () => {
    const id = await opened();
    await shop.world.at('/faults', { kind: 'error_before', match: { method: 'GET' }, times: 1 });
    expect((await get(id)).status).toBe(200);
    expect(shop.api.log.some(({ msg, session }) => session === id && /could not ask Stripe/.test(msg))).toBe(true);
  });
});

describe('a session that is not known here', () => {
  const elsewhere = (sku = 'ebook', metadata?: Record<string, string>) =>
    shop.world.at<{ id: string }>('/sessions', {
      mode: 'payment',
      success_url: 'http://shop.test/success',
      line_items: [
        {
          price_data: { currency: 'eur', product_data: { name: sku }, unit_amount: 900 },
          quantity: 1,
          metadata: metadata ?? { sku },
        },
      ],
    });

  test('becomes an order when it is complete: 200 at once', async () => {
    const { id } = await elsewhere();
    await shop.world.pay(sessionId(id));
    const answer = await get(id);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ sessionId: id, items: [{ sku: 'ebook', quantity: 1 }] });
    shop.world.know(sessionId(id));
    expect(await shop.world.end(sessionId(id))).toBe('COMPLETED');
  });

  test('whose API process died before writing down its id becomes that order', async () => {
    const id = await shop.world.session([{ sku: 'ebook' }]);
    const { number } = await shop.world.db.checkout.update({ where: { sessionId: id }, data: { sessionId: null } });
    await shop.world.pay(id);
    expect((await get(id)).body).toMatchObject({ number });
    await shop.world.end(id);
  });

  test('is 404 while it is open, and when it expired; nothing is held', async () => {
    const { held } = await shop.world.stock('mug');
    const { id } = await elsewhere('mug');
    expect((await get(id)).status).toBe(404);
    await shop.world.at(`/sessions/${id}/expire`);
    expect((await get(id)).status).toBe(404);
    expect((await shop.world.stock('mug')).held).toBe(held);
    await expect(shop.world.handle(sessionId(id)).describe()).rejects.toThrow(/not found/i);
  });

  test('is 404 when it is not ours, and Stripe is not asked again', async () => {
    const { id } = await elsewhere('nothing of ours', {});
    await shop.world.pay(sessionId(id));
    const answer = await get(id);
    expect([answer.status, answer.body.code]).toEqual([404, 'unknown_order']);
    const asked = (await looks(id)).length;
    expect((await get(id)).status).toBe(404);
    expect((await looks(id)).length).toBe(asked);
  });

  test('is 503 while no worker runs, and 200 once one does', async () => {
    const { id } = await elsewhere();
    await shop.world.pay(sessionId(id));
    await shop.world.stopWorkers();
    const answer = await get(id);
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
    await shop.world.startWorkers();
    shop.world.know(sessionId(id));
    await shop.world.end(sessionId(id));
    expect((await get(id)).status).toBe(200);
  });

  test('can be guessed at only so often', async () => {
    const api = await shop.another({ TRUST_PROXY: 1 });
    let guesses = 0; // an id that was asked for a moment ago is remembered, and not counted again
    const guess = () => api.http.get(`/orders/cs_test_guess${++guesses}`).set('x-forwarded-for', '203.0.113.99');
    const first = await guess();
    expect(first.status).toBe(404);
    await shop.world.db.rateLimit.updateMany({ where: { key: { startsWith: 'guesses/' } }, data: { hits: 60 } });
    const answer = await guess();
    expect([answer.status, answer.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    const other = await api.http.get('/orders/cs_test_guess').set('x-forwarded-for', '203.0.113.98');
    expect(other.status).toBe(404);
    await api.close();
  });

  test('is asked for at Stripe once a minute, and all clients together only so often', async () => {
    const asked = () => shop.askedOfStripe('GET', /^\/v1\/checkout\/sessions\/cs_test_nowhere/);
    await shop.world.db.rateLimit.deleteMany({ where: { key: { startsWith: 'guesses/' } } });
    for (let n = 0; n < 3; n++) expect((await get('cs_test_nowhere')).status).toBe(404);
    expect(await asked()).toHaveLength(1);

    await shop.world.db.rateLimit.updateMany({ where: { key: 'guesses-of-all/all' }, data: { hits: 300 } });
    const answer = await get('cs_test_nowhere_else');
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await get('cs_test_nowhere')).status).toBe(404);
    expect(await asked()).toHaveLength(1);
    await shop.world.db.rateLimit.deleteMany({ where: { key: 'guesses-of-all/all' } });
  });
});

describe('abandon', () => {
  const abandon = (id: string) => shop.http.post(`/orders/${id}/abandon`);

  test('expires the session, then releases the stock', async () => {
    const { held } = await shop.world.stock('mug');
    const id = await opened('mug', 2);
    const answer = await abandon(id);
    expect([answer.status, answer.body]).toEqual([202, { status: 'PENDING' }]);
    expect(await shop.world.end(id)).toBe('CANCELLED');
    expect((await shop.world.stock('mug')).held).toBe(held);
    expect((await shop.world.stripe.checkout.sessions.retrieve(id)).status).toBe('expired');
    expect((await abandon(id)).body).toEqual({ status: 'CANCELLED' });
  });

  test('of an order that was paid meanwhile lets it go on', async () => {
    const id = await opened('ebook');
    await shop.world.pay(id);
    expect((await abandon(id)).status).toBe(202);
    expect(await shop.world.end(id)).toBe('COMPLETED');
  });

  test('of a paid order is refused', async () => {
    const id = await opened('mug');
    await shop.world.pay(id);
    await shop.world.webhook(id);
    await until(async () => (await shop.world.order(id)).status === 'PREPARING');
    const answer = await abandon(id);
    expect([answer.status, answer.body.code]).toEqual([409, 'invalid_transition']);
    expect(answer.body.detail).toContain('PREPARING');
  });

  test('of an order whose payment is processing is refused', async () => {
    const id = await opened('mug');
    await shop.world.pay(id, { method: 'bank_debit' });
    await shop.world.webhook(id);
    await until(async () => (await shop.world.order(id)).paymentStatus === 'PROCESSING');
    expect((await abandon(id)).status).toBe(409);
  });

  test('of an order whose run was terminated releases its stock all the same', async () => {
    const { held } = await shop.world.stock('mug');
    const id = await opened('mug');
    await shop.world.handle(id).terminate('by hand');
    expect((await abandon(id)).status).toBe(202);
    expect(await shop.world.end(id)).toBe('CANCELLED');
    expect((await shop.world.stock('mug')).held).toBe(held);
  });

  test('of a checkout that no worker has opened yet is kept for the worker', async () => {
    const id = await shop.world.session([{ sku: 'mug' }]);
    await shop.world.stopWorkers();
    await shop.world.client.workflow.start(WORKFLOWS.order, {
      workflowId: id,
      taskQueue: 'orders',
      args: [{ sessionId: id }],
    });
    expect((await abandon(id)).body).toEqual({ status: 'PENDING' });
    await shop.world.startWorkers();
    expect(await shop.world.end(id)).toBe('CANCELLED');
  });

  test('again and again signals once in a while, and one client does it only so often', async () => {
    const id = await opened('mug');
    await shop.world.at(`/sessions/${id}/three-d-secure/start`);
    const answers = await Promise.all(Array.from({ length: 8 }, () => abandon(id)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
    expect(await signals(id, 'abandon')).toBe(1);
    await shop.world.at(`/sessions/${id}/three-d-secure/fail`);
    expect(['CANCELLED', 'EXPIRED']).toContain(await shop.world.end(id));

    const api = await shop.another({ TRUST_PROXY: 1 });
    const from = (client: string) => api.http.post('/orders/nonsense/abandon').set('x-forwarded-for', client);
    for (let n = 0; n < 60; n++) expect((await from('203.0.113.97')).status).toBe(404);
    const answer = await from('203.0.113.97');
    expect([answer.status, answer.body.code]).toEqual([429, 'rate_limited']);
    expect((await from('203.0.113.96')).status).toBe(404);
    await api.close();
  });

  test('is written down before it is acknowledged, also when the process before died while it signalled', async () => {
    const [known, unopened] = [await opened('mug'), await shop.world.session([{ sku: 'mug' }])];
    const resetAt = new Date(shop.world.now() + 10_000);
    for (const id of [known, unopened])
      await shop.world.db.rateLimit.create({ data: { key: `abandon/${id}`, hits: 1, resetAt } });
    for (const id of [known, unopened]) expect((await abandon(id)).status).toBe(202);
    expect((await shop.world.order(known)).timeline).toContainEqual(expect.objectContaining({ type: 'left' }));
    expect(await shop.world.end(unopened)).toBe('CANCELLED');
  });

  test('that did not reach Temporal is tried again by the next request', async () => {
    const id = await opened('mug');
    const away = connectTemporal({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
    const api = await shop.another({}, { temporal: away });
    expect((await api.http.post(`/orders/${id}/abandon`)).status).toBe(503);
    await api.close();
    expect((await abandon(id)).status).toBe(202);
    expect(await shop.world.end(id)).toBe('CANCELLED');
  });

  test.each(['cs_test_nobody', 'nonsense'])('of the unknown session %s is 404', async (id) => {
    const answer = await abandon(id);
    expect([answer.status, answer.body.code]).toEqual([404, 'unknown_order']);
  });
});
