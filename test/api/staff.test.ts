import { createHash, randomBytes } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import type { Client } from '@temporalio/client';
import { listCounter } from '../../api/staff/lists';
import { viewCounter } from '../../api/staff/views';
import { savedViews } from '../../messages/views';
import { payloadCodec } from '../../platform/payload-codec';
import { payloadKeys } from '../../platform/payload-keys';
import { setupScript, uiSetup } from '../../platform/temporal-ui';
import { Office } from './admin-office';
import { ADMIN_TOKEN, NOON } from './bare';
import { Api } from './shop';

let office: Office;
let api: Api;
const ada = { name: 'ada.l', secret: 'the-token-of-ada-lovelace' };
const UI = 'https://temporal.shop.test';
const base64 = (text: string) => Buffer.from(text).toString('base64');

beforeAll(async () => {
  office = await Office.open();
  api = await served();
});
afterAll(async () => {
  await api?.close();
  await office?.close();
});

/** The API with Ada's token and the address of a Temporal UI. */
const served = (env: Partial<Api['deps']['env']> = {}) => {
  const { deps } = office.api;
  const own = { ADMIN_TOKENS: [ada], TEMPORAL_UI_URL: UI, TRUST_PROXY: 1 };
  return Api.listen({ ...deps, temporal: quiet, env: { ...deps.env, ...own, ...env } });
};

/** Counts of Temporal, by a query. */
const counting = (count: (query: string) => Promise<number>) =>
  ({
    options: { namespace: 'shop one' },
    withDeadline: (_: number, ask: () => Promise<unknown>) => ask(),
    workflow: { count: async (query: string) => ({ count: await count(query), groups: [] }) },
  }) as unknown as Client;
const quiet = counting(() => Promise.reject(new Error('away')));

const form = (path: string, fields: Record<string, string>, cookie = '', at = api) =>
  at.http.post(path).set('cookie', cookie).type('form').send(fields);
const signIn = async (token: string, at = api) => {
  const { headers } = await form('/staff/sign-in', { token }, '', at);
  const [given = ''] = (headers['set-cookie'] as unknown as string[] | undefined) ?? [];
  return { given, cookie: given.split(';')[0] ?? '' };
};
const page = (path: string, cookie = '', at = api) => at.http.get(path).set('cookie', cookie);
/** The hidden field of the forms of a session. */
const formKey = async (cookie: string) => /name="form" value="([^"]+)"/.exec((await page('/staff', cookie)).text)?.[1];
const find = async (cookie: string, text: string) =>
  form('/staff/find', { form: (await formKey(cookie)) ?? '', text }, cookie);

describe('the sign-in', () => {
  test('takes a token of staff once, and keeps no more than a signed name in the browser', async () => {
    const first = await page('/staff');
    expect(first.text).toMatch(/<form action="\/staff\/sign-in" method="post">.*name="token"/);
    const answer = await form('/staff/sign-in', { token: ` ${ada.secret} ` });
    expect([answer.status, answer.headers.location]).toEqual([303, '/staff']);
    const { given, cookie } = await signIn(ada.secret);
    expect(given).toMatch(
      /^holdfast-staff=[^;]+; Max-Age=43200; Path=\/staff; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    expect(given).not.toContain(ada.secret);
    expect((await page('/staff', cookie)).text).toContain('Signed in as ada.l.');
    const own = await signIn(ADMIN_TOKEN);
    expect((await page('/staff', own.cookie)).text).toContain('Signed in as staff.');
  });

  test('over TLS its cookie is never sent without', async () => {
    const other = await served({ ADMIN_URL: 'https://shop.test/api' });
    const { given } = await signIn(ADMIN_TOKEN, other);
    expect(given).toMatch(/^__Secure-holdfast-staff=.*; Path=\/api\/staff; .*; HttpOnly; Secure; SameSite=Strict$/);
    await other.close();
  });

  test('refuses any other token, and too many of them, but never the right one', async () => {
    const guess = (token: string) => form('/staff/sign-in', { token }).set('x-forwarded-for', '203.0.113.7');
    const wrong = await guess('wrong');
    expect([wrong.status, wrong.type, wrong.headers['set-cookie']]).toEqual([401, 'text/html', undefined]);
    expect(wrong.text).toContain('This is not a staff token.');
    for (let n = 1; n < 60; n += 1) expect((await guess(`wrong-${n}`)).status).toBe(401);
    const over = await guess('wrong');
    expect([over.status, over.type]).toEqual([429, 'text/html']);
    expect((await guess(ada.secret)).status).toBe(303);
    const asked = api.http.get('/admin/orders').set('x-forwarded-for', '203.0.113.7');
    expect((await asked.set('authorization', 'Bearer wrong')).status).toBe(429); // they are counted together
  });

  test('ends after twelve hours, with the token, and with a changed cookie', async () => {
    const { cookie } = await signIn(ada.secret);
    const isSignedIn = async (given: string, at = api) => (await page('/staff', given, at)).text.includes('Signed in');
    expect(await isSignedIn(cookie)).toBe(true);
    for (const changed of [
      cookie.replace('ada.l', 'staff'),
      cookie.replace(/=\d/, '=9'),
      `${cookie}x`,
      'holdfast-staff=1.a.b',
    ])
      expect([changed, await isSignedIn(changed)]).toEqual([changed, false]);
    const other = await served({ ADMIN_TOKENS: [{ ...ada, secret: 'another-token-of-ada-lovelace' }] });
    expect(await isSignedIn(cookie, other)).toBe(false);
    await other.close();
    office.now += 12 * 3_600_000;
    expect(await isSignedIn(cookie)).toBe(false);
    office.now = NOON;
  });

  test('is demanded of every other page', async () => {
    await office.order('cs_test_closed');
    for (const path of ['/staff/orders/cs_test_closed', '/staff/orders/cs_test_closed/packing-slip']) {
      const answer = await page(path);
      expect([answer.status, answer.headers.location, answer.text]).toEqual([
        303,
        '/staff',
        expect.not.stringMatching(/PENDING/),
      ]);
    }
    expect((await form('/staff/find', { form: 'x', text: '1001' })).headers.location).toBe('/staff');
    expect((await api.http.get('/admin/orders').set('cookie', (await signIn(ada.secret)).cookie)).status).toBe(401);
  });

  test('ends by a form of its own pages alone', async () => {
    const { cookie } = await signIn(ada.secret);
    const other = await signIn(ADMIN_TOKEN);
    for (const key of ['', 'x', await formKey(other.cookie)]) {
      const forged = await form('/staff/sign-out', { form: key ?? '' }, cookie);
      expect([forged.status, forged.headers['set-cookie']]).toEqual([key === '' ? 400 : 403, undefined]);
      expect((await form('/staff/find', { form: key || 'x', text: '1001' }, cookie)).status).toBe(403);
    }
    const answer = await form('/staff/sign-out', { form: (await formKey(cookie)) ?? '' }, cookie);
    expect([answer.status, answer.headers.location]).toEqual([303, '/staff']);
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^holdfast-staff=; Path=\/staff; Expires=Thu, 01 Jan 1970/),
    ]);
  });
});

/** The tables of this test that are too large to be read whole. */
const GROWN = ['orders', 'shipments', 'customers', 'returns', 'return_requests', 'replacements', 'notices', 'mails'];
/** Ids of ours. */
const OURS = {
  return: '7b0c1c52-0d3b-4c62-9b0a-3d6f8c1e2a01',
  asked: '7b0c1c52-0d3b-4c62-9b0a-3d6f8c1e2a02',
  again: '7b0c1c52-0d3b-4c62-9b0a-3d6f8c1e2a03',
};

describe('the finder', () => {
  let cookie: string;
  let number: string;
  beforeAll(async () => {
    ({ cookie } = await signIn(ada.secret));
    const at = new Date(NOON);
    ({ number } = await office.order('cs_test_found', {
      status: 'SHIPPED',
      paymentStatus: 'PAID',
      ...{ paymentIntentId: 'pi_found', chargeId: 'ch_found' },
      customer: {
        invoice: { id: 'in_1', url: 'https://invoice.stripe.com/i/1', pdf: 'https://pay.stripe.com/invoice/1/pdf' },
        email: 'ada@example.com',
        name: '<i>Ada</i>',
        address: { line1: 'Torstraße 1', city: 'Berlin', country: 'DE' },
      },
    }));
    const row = { sessionId: 'cs_test_found', currency: 'eur', createdAt: at, updatedAt: at };
    await office.db.refund.create({
      data: {
        ...{ ...row, key: 'k', requestKey: 'k', stripeId: 're_found', amount: 700 },
        origin: 'STAFF',
        ...{ status: 'failed', failureReason: 'declined', reason: 'other', actor: 'staff' },
      },
    });
    await office.db.dispute.create({
      data: { ...row, id: 'du_found', status: 'needs_response', reason: 'fraudulent', amount: 2500, open: true },
    });
    await office.db.shipment.create({
      data: {
        ...{ id: crypto.randomUUID(), sessionId: 'cs_test_found', carrier: 'DHL' },
        ...{ trackingNumber: '00340434161094021501', items: [{ sku: 'mug', quantity: 1 }], shippedAt: at },
      },
    });
    await office.db.shipment.create({
      data: {
        ...{ id: crypto.randomUUID(), sessionId: 'cs_test_found', carrier: 'Royal Mail' },
        ...{ trackingNumber: '0034 0434-rr', items: [], shippedAt: at },
      },
    });
    const about = { sessionId: 'cs_test_found', items: [], at };
    const mug = { sku: 'mug', name: 'Mug', kind: 'PHYSICAL', quantity: 1, unitAmount: 2500, total: 2500 } as const;
    await office.db.orderItem.create({ data: { ...mug, sessionId: 'cs_test_found', position: 0, shipped: 1 } });
    const back = { ...about, items: [{ sku: 'mug', quantity: 1 }] };
    await office.db.orderReturn.create({
      data: { ...back, id: OURS.return, key: 'k', condition: 'WRITE_OFF', actor: 'staff' },
    });
    await office.db.returnRequest.create({ data: { ...about, id: OURS.asked } });
    const instead = [{ sku: 'mug', quantity: 1, with: 'cup' }];
    await office.db.replacement.create({
      data: { ...about, items: instead, id: OURS.again, key: 'k', actor: 'staff' },
    });
    await office.db.mail.create({
      data: {
        ...{ key: 'order_confirmation/found', sessionId: 'cs_test_found', template: 'order_confirmation' },
        ...{ audience: 'CUSTOMER', recipient: 'ada@example.com', subject: '', html: '', text: '' },
        ...{ status: 'SENT', createdAt: at, sentAt: at },
      },
    });
    await office.db.notice.create({
      data: { id: 'prv_found', kind: 'review', sessionId: 'cs_test_found', open: true, createdAt: at, updatedAt: at },
    });
  });

  test.each([
    ['its session', () => 'cs_test_found'],
    ['its number', () => number],
    ['its number with a hash and blanks', () => ` #${number} `],
    ['its number with a hash and a blank', () => `# ${number}`],
    ['its number as a customer says it', () => `Order ${number}`],
    ['its number as a mail has it', () => `order #${number}`],
    ['its number as a German mail has it', () => `Bestellung ${number}`],
    ['its payment', () => 'pi_found'],
    ['its charge', () => 'ch_found'],
    ['a refund', () => 're_found'],
    ['a dispute', () => 'du_found'],
    ['an e-mail address, in any case', () => 'Ada@Example.com'],
    ['a tracking number', () => '00340434161094021501'],
    ['a tracking number as a carrier prints it', () => '00 340434161 0940 21501'],
    ['a tracking number that was recorded with blanks, without them', () => '00340434RR'],
    ['a tracking number that was recorded with blanks, in another case', () => '0034 0434 rr'],
    ['a return', () => OURS.return],
    ['a request to return', () => OURS.asked.toUpperCase()],
    ['goods sent again', () => OURS.again],
    ['its invoice', () => 'in_1'],
    ['a review', () => 'prv_found'],
  ])('leads by %s to the workflow and the document', async (_what, text) => {
    const { status, text: html } = await find(cookie, text());
    expect(status).toBe(200);
    expect(html).toContain(`Order ${number}, 23 November 2026: SHIPPED, paid, €25.00`);
    expect(html).toContain(`<a href="${UI}/namespaces/shop%20one/workflows/cs_test_found">Workflow</a>`);
    expect(html).toContain(`<a href="/staff/orders/${number}">Document</a>`);
    expect(html).toContain('<b> · disputed</b>');
    const own = /^(?:re|du|prv)_/.test(text()) ? `<a href="${UI}/namespaces/shop%20one/workflows/${text()}">` : '';
    expect(html).toContain(own);
  });

  test.each([
    ['REFUNDED', 'REFUNDED', 'all of the money given back'],
    ['COMPLETED', 'PARTIALLY_REFUNDED', 'part of the money given back'],
    ['PENDING', 'PROCESSING', 'the payment is on its way'],
  ] as const)(
    'says of an order that is %s and %s in words where its money is, as its document does',
    async (status, paymentStatus, words) => {
      const one = await office.order(`cs_test_${paymentStatus}`, { status, paymentStatus });
      expect((await find(cookie, one.number)).text).toContain(`: ${status}, ${words}, €`);
      expect((await page(`/staff/orders/${one.number}`, cookie)).text).toContain(`<dd>${status}, ${words}</dd>`);
    },
  );

  test.each([
    ['REFUNDED', 'REFUNDED', 0, 2500, '€25.00 lost to the bank'],
    ['REFUNDED', 'REFUNDED', 700, 1800, '€7.00 given back, €18.00 lost to the bank'],
    ['SHIPPED', 'PAID', 0, 1000, '€10.00 lost to the bank, €15.00 left'],
  ] as const)(
    'says of an order that is %s and %s how much of it a bank took for good, as its document does',
    async (status, paymentStatus, refunded, lostAmount, words) => {
      const one = await office.order(`cs_test_lost${refunded}${lostAmount}`, {
        ...{ status, paymentStatus, refunded, lostAmount },
      });
      expect((await find(cookie, one.number)).text).toContain(`: ${status}, ${words}, €25.00<`);
      const document = (await page(`/staff/orders/${one.number}`, cookie)).text;
      expect(document).toContain(`<dd>${status}, ${words}</dd>`);
      expect(document).toContain('<dt>Lost to the bank</dt>');
    },
  );

  test.each([
    '999999',
    'cs_test_nobody',
    'pi_nobody',
    'ch_nobody',
    're_nobody',
    'du_nobody',
    'bob@example.com',
    'T-1',
    '%',
    'order',
    '#',
    'in_nobody',
    'prv_nobody',
    '7b0c1c52-0d3b-4c62-9b0a-3d6f8c1e2a99',
  ])('says so when nothing is found by %s', async (text) => {
    const { text: page } = await find(cookie, text);
    expect(page).toContain('No order was found');
    expect(page).toContain(`value="${text}"`); // what was typed stands there to be checked
  });

  test('says that there are more than it shows', async () => {
    const customer = { email: 'regular@example.com' };
    for (let n = 0; n < 25; n++) await office.order(`cs_test_regular${n}`, { customer });
    const { text: whole } = await find(cookie, 'regular@example.com');
    expect(whole).toContain('<h1>25 orders, newest first</h1>');
    expect(whole).not.toContain('more');
    await office.order('cs_test_regular25', { customer });
    const { text: part } = await find(cookie, 'regular@example.com');
    expect([part.match(/>Document</g)?.length, part]).toEqual([25, expect.stringContaining('There are more orders')]);
    expect(part).toContain('<h1>The newest 25 orders</h1>');
  });

  test('reads no more than it shows', async () => {
    await office.db.$executeRaw`
      INSERT INTO orders (session_id, number, status, payment_status, stock, origin, currency, subtotal, total, hold_until, created_at, updated_at, charge_id)
      SELECT 'cs_test_many' || n, 'm' || n, 'COMPLETED', 'PAID', 'COMMITTED', 'CHECKOUT', 'eur', 1, 1, t, t, t, 'ch_' || n
      FROM generate_series(1, 20000) n, LATERAL (SELECT timestamptz '2026-11-01Z' + n * interval '1 second' AS t) at`;
    await office.db.$executeRaw`
      INSERT INTO shipments (id, session_id, carrier, tracking_number, items, shipped_at)
      SELECT gen_random_uuid(), session_id, 'DHL', 'T-' || session_id, '[]', created_at FROM orders`;
    await office.db.$executeRaw`
      INSERT INTO customers (session_id, email, invoice)
      SELECT session_id, session_id || '@example.com', jsonb_build_object('id', 'in_' || number) FROM orders
      ON CONFLICT DO NOTHING`;
    await office.db.$executeRaw`
      INSERT INTO return_requests (session_id, id, at, items)
      SELECT session_id, gen_random_uuid(), created_at, '[]' FROM orders`;
    await office.db.$executeRaw`ANALYZE orders, shipments, customers, return_requests`;
    const searches = ['m7', 'ch_7', 'T-cs_test_many7', 'in_m7', OURS.asked, 'many7@example.com', 'nothing'].map(
      (text) => [text, () => find(cookie, text)] as const,
    );
    const lists = ['attention', 'free', 'stopped', 'held', 'returns', 'shipped'].map(
      (name) => [name, () => page(`/staff/orders?list=${name}`, cookie)] as const,
    );
    for (const [text, ask] of [...searches, ...lists, ['the counts', listCounter(office.api.deps)] as const]) {
      const plans = await office.plansOf(ask);
      const whole = plans.flat().filter((node) => node['Node Type'] === 'Seq Scan');
      const tables = whole.map((node) => node['Relation Name']).filter((table) => GROWN.includes(table ?? ''));
      expect([text, plans.length > 0, tables]).toEqual([text, true, []]);
    }
    await office.db.$executeRaw`
      UPDATE orders SET attention_step = 'contact', attention_reason = 'r', attention_since = created_at
      WHERE session_id LIKE 'cs_test_many%'`;
    await office.db.$executeRaw`ANALYZE orders`;
    const [plan = []] = await office.plansOf(() => page('/staff/orders?list=attention', cookie));
    expect(plan.map((node) => node['Index Name'] ?? node['Node Type'])).toEqual(['Limit', 'orders_attention_since']);
    await office.db.order.updateMany({ data: { attentionStep: null, attentionReason: null, attentionSince: null } });
  });

  test('shows all that is known about an order, as text', async () => {
    const { text, headers } = await page(`/staff/orders/${number}`, cookie);
    for (const known of ['ada@example.com', '&lt;i&gt;Ada&lt;/i&gt;', 'Torstraße 1', 'GERMANY', 'du_found', 're_found'])
      expect(text).toContain(known);
    expect(text).toMatch(/DHL 00340434161094021501, shipped [^<]*: 1 × mug</);
    expect(text).toMatch(/<h2>Items<\/h2>.*\(mug\), [^<]*: 1 sent, 1 came back, 0 to send</);
    expect(text).toMatch(/<h2>Sent at no charge<\/h2>.*: 1 × cup instead of mug</);
    expect(text).toMatch(/<h2>Came back<\/h2>.*: 1 × mug, written off</);
    expect(text).toMatch(/<h2>Mails<\/h2>.*order_confirmation: sent, 23 November 2026/);
    expect(text).toContain(': failed (the bank declined it), the money is back with the shop re_found');
    expect(text).toContain('<a href="https://invoice.stripe.com/i/1">Invoice</a>');
    expect(text).not.toMatch(/<script|<i>|src=/);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none';style-src 'sha256-[^;]+;form-action 'self'/,
    );
    expect((await page(`/staff/orders/${number}/packing-slip`, cookie)).text).toContain('is left to send');
    const unknown = await page('/staff/orders/999999', cookie);
    expect([unknown.status, unknown.type]).toEqual([404, 'text/html']);
  });

  test('says how much of the total is a discount, shipping and tax, if anything is', async () => {
    const amounts = { subtotal: 2500, discount: 300, shipping: 490, tax: 430, total: 3120 };
    const { number: ref } = await office.order('cs_test_amounts', amounts);
    const { text } = await page(`/staff/orders/${ref}`, cookie);
    expect(text).toContain(
      '<dt>Total</dt><dd>€31.20</dd><dt>Discount</dt><dd>€3.00</dd><dt>Shipping</dt><dd>€4.90</dd><dt>Tax</dt><dd>€4.30</dd>',
    );
    expect((await page(`/staff/orders/${number}`, cookie)).text).not.toContain('<dt>Tax</dt>');
  });

  test('says of a customer that they are erased, or not known yet', async () => {
    const { number: unpaid } = await office.order('cs_test_unknown_customer');
    const customerOf = async (ref: string) =>
      /<h2>Customer<\/h2>(.*?)<\/section>/.exec((await page(`/staff/orders/${ref}`, cookie)).text)?.[1];
    expect(await customerOf(unpaid)).toContain('<p>Not known. It is known once the order is paid.</p>');
    const customer = { email: 'gone@example.com' };
    const { number: ended } = await office.order('cs_test_erased', { status: 'COMPLETED', customer });
    expect(await customerOf(ended)).toContain('gone@example.com');
    await office.ask('post', `/admin/orders/${ended}/erase`).expect(200);
    expect(await customerOf(ended)).toMatch(/^<p>Erased, 23 November 2026 at 12:00 UTC<\/p><dl><\/dl>$/);
  });

  test('lists what may be shipped and what may not, with counts from the database and the reason', async () => {
    const toShip = { status: 'PREPARING', paymentStatus: 'PAID', stock: 'COMMITTED' } as const;
    for (let n = 0; n < 52; n++)
      await office.order(`cs_test_free${n}`, { ...toShip, createdAt: new Date(NOON + n * 60_000) });
    await office.order('cs_test_review', { ...toShip, reviewOpen: true });
    const hold = { shippingHold: 'address', shippingHoldSince: new Date(NOON), shippingHoldBy: 'Ada' };
    await office.order('cs_test_held', { ...toShip, ...hold });
    await office.order('cs_test_held_unpaid', hold);
    const { number: asks } = await office.order('cs_test_asks', { status: 'SHIPPED', returnRequested: true });
    const days = (n: number) => new Date(NOON - n * 86_400_000);
    await office.order('cs_test_long_ago', { status: 'SHIPPED', shippedAt: days(11) });
    await office.order('cs_test_opened_long_ago', { status: 'SHIPPED', createdAt: days(12), shippedAt: days(9) });
    await office.order('cs_test_delivered', { status: 'COMPLETED', shippedAt: days(11) });
    office.now += 10_000; // the counts are kept for so long
    const { text } = await page('/staff', cookie);
    const rows = [...text.matchAll(/<a href="\/staff\/orders\?list=(\w+)">[^<]+<\/a><span>(\d+)<\/span>/g)];
    expect(rows.map(([, list, count]) => [list, Number(count)])).toEqual([
      ['attention', 0],
      ['free', 52],
      ['stopped', 2],
      ['held', 2],
      ['returns', 1],
      ['shipped', 1],
    ]);
    office.now = NOON;
    const stopped = (await page('/staff/orders?list=stopped', cookie)).text;
    expect(stopped).toContain('<b> · Stripe Radar has the payment under review: nothing ships before it is closed</b>');
    expect(stopped).toContain('<b> · on hold (address)</b>');
    const asked = (await page('/staff/orders?list=returns', cookie)).text;
    expect(asked).toContain(`Order ${asks}, 23 November 2026: SHIPPED`);
    expect(asked).toContain('<b> · asks to return</b>');
    const [first, next = ''] = [await page('/staff/orders?list=free', cookie)].flatMap(({ text: html }) => [
      html,
      /<a href="([^"]+)">More orders/.exec(html)?.[1]?.replace('&amp;', '&'),
    ]);
    expect([first?.match(/>Document</g)?.length, first]).toEqual([50, expect.stringContaining('>Workflow<')]);
    const last = (await page(next, cookie)).text;
    expect([last.match(/>Document</g)?.length, last.includes('More orders')]).toEqual([2, false]);
    expect((await page('/staff/orders?list=held')).headers.location).toBe('/staff');
    expect((await page('/staff/orders?list=mine', cookie)).status).toBe(400);
  });

  test('lists what needs attention, open or ended, the longest waiting first, with the step and since when', async () => {
    const minutes = (n: number) => new Date(NOON + n * 60_000);
    const stuck = (n: number) => ({ attentionStep: 'contact', attentionReason: 'r', attentionSince: minutes(n) });
    for (let n = 0; n < 50; n++) await office.order(`cs_test_stuck${n}`, stuck(n >> 1)); // two each minute
    const failed = { ...stuck(-5), attentionStep: 'refund-failed' };
    const ended = { status: 'COMPLETED', paymentStatus: 'PAID', createdAt: minutes(60), ...failed } as const;
    const { number } = await office.order('cs_test_stuck_ended', ended);
    office.now += 20_000;
    const front = (await page('/staff', cookie)).text;
    expect(front).toContain('<a href="/staff/orders?list=attention">Needs attention</a><span>51</span>');
    office.now = NOON;
    const { text } = await page('/staff/orders?list=attention', cookie);
    const [foremost = ''] = /<li>.*?<\/li>/.exec(text) ?? [];
    expect(foremost).toContain(`Order ${number}, 23 November 2026: COMPLETED, paid`);
    expect(foremost).toContain('<b> · needs attention at “refund-failed” since 23 November 2026 at 11:55 UTC</b>');
    const [view = { query: '' }] = savedViews(NOON);
    const link = new URLSearchParams({ query: view.query }).toString();
    expect(text).toContain(`<a href="${UI}/namespaces/shop%20one/workflows?${link}">The Temporal UI</a>`);
    const next = /<a href="([^"]+)">More orders/.exec(text)?.[1]?.replace('&amp;', '&') ?? '';
    const last = (await page(next, cookie)).text;
    expect([last.match(/>Document</g)?.length, last.includes('More orders')]).toEqual([1, false]);
    expect(last).toContain('at “contact” since 23 November 2026 at 12:24 UTC');
    const of = (html: string) => [...html.matchAll(/\/staff\/orders\/(\d+)">Document/g)].map(([, one]) => one);
    expect(new Set([...of(text), ...of(last)]).size).toBe(51);
    expect((await page('/staff/orders?list=attention&cursor=x', cookie)).status).toBe(400);
  });

  test('leaves nothing personal, no token and no search in the log', () => {
    const log = JSON.stringify(office.api.log); // the same logger
    expect(log).toContain('/staff/find');
    expect(log).not.toMatch(/ada@|bob@|Torstra|the-token-of|holdfast-staff|0034043/i);
  });
});

describe('the saved views', () => {
  test('are links to lists of the Temporal UI, with Temporal’s own counts', async () => {
    const [{ name: exact } = { name: '' }, ...views] = savedViews(NOON);
    const other = await Api.listen({
      ...api.deps,
      temporal: counting(async (query) => views.findIndex((view) => view.query === query)),
    });
    const { text } = await page('/staff', (await signIn(ADMIN_TOKEN, other)).cookie, other);
    for (const [place, { name, query }] of views.entries()) {
      const link = new URLSearchParams({ query }).toString();
      expect(text).toContain(
        `<a href="${UI}/namespaces/shop%20one/workflows?${link}">${name}</a></span><span>${place}</span>`,
      );
    }
    expect(text.split(`>${exact}</a>`)).toHaveLength(2); // in the list of the database alone
    await other.close();
  });

  test('are counted once for everybody in ten seconds, and shown without numbers while Temporal is away', async () => {
    let asked = 0;
    const clock = { now: () => now };
    let now = NOON;
    const count = viewCounter(
      {
        clock,
        temporal: counting(async () => {
          asked += 1;
          if (asked > 5) throw new Error('away');
          return 5;
        }),
      },
      null,
    );
    await Promise.all([count(), count()]);
    now += 9_999;
    expect((await count()).map(({ count, url }) => [count, url])).toEqual(Array(5).fill([5, null]));
    expect(asked).toBe(5);
    now += 1;
    expect((await count()).map(({ count }) => count)).toEqual(Array(5).fill(null));
  });

  test('are set up by a page that may run one script, its own', async () => {
    const { text, headers } = await page('/staff/setup', (await signIn(ADMIN_TOKEN)).cookie);
    expect(text).toContain(`data-origin="${UI}" data-setup="{&quot;namespace&quot;:&quot;shop one&quot;,`);
    for (const { name, query } of savedViews(NOON)) {
      const link = new URLSearchParams({ query, savedQuery: name }).toString().replaceAll('&', '&amp;');
      expect(text).toContain(`<a href="${UI}/namespaces/shop%20one/workflows?${link}">${name}</a>`);
    }
    const [, script = ''] = /<script>([\s\S]+)<\/script>/.exec(text) ?? [];
    const hash = createHash('sha256').update(script).digest('base64');
    expect(headers['content-security-policy']).toContain(`;script-src 'sha256-${hash}';`);
    expect((await page('/staff/setup')).headers.location).toBe('/staff');
  });

  test('and columns are set up again without being doubled, and leave what else the browser keeps', () => {
    const kept = new Map([['saved-workflow-queries', JSON.stringify({ shop: [{ name: 'Mine' }], other: [] })]]);
    const localStorage = { getItem: (key: string) => kept.get(key), setItem: kept.set.bind(kept) };
    const run = () =>
      runInNewContext(setupScript(uiSetup('shop', savedViews(NOON))), { localStorage, location: { reload() {} } });
    run();
    const once = JSON.stringify([...kept]);
    run();
    expect(JSON.stringify([...kept])).toBe(once);
    const { shop, other } = JSON.parse(kept.get('saved-workflow-queries') ?? '');
    expect(other).toEqual([]);
    expect(shop.map(({ name }: { name: string }) => name)).toEqual([
      'Mine',
      ...savedViews(NOON).map(({ name }) => name),
    ]);
    expect(kept.get('namespace-workflow-table-columns')).toContain('"label":"OrderNumber","pinned":true');
  });

  test('are their queries where no address of the Temporal UI is known', async () => {
    const other = await served({ TEMPORAL_UI_URL: undefined });
    const { text } = await page('/staff', (await signIn(ADMIN_TOKEN, other)).cookie, other);
    expect(text).toContain('<span>To ship</span><span>–</span><code>OrderStatus = &#x27;PREPARING&#x27;');
    expect(text).not.toContain('href="http');
    await other.close();
  });
});

describe('the codec of the Temporal UI', () => {
  const keys = payloadKeys.parse(`first:${randomBytes(32).toString('base64')}`);
  const plain = { metadata: { encoding: base64('json/plain') }, data: base64('{"sku":"mug"}') };
  let coding: Api;
  beforeAll(async () => {
    coding = await served({ PAYLOAD_KEYS: keys });
  });
  afterAll(() => coding?.close());

  const ask = (direction: string, payloads: unknown[], headers: Record<string, string>, at = coding) =>
    at.http
      .post(`/staff/codec/${direction}`)
      .set({ origin: UI, 'x-namespace': 'shop one', ...headers })
      .send({ payloads });

  test('encrypts and decrypts for the cookie of the sign-in and for a token of staff, and for nobody else', async () => {
    const { cookie } = await signIn(ada.secret, coding);
    const encoded = await ask('encode', [plain], { cookie });
    expect(encoded.status).toBe(200);
    const [payload] = encoded.body.payloads;
    expect(Buffer.from(payload.metadata['encryption-key-id'], 'base64').toString()).toBe('first');
    for (const headers of [{ cookie }, { authorization: `Bearer ${ADMIN_TOKEN}` }]) {
      const decoded = await ask('decode', [payload, plain], headers as Record<string, string>);
      expect([decoded.status, decoded.body]).toEqual([200, { payloads: [plain, plain] }]);
      expect(decoded.headers['cache-control']).toBe('no-store');
    }
    for (const headers of [{}, { cookie: `${cookie}x` }, { authorization: 'Bearer wrong' }]) {
      const refused = await ask('decode', [payload], headers as Record<string, string>);
      expect([refused.status, refused.body.code]).toEqual([401, 'unauthorized']);
      expect(refused.headers['access-control-allow-origin']).toBe(UI); // so that the UI's page sees why
    }
  });

  test('is open to the UI’s origin alone, with its cookie', async () => {
    const preflight = (origin: string, at = coding) =>
      at.http
        .options('/staff/codec/decode')
        .set({ origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-namespace' });
    const { headers } = await preflight(UI);
    expect([headers['access-control-allow-origin'], headers['access-control-allow-credentials']]).toEqual([UI, 'true']);
    expect(headers['access-control-allow-headers']).toMatch(/X-Namespace/);
    const elsewhere = [await preflight('https://else.test'), await preflight(office.api.deps.env.STOREFRONT_URL)];
    for (const { headers: of } of elsewhere) expect(of['access-control-allow-origin']).toBeUndefined();
    // Every other address is open to the storefront, as before.
    expect((await coding.http.get('/products').set('origin', UI)).headers['access-control-allow-credentials']).toBe(
      undefined,
    );
  });

  test('says which key is missing, and that there are none', async () => {
    const authorization = `Bearer ${ADMIN_TOKEN}`;
    const [foreign] = await payloadCodec(payloadKeys.parse(`other:${randomBytes(32).toString('base64')}`)).encode([{}]);
    const metadata = Object.fromEntries(
      Object.entries(foreign?.metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
    );
    const payload = { metadata, data: Buffer.from(foreign?.data ?? []).toString('base64') };
    const unreadable = await ask('decode', [payload], { authorization });
    expect([unreadable.status, unreadable.body.detail]).toEqual([
      400,
      'Not readable: PAYLOAD_KEYS has no key named "other", which encrypted this payload.',
    ]);
    expect((await ask('decode', [plain], { authorization }, api)).status).toBe(404);
  });
});
