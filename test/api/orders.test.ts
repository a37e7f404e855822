import { createHash, randomUUID } from 'node:crypto';
import { sessionId } from '../../domain/ids';
import { WORKFLOWS } from '../../messages/names';
import { orderPageUrl, signToken } from '../../platform/links';
import { connectTemporal } from '../../platform/temporal';
import { saveInvoice } from '../../store/customers/invoice';
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
      bought: [
        expect.objectContaining({ sku: 'mug', quantity: 2, contents: null }),
        expect.objectContaining({ sku: 'ebook', quantity: 1, contents: null }),
      ],
      total: { amount: 3400, currency: 'eur' },
      refunded: { amount: 0, currency: 'eur' },
      refundAwaitsBankDetails: null,
      refundedElsewhere: null,
      expiresAt: checkout.expiresAt,
      shipments: [],
      downloads: [],
      licenceKeys: [],
      recoveryUrl: null,
      soldOut: false,
      halted: null,
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
      ['re_3', 'settled_elsewhere', 300],
    ] as const)
      await shop.world.db.refund.create({
        data: { ...refund, key: `${id}/${stripeId}`, stripeId, status, amount, createdAt: at, updatedAt: at },
      });
    expect((await get(id)).body).toMatchObject({
      refundAwaitsBankDetails: { amount: 500, currency: 'eur' },
      refundedElsewhere: { amount: 300, currency: 'eur' },
    });
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
    expect(text).toContain('Verschickt am <time dateTime="2026-11-23T12:00:00.000Z">23. November 2026</time>');
    expect(text).toContain('12,50\u00a0€');
  });

  test('of a German checkout is in German, and so are its mails and the pages behind the signed link', async () => {
    const items = [{ sku: 'mug', quantity: 1 }];
    const { body } = await shop.checkout({ items, email: 'ada@example.com', locale: 'de-AT' });
    const id = sessionId(body.sessionId);
    shop.world.know(id);
    await shop.world.pay(id);
    await shop.world.webhook(id);
    await shop.world.is(id, 'PREPARING');
    await until(async () => (await shop.world.mails(id)).includes('order_confirmation'));
    const mail = await shop.world.db.mail.findFirstOrThrow({
      where: { sessionId: id, template: 'order_confirmation' },
    });
    expect(mail.subject).toMatch(/^Ihre Bestellung \d+ bei /);
    expect(mail.html).toContain('lang="de"');
    expect(mail.text).toContain('Ihre Zahlung ist eingegangen.');
    const token = signToken(shop.world.env.SIGNING_SECRET, 'order', id);
    const page = async (name: string) => (await shop.http.get(`/orders/${id}/${name}`).query({ token })).text;
    for (const [name, words] of [
      ['view', ['Bezahlt und in Vorbereitung', 'Gesamtbetrag', 'Bestellung stornieren', 'Vertrag widerrufen']],
      ['cancel', ['Bestellung stornieren?', 'Nein, Bestellung behalten']],
      ['withdraw', ['Vertrag widerrufen', 'Widerruf bestätigen', 'Ihr Name']],
    ] as const) {
      const text = await page(name);
      expect(text).toContain('<html lang="de">');
      for (const part of words) expect(text).toContain(part);
      expect(text.replaceAll(/The mug|<[^>]*>/g, ' ')).not.toMatch(/\b(the|your|order|this|you|and|withdraw)\b/i);
    }
  });

  test('is in the language of the browser where the checkout names none; so are its problems', async () => {
    const id = await opened();
    const inGerman = (path: string) => shop.http.get(path).set('accept-language', 'fr;q=0.9, de-CH, en;q=0.1');
    for (const [path, words] of [
      [`/orders/${id}/view`, 'Ihre Zahlung wird bestätigt'],
      ['/orders/cs_test_nobody/view', 'Bestellung nicht gefunden'],
      [`/orders/${id}/view?token=wrong`, 'Dieser Link funktioniert nicht'],
    ] as const) {
      const { text } = await inGerman(path);
      expect(text).toContain('<html lang="de">');
      expect(text).toContain(words);
    }
    await shop.world.db.order.update({ where: { sessionId: id }, data: { locale: 'en' } });
    expect((await inGerman(`/orders/${id}/view`)).text).toContain('<html lang="en">');
    expect((await shop.http.get(`/orders/cs_test_nobody/view`).set('accept-language', 'fr')).text).toContain(
      '<html lang="en">',
    );
  });

  test('says how to pay a voucher, and that what is sold out goes back', async () => {
    await shop.world.product('caneca', { currency: 'brl', stock: 5 });
    const id = await opened('caneca');
    await shop.world.pay(id, { method: 'voucher' });
    await shop.world.webhook(id);
    await until(async () => (await shop.world.order(id)).paymentStatus === 'PROCESSING');
    const { voucher } = (await get(id)).body;
    const { text } = await view(id);
    expect(text).toContain('Your order is waiting for your payment');
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

describe('the signed page of an order', () => {
  const token = (id: string, secret = shop.world.env.SIGNING_SECRET) => signToken(secret, 'order', id);
  const page = (id: string, name: string, signature = token(id)) =>
    shop.http.get(`/orders/${id}/${name}`).query({ token: signature });
  const post = (id: string, name: string, signature = token(id)) =>
    shop.http.post(`/orders/${id}/${name}`).query({ token: signature }).type('form');
  const withdrawal = (id: string) => shop.world.db.withdrawal.findUnique({ where: { sessionId: id } });
  const mug = () => shop.world.paidOrder([{ sku: 'mug', quantity: 1 }], { email: 'ada@example.com' });
  const complete = () => shop.world.completedOrder([{ sku: 'ebook', quantity: 1 }], { email: 'ada@example.com' });
  const mailed = (id: string, template: string) =>
    until(async () => (await shop.world.mails(sessionId(id))).includes(template));

  test('offers to cancel and to withdraw, and the bare link only the way for guests', async () => {
    const id = await mug();
    const { text } = await page(id, 'view');
    expect(text).toContain(`<a class="button" href="cancel?token=${token(id)}">Cancel this order</a>`);
    expect(text).toContain(`<a class="button" href="withdraw?token=${token(id)}">Withdraw from contract here</a>`);
    const bare = (await shop.http.get(`/orders/${id}/view`)).text;
    expect(bare).not.toContain('token=');
    expect(bare).toMatch(/<a href="..\/..\/withdraw\?number=\d+">withdraw from contract here<\/a>/);
    expect(orderPageUrl(shop.world.env, id)).toMatch(new RegExp(`/orders/${id}/view\\?token=${id}\\.[\\w-]{43}$`));
  });

  test('links the invoice, which the bare link does not: it names the customer', async () => {
    const id = await mug();
    const invoice = { id: 'in_1', url: 'https://invoice.stripe.com/i/1', pdf: null };
    expect((await page(id, 'view')).text).not.toContain('invoice');
    await saveInvoice(shop.world.db, { sessionId: id, invoice });
    expect((await page(id, 'view')).text).toContain(`<a href="${invoice.url}">View your invoice</a>`);
    for (const bare of [await shop.http.get(`/orders/${id}/view`), await get(id)]) {
      expect(bare.status).toBe(200);
      expect(bare.text).not.toContain('invoice');
    }
  });

  test('refuses a signature of another order, purpose or shop', async () => {
    const [id, other] = [await mug(), await mug()];
    const { SIGNING_SECRET } = shop.world.env;
    const wrong = [token(other), token(id, 'x'.repeat(40)), signToken(SIGNING_SECRET, 'return', id), `${id}.`, ''];
    for (const signature of wrong)
      for (const answer of [
        await page(id, 'view', signature),
        await page(id, 'cancel', signature),
        await page(id, 'withdraw', signature),
        await post(id, 'cancel', signature),
        await post(id, 'withdraw', signature).send({ name: 'Ada' }),
        await page(id, 'return', signature),
        await post(id, 'return', signature).send({ id: randomUUID() }),
      ])
        expect([answer.status, answer.type]).toEqual([403, 'text/html']);
    expect((await shop.http.post(`/orders/${other}/cancel`)).status).toBe(403);
    expect((await shop.world.order(other)).status).toBe('PREPARING');
  });

  test('cancels in two steps, of which only the second changes anything', async () => {
    const id = await mug();
    const { onHand } = await shop.world.stock('mug');
    const question = await page(id, 'cancel');
    expect(question.text).toContain(`<form action="cancel?token=${token(id)}" method="post">`);
    expect((await shop.world.order(id)).cancelRequestedAt).toBeNull();
    const answer = await post(id, 'cancel');
    expect([answer.status, answer.headers.location]).toEqual([303, `view?token=${token(id)}`]);
    expect(await shop.world.end(id)).toBe('REFUNDED');
    const { timeline, cancelReason } = await shop.world.order(id);
    expect(cancelReason).toBeNull(); // carried out
    expect(timeline.filter(({ type }) => type === 'cancel')).toMatchObject([
      { actor: 'shopper', message: 'The customer wants it cancelled' },
    ]);
    expect((await shop.world.stock('mug')).onHand).toBe(onHand + 1);
    const again = await post(id, 'cancel');
    expect([again.status, again.text.includes('cancelled already')]).toEqual([409, true]);
  });

  test('does not cancel what is shipped, nor a download that has begun, and says why', async () => {
    const shipped = await mug();
    await shop.world.ship(shipped);
    for (const answer of [await page(shipped, 'cancel'), await post(shipped, 'cancel')])
      expect(answer.text).toMatch(/has been shipped already\..*You may still withdraw/s);
    const mixed = await shop.world.paidOrder([
      { sku: 'mug', quantity: 1 },
      { sku: 'ebook', quantity: 1 },
    ]);
    expect((await page(mixed, 'cancel')).text).toContain('Cancel your order?');
    await shop.world.db.downloadGrant.updateMany({ where: { sessionId: mixed }, data: { used: 1 } });
    const answer = await post(mixed, 'cancel');
    expect([answer.status, answer.text.includes('A download of this order has begun')]).toEqual([409, true]);
    expect((await shop.world.order(mixed)).status).toBe('PREPARING');
  });

  test('withdraws in two steps: of what is not delivered all of the money goes back, and the receipt comes at once', async () => {
    const id = await mug();
    const statement = await page(id, 'withdraw');
    expect(statement.text).toContain('<button class="button primary" type="submit">Confirm withdrawal</button>');
    expect(await withdrawal(id)).toBeNull();
    expect((await post(id, 'withdraw').send({ name: '' })).status).toBe(400);
    const answer = await post(id, 'withdraw').send({ name: 'Ada Lovelace' });
    expect([answer.status, answer.headers.location]).toEqual([303, `withdraw?token=${token(id)}`]);
    expect(await withdrawal(id)).toMatchObject({ name: 'Ada Lovelace', via: 'link', undone: true, late: false });
    expect(await shop.world.end(id)).toBe('REFUNDED');
    await mailed(id, 'withdrawal_notice');
    await mailed(id, 'withdrawal_received');
    const [receipt] = await shop.world.db.mail.findMany({ where: { sessionId: id, template: 'withdrawal_received' } });
    expect(receipt?.recipient).toBe('ada@example.com');
    expect(receipt?.text).toContain('Ada Lovelace');
    expect((await page(id, 'withdraw')).text).toContain('We have received your withdrawal');
    const { body } = await shop.staffStep(id, 'resend-email', null, { template: 'withdrawal_received' });
    expect(body.withdrawal).toMatchObject({ name: 'Ada Lovelace', undone: true, late: false });
    await post(id, 'withdraw').send({ name: 'Somebody else' });
    expect((await withdrawal(id))?.name).toBe('Ada Lovelace');
  });

  test('of what is shipped refunds nothing by itself, and holds the rest', async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    await shop.world.handle(id).executeUpdate('ship', {
      args: [{ carrier: 'DHL', trackingNumber: 'P1', items: [{ sku: 'mug', quantity: 1 }] }],
    });
    expect((await page(id, 'withdraw')).text).toContain('Please send back what you have received');
    await post(id, 'withdraw').send({ name: 'Ada' });
    await mailed(id, 'withdrawal_notice');
    expect(await shop.world.order(id)).toMatchObject({
      ...{ status: 'PREPARING', cancelRequestedAt: null, shippingHold: 'customer', shippingHoldBy: 'shopper' },
    });
    expect(await shop.world.db.refund.count({ where: { sessionId: id } })).toBe(0);
    const { text } = await page(id, 'view');
    expect(text).toContain('<h1>You have withdrawn from this contract</h1>');
    expect(text).not.toMatch(/being packed|Cancel this order|Withdraw from contract here/);
    expect(await withdrawal(id)).toMatchObject({ undone: false, late: false });
  });

  test('of downloads of which none has begun gives the money back; of begun ones staff decide', async () => {
    const [untouched, begun] = [await complete(), await complete()];
    await shop.world.db.downloadGrant.updateMany({ where: { sessionId: begun }, data: { used: 1 } });
    expect((await page(untouched, 'withdraw')).text).toContain('so what you have paid goes back');
    const dispute = (disputed: boolean) =>
      shop.world.db.order.update({ where: { sessionId: untouched }, data: { disputed } });
    await dispute(true); // the bank decides: nothing goes back by itself
    expect((await page(untouched, 'withdraw')).text).toContain('Our staff are looking after your refund');
    await dispute(false);
    expect((await page(begun, 'withdraw')).text).toContain('because it has been delivered: The ebook');
    for (const id of [untouched, begun]) await post(id, 'withdraw').send({ name: 'Ada' });
    await shop.world.is(untouched, 'REFUNDED');
    await mailed(begun, 'withdrawal_notice');
    const withdrawals = [await withdrawal(untouched), await withdrawal(begun)];
    expect(withdrawals.map((one) => one?.undone)).toEqual([true, false]);
    expect((await shop.world.order(begun)).status).toBe('COMPLETED');
    expect((await page(begun, 'view')).text).toContain('<h1>You have withdrawn from this contract</h1>');
    const refunds = await shop.world.db.refund.findMany({ where: { sessionId: { in: [untouched, begun] } } });
    expect(refunds).toMatchObject([{ sessionId: untouched, actor: 'shopper', reason: 'requested_by_customer' }]);
  });

  test('offers no withdrawal where there is nothing to withdraw from', async () => {
    const id = await opened();
    expect((await page(id, 'view')).text).not.toContain('Withdraw from contract here');
    expect((await page(id, 'withdraw')).text).toContain('There is nothing to withdraw from');
    expect((await post(id, 'withdraw').send({ name: 'Ada' })).status).toBe(303);
    expect(await withdrawal(id)).toBeNull();
  });

  describe('asks to return', () => {
    const form = (units: number, change: object = {}) => ({ id: randomUUID(), 'units.mug': String(units), ...change });
    const asked = async (id: string) =>
      (await shop.staffStep(id, 'resend-email', null, { template: 'order_confirmation' })).body.returnRequests;
    const shipped = async () => {
      const items = [
        { sku: 'mug', quantity: 2 },
        { sku: 'ebook', quantity: 1 },
      ];
      const id = await shop.world.paidOrder(items, { email: 'ada@example.com' });
      expect((await page(id, 'view')).text).not.toContain('Ask to return something');
      expect((await post(id, 'return').send(form(1))).status).toBe(409); // the customer has nothing yet
      await shop.world.ship(id);
      return id;
    };

    test('what was shipped, in two steps; staff and the customer are told, and a recorded return answers it', async () => {
      const id = await shipped();
      expect((await page(id, 'view')).text).toContain(`<a class="button" href="return?token=${token(id)}">`);
      const { text } = await page(id, 'return');
      expect(text).toMatch(/The mug: how many of 2\?.*<input type="number".* max="2".*name="units.mug"/s);
      expect(text).not.toContain('units.ebook');
      const nothing = await post(id, 'return').send(form(0));
      expect([nothing.status, nothing.text.includes('Please say how many')]).toEqual([400, true]);
      expect((await post(id, 'return').send(form(3))).status).toBe(409);
      expect((await post(id, 'return').send(form(1, { 'units.ebook': '1' }))).status).toBe(409);
      expect((await post(id, 'return').send(form(1, { 'unit.mug': '1' }))).status).toBe(400);
      expect(await shop.world.db.returnRequest.count({ where: { sessionId: id } })).toBe(0);

      const one = form(1, { reason: ' It is\u0000 blue.\r\nI like red. ' });
      for (let sent = 0; sent < 2; sent += 1) {
        const answer = await post(id, 'return').send(one);
        expect([answer.status, answer.headers.location]).toEqual([303, `return?token=${token(id)}`]);
      }
      expect(await asked(id)).toMatchObject([
        {
          id: one.id,
          items: [{ sku: 'mug', quantity: 1 }],
          state: 'open',
          reason: 'It is blue.\nI like red.',
          answer: null,
        },
      ]);
      expect((await page(id, 'return')).text).toMatch(/We have received your request.*how many of 1\?/s);
      expect((await page(id, 'view')).text).toMatch(/What you asked to return.*1 × The mug.*Our staff will write/s);
      for (const template of ['return_request_received', 'return_request_notice']) await mailed(id, template);
      const mails = await shop.world.db.mail.findMany({ where: { sessionId: id, template: { contains: 'request' } } });
      expect(mails.map(({ recipient }) => recipient).sort()).toEqual(['ada@example.com', shop.world.env.STAFF_EMAIL]);
      for (const mail of mails) expect(mail.text).not.toContain('blue');
      await until(async () =>
        /asks to return.*1 × `mug`/s.test(
          JSON.stringify(await shop.world.handle(id).query('__temporal_workflow_metadata')),
        ),
      );

      expect((await post(id, 'return').send(form(2))).status).toBe(409); // one of the two is asked for already
      await shop
        .staffStep(id, 'returns', 'k', { items: [{ sku: 'mug', quantity: 1 }], condition: 'restock' })
        .expect(200);
      expect(await asked(id)).toMatchObject([{ state: 'returned', awaited: [] }]);
      expect((await page(id, 'view')).text).toContain('It is back with us');
    });

    test('and is declined with a note, which the customer is mailed once', async () => {
      const id = await shipped();
      const { id: request } = form(2);
      expect((await post(id, 'return').send(form(2, { id: request }))).status).toBe(303);
      const decline = (note: string, which = request) =>
        shop.staffStep(id, `return-requests/${which}/decline`, null, { note });
      expect((await decline('No', randomUUID())).status).toBe(404);
      for (let sent = 0; sent < 2; sent += 1) {
        const { status, body } = await decline('It was made for you.');
        expect([status, body.returnRequests]).toEqual([
          200,
          [
            expect.objectContaining({
              state: 'declined',
              awaited: [],
              answer: expect.objectContaining({ actor: 'staff' }),
            }),
          ],
        ]);
      }
      expect((await decline('Another reason')).body).toMatchObject({ code: 'invalid_transition' });
      await mailed(id, 'return_request_declined');
      const [mail, ...more] = await shop.world.db.mail.findMany({
        where: { sessionId: id, template: 'return_request_declined' },
      });
      expect([mail?.recipient, mail?.text.includes('It was made for you.'), more]).toEqual([
        'ada@example.com',
        true,
        [],
      ]);
      expect((await page(id, 'view')).text).toMatch(/It was made for you\..*We are not taking it back/s);
      expect((await page(id, 'return')).text).toContain('how many of 2?'); // and may ask again
    });

    test('and writes down all that this needs, also when Temporal is away', async () => {
      const id = await shipped();
      const away = await shop.another({}, { temporal: connectTemporal({ TEMPORAL_ADDRESS: '127.0.0.1:1' }) });
      const one = form(1);
      const sent = away.http
        .post(`/orders/${id}/return`)
        .query({ token: token(id) })
        .type('form')
        .send(one);
      expect((await sent).status).toBe(303);
      const due = await shop.world.db.mailRequest.findMany({ where: { sessionId: id }, orderBy: { key: 'asc' } });
      expect(due.map(({ key, ref }) => [key, ref])).toEqual([
        [`first/return_request_notice/${one.id}`, one.id],
        [`first/return_request_received/${one.id}`, one.id],
      ]);
      await away.close();
    });
  });

  test('writes down all that its withdrawal needs, also when Temporal is away', async () => {
    const id = await mug();
    const away = await shop.another({}, { temporal: connectTemporal({ TEMPORAL_ADDRESS: '127.0.0.1:1' }) });
    const answer = await away.http
      .post(`/orders/${id}/withdraw?token=${token(id)}`)
      .type('form')
      .send({ name: 'Ada' });
    expect(answer.status).toBe(303);
    expect(await shop.world.order(id)).toMatchObject({ cancelReason: 'requested_by_customer' });
    const due = await shop.world.db.mailRequest.findMany({ where: { sessionId: id }, orderBy: { key: 'asc' } });
    expect(due.map(({ key }) => key)).toEqual(['first/withdrawal_notice', 'first/withdrawal_received']);
    await away.close();
  });
});

describe('withdrawing as a guest', () => {
  const statement = (number: string, email = 'ada@example.com') => ({ number, email, name: 'Ada Lovelace' });
  const confirm = (body: object) => shop.http.post('/withdraw/confirm').type('form').send(body);
  const numberOf = async (id: string) => (await get(id)).body.number as string;
  const words = (text: string) => text.replace(/\d\d:\d\d UTC/, '');
  beforeEach(() => shop.world.sleep(60_000)); // the limit counts a minute

  test('takes number and address, in two steps, and answers strangers the same', async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug', quantity: 1 }], { email: 'ada@example.com' });
    const number = await numberOf(id);
    expect((await shop.http.get(`/withdraw?number=${number}`)).text).toContain(`value="${number}"`);
    const evil = await shop.http.post('/withdraw').type('form').send(statement(number, '"><script>@x.example'));
    expect(evil.text).not.toContain('<script>');
    expect(await shop.world.db.withdrawal.count({ where: { sessionId: id } })).toBe(0);

    const stranger = await confirm(statement(number, 'eve@example.com'));
    const nobody = await confirm(statement('999999'));
    expect(await shop.world.db.withdrawal.count({ where: { sessionId: id } })).toBe(0);
    const answer = await confirm(statement(` #${number} `, ' Ada@Example.com '));
    expect([stranger, nobody, answer].map(({ status, text }) => [status, words(text)])).toEqual(
      [1, 2, 3].map(() => [200, words(answer.text)]),
    );
    expect(await shop.world.db.withdrawal.findUnique({ where: { sessionId: id } })).toMatchObject({
      ...{ via: 'number', undone: true },
    });
    await until(async () => (await shop.world.mails(id)).includes('withdrawal_received'));
    const mails = await shop.world.db.mail.findMany({ where: { template: 'withdrawal_received', sessionId: id } });
    expect(mails.map(({ recipient }) => recipient)).toEqual(['ada@example.com']);
  });

  test.each([
    ['#1001', '1001'],
    [' # 1001 ', '1001'],
    ['#', '#'],
  ])('asks about “%s” as order %s, the number that it then looks up', async (typed, number) => {
    const { text } = await shop.http.post('/withdraw').type('form').send(statement(typed));
    expect(text).toContain(`withdraw from the contract for order ${number}.”`);
    expect(text).toContain(`name="number" value="${number}"`);
    expect(text).toContain(`number=${encodeURIComponent(number)}"`);
  });

  test('speaks the language of the browser, never that of the order: it would tell that there is one', async () => {
    const id = await shop.world.paidOrder([{ sku: 'mug', quantity: 1 }], { email: 'ada@example.com' });
    const number = await numberOf(id);
    await shop.world.db.order.update({ where: { sessionId: id }, data: { locale: 'en' } });
    const german = (path: string) => shop.http.post(path).set('accept-language', 'de').type('form');
    const pages = [
      await shop.http.get('/withdraw').set('accept-language', 'de'),
      await german('/withdraw').send(statement(number)),
      await german('/withdraw/confirm').send(statement(number)),
      await german('/withdraw/confirm').send(statement('999999')),
    ];
    for (const { status, text } of pages) {
      expect([status, text.includes('<html lang="de">')]).toEqual([200, true]);
      expect(text.replaceAll(/<[^>]*>/g, ' ')).not.toMatch(/\b(the|your|order|this|you|and|withdraw)\b/i);
    }
    expect(pages[1]?.text).toContain('„Hiermit widerrufe ich, Ada Lovelace, den Vertrag über die Bestellung');
    const [known, unknown] = pages.slice(2).map(({ text }) => words(text));
    expect(known).toBe(unknown);
  });

  test('speaks the language that the link to it names, to its end, also where something is missing', async () => {
    const { http } = shop;
    const isGerman = ({ text }: { text: string }) => text.includes('<html lang="de">');
    const first = await http.get('/withdraw?locale=de-AT&number=7');
    expect([isGerman(first), first.text]).toEqual([true, expect.stringContaining('action="withdraw?locale=de"')]);
    const second = await http.post('/withdraw?locale=de').type('form').send(statement('7'));
    expect([isGerman(second), second.text]).toEqual([
      true,
      expect.stringMatching(/action="withdraw\/confirm\?locale=de".*href="withdraw\?locale=de&amp;number=7"/s),
    ]);
    expect(isGerman(await http.post('/withdraw/confirm?locale=de').type('form').send(statement('7')))).toBe(true);
    expect(isGerman(await http.post('/withdraw?locale=de').type('form').send({}))).toBe(true);
    const elsewhere = await http.get('/withdraw?locale=fr').set('accept-language', 'de'); // which we do not speak
    expect([isGerman(elsewhere), elsewhere.text]).toEqual([true, expect.stringContaining('action="withdraw"')]);
    for (const locale of ['', 'x'.repeat(36), '%00'])
      expect([200, 400]).toContain((await http.get(`/withdraw?locale=${locale}`)).status);
  });

  test('is limited to ten tries a minute', async () => {
    const answers = await Promise.all(Array.from({ length: 11 }, () => confirm(statement('999999'))));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(10).fill(200), 429]);
  });

  test('wants every field, and a form', async () => {
    const missing = await shop.http.post('/withdraw').type('form').send({ number: '1' });
    expect([missing.status, missing.type]).toEqual([400, 'text/html']);
    const json = await shop.http.post('/withdraw').send(statement('1'));
    expect([json.status, json.type]).toEqual([415, 'text/html']);
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
