import type { SessionId } from '../../domain/ids';
import { orderPageUrl } from '../../platform/links';
import { endTurn } from '../../store/bulk/turns';
import { invalidAt, Office, problem } from './admin-office';
import { NOON, STOREFRONT_KEY } from './bare';

let office: Office;
/** The rows of a list, as session ids without what all have in common. */
const ids = (body: { data: { sessionId: string }[] }) =>
  body.data.map(({ sessionId }) => sessionId.replace('cs_test_', ''));
const list = (query: Record<string, string> = {}) => office.ask('get', '/admin/orders').query(query);
const search = (body: unknown) => office.ask('post', '/admin/orders/search').send(body as object);
/** As a storefront's server asks for its customer. */
const asServer = (method: 'get' | 'post', path: string, shopper = '203.0.113.7') =>
  office.api.http[method](path).set({ authorization: `Bearer ${STOREFRONT_KEY}`, 'holdfast-shopper': shopper });
const ordersOf = (userId: string, cursor?: string) =>
  asServer('get', '/storefront/orders').query({ userId, ...(cursor && { cursor }) });
const events = (query: Record<string, string> = {}) => office.ask('get', '/admin/deliveries').query(query);
const minute = (n: number) => new Date(NOON + n * 60_000);

beforeAll(async () => {
  office = await Office.open();
});
beforeEach(async () => {
  await office.db.$executeRaw`TRUNCATE orders, customers, refunds, shipments, timeline, order_items CASCADE`;
});
afterAll(() => office?.close());

describe('the list of orders', () => {
  test('is empty at first', async () => {
    expect((await list()).body).toEqual({ data: [], nextCursor: null });
  });

  test('shows the state of each, newest first', async () => {
    await office.order('cs_test_old', {
      createdAt: minute(0),
      status: 'COMPLETED',
      paymentStatus: 'PARTIALLY_REFUNDED',
      refunded: 500,
    });
    const stuck = { attentionStep: 'confirm', attentionReason: 'The amount differs', attentionSince: minute(2) };
    const { number } = await office.order('cs_test_new', {
      createdAt: minute(1),
      currency: 'usd',
      disputed: true,
      ...stuck,
    });
    const answer = await list();
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual([
      {
        number,
        sessionId: 'cs_test_new',
        status: 'PENDING',
        paymentStatus: 'UNPAID',
        total: { amount: 2500, currency: 'usd' },
        refunded: { amount: 0, currency: 'usd' },
        attention: { step: 'confirm', reason: 'The amount differs', since: '2026-11-23T12:02:00.000Z' },
        disputed: true,
        hold: null,
        withdrawn: false,
        returnRequested: false,
        createdAt: '2026-11-23T12:01:00.000Z',
      },
      expect.objectContaining({
        sessionId: 'cs_test_old',
        status: 'COMPLETED',
        paymentStatus: 'PARTIALLY_REFUNDED',
        refunded: { amount: 500, currency: 'eur' },
        attention: null,
        disputed: false,
      }),
    ]);
  });

  test('is filtered by status, attention and dispute, and by all together', async () => {
    const stuck = { attentionStep: 'read', attentionReason: 'r', attentionSince: minute(0) };
    await office.order('cs_test_a', { createdAt: minute(4) });
    await office.order('cs_test_b', { createdAt: minute(3), status: 'PREPARING', ...stuck });
    await office.order('cs_test_c', { createdAt: minute(2), status: 'PREPARING', disputed: true });
    await office.order('cs_test_d', { createdAt: minute(1), ...stuck, disputed: true });
    expect(ids((await list({ status: 'PREPARING' })).body)).toEqual(['b', 'c']);
    expect(ids((await list({ attention: 'true' })).body)).toEqual(['b', 'd']);
    expect((await list({ status: '', attention: '', disputed: '' })).body.data).toEqual((await list({})).body.data);
    expect(ids((await list({ disputed: 'true' })).body)).toEqual(['c', 'd']);
    expect(ids((await list({ disputed: 'true', attention: 'true' })).body)).toEqual(['d']);
    expect(ids((await list({ status: 'PREPARING', disputed: 'true' })).body)).toEqual(['c']);
    expect(ids((await list({ status: 'SHIPPED' })).body)).toEqual([]);
  });

  test('is filtered by holds and withdrawals, and says both of each order', async () => {
    const held = { shippingHold: 'fraud', shippingHoldSince: minute(0), shippingHoldBy: 'Ada' };
    await office.order('cs_test_a', { createdAt: minute(3), status: 'PREPARING' });
    await office.order('cs_test_b', { createdAt: minute(2), status: 'PREPARING', ...held });
    await office.order('cs_test_c', { createdAt: minute(1), status: 'PREPARING', ...held });
    await office.order('cs_test_d', { createdAt: minute(0), status: 'SHIPPED' });
    for (const sessionId of ['cs_test_c', 'cs_test_d'])
      await office.db.withdrawal.create({
        data: { sessionId, at: minute(4), via: 'link', undone: false, late: false },
      });
    expect(ids((await list({ held: 'true' })).body)).toEqual(['b', 'c']);
    await office.db.order.update({ where: { sessionId: 'cs_test_b' }, data: { status: 'REFUNDED' } });
    expect(ids((await list({ held: 'true' })).body)).toEqual(['c']);
    await office.db.order.update({ where: { sessionId: 'cs_test_b' }, data: { status: 'PREPARING' } });
    expect(ids((await list({ withdrawn: 'true' })).body)).toEqual(['c', 'd']);
    expect(ids((await list({ withdrawn: 'true', held: 'true', status: 'PREPARING' })).body)).toEqual(['c']);
    expect(ids((await list({ held: '', withdrawn: '' })).body)).toEqual(['a', 'b', 'c', 'd']);
    const shown = (await list()).body.data.map(({ hold, withdrawn }: Record<string, unknown>) => [hold, withdrawn]);
    expect(shown).toEqual([
      [null, false],
      ['fraud', false],
      ['fraud', true],
      [null, true],
    ]);
  });

  test('is filtered by what may be shipped now, and what may not, and leaves out none', async () => {
    const stock = 'COMMITTED' as const;
    const toShip = { status: 'PREPARING', paymentStatus: 'PAID', stock } as const;
    const since = minute(0);
    const obstacles = {
      held: { shippingHold: 'address', shippingHoldSince: since, shippingHoldBy: 'Ada' },
      review: { reviewOpen: true },
      disputed: { disputed: true },
      warned: { fraudWarning: true },
      cancelling: { cancelRequestedAt: since, cancelReason: 'other' },
      back: { stock: 'RETURNED' },
    } as const;
    await office.order('cs_test_free', toShip);
    await office.order('cs_test_mail', {
      ...toShip,
      attentionStep: 'mail',
      attentionReason: 'r',
      attentionSince: since,
    });
    for (const [name, obstacle] of Object.entries(obstacles))
      await office.order(`cs_test_${name}`, { ...toShip, ...obstacle });
    await office.order('cs_test_unpaid');
    await office.order('cs_test_sent', { ...toShip, status: 'SHIPPED' });
    expect(ids((await list({ shipping: 'free' })).body).sort()).toEqual(['free', 'mail']);
    expect(ids((await list({ shipping: 'stopped' })).body).sort()).toEqual(Object.keys(obstacles).sort());
    expect(ids((await list({ shipping: 'stopped', held: 'true' })).body)).toEqual(['held']);
    expect(ids((await list({ shipping: 'free', status: 'SHIPPED' })).body)).toEqual([]);
    expect(ids((await list({ shipping: '' })).body)).toHaveLength(10);
  });

  test('is filtered by requests to return that nobody has answered, and says so of each order', async () => {
    await office.product('mug');
    const ask = async (sessionId: string) => {
      const line = { sessionId, sku: 'mug', name: 'Mug', kind: 'PHYSICAL' as const, position: 0 };
      await office.db.orderItem.create({ data: { ...line, unitAmount: 2500, total: 2500, quantity: 1, shipped: 1 } });
      const items = [{ sku: 'mug', quantity: 1 }];
      await office.db.returnRequest.create({ data: { sessionId, id: crypto.randomUUID(), at: minute(4), items } });
    };
    for (const [n, sessionId] of ['cs_test_a', 'cs_test_b', 'cs_test_c', 'cs_test_d'].entries())
      await office.order(sessionId, { createdAt: minute(-n), status: 'SHIPPED' });
    await ask('cs_test_a');
    await ask('cs_test_c');
    await ask('cs_test_d');
    await office.db.returnRequest.updateMany({
      where: { sessionId: 'cs_test_c' },
      data: { declinedAt: minute(5), declinedBy: 'ada' },
    });
    expect(ids((await list({ returnRequested: 'true' })).body)).toEqual(['a', 'd']);
    expect(ids((await list({ returnRequested: 'true', status: 'COMPLETED' })).body)).toEqual([]);
    const refunded = async (status: 'REFUNDED' | 'SHIPPED') =>
      office.db.order.update({ where: { sessionId: 'cs_test_d' }, data: { status } });
    await refunded('REFUNDED');
    expect(ids((await list({ returnRequested: 'true' })).body)).toEqual(['a']);
    const shown = (await list()).body.data.map((row: { returnRequested: boolean }) => row.returnRequested);
    expect(shown).toEqual([true, false, false, false]);
    await refunded('SHIPPED'); // the refund has failed
    expect(ids((await list({ returnRequested: 'true' })).body)).toEqual(['a', 'd']);
  });

  test('continues page by page, even if many were created at one moment and more arrive meanwhile', async () => {
    const name = (n: number) => String(n).padStart(3, '0');
    for (let n = 0; n < 112; n += 1) await office.order(`cs_test_${name(n)}`, { createdAt: minute(n < 60 ? 0 : -1) });
    const first = (await list()).body;
    expect(first.data).toHaveLength(50);
    await office.order('cs_test_later', { createdAt: minute(1) });
    const second = (await list({ cursor: first.nextCursor })).body;
    const third = (await list({ cursor: second.nextCursor })).body;
    expect(third.nextCursor).toBeNull();
    expect([...ids(first), ...ids(second), ...ids(third)]).toEqual(Array.from({ length: 112 }, (_, n) => name(n)));
    expect(first.nextCursor).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  test('keeps its filter from page to page', async () => {
    for (let n = 0; n < 51; n += 1)
      await office.order(`cs_test_${n}`, { createdAt: minute(-n), status: n % 51 === 7 ? 'EXPIRED' : 'PENDING' });
    await office.order('cs_test_last', { createdAt: minute(-60) });
    const first = (await list({ status: 'PENDING' })).body;
    const second = (await list({ status: 'PENDING', cursor: first.nextCursor })).body;
    expect(ids(second)).toEqual(['last']);
  });

  test.each<[string, string, string]>([
    ['a status that is none', 'status=SHIPPING', 'status'],
    ['a status in lower case', 'status=paid', 'status'],
    ['two statuses', 'status=PAID&status=PENDING', 'status'],
    ['attention of something else', 'attention=false', 'attention'],
    ['a dispute of something else', 'disputed=1', 'disputed'],
    ['a hold of something else', 'held=fraud', 'held'],
    ['a way of shipping that is none', 'shipping=true', 'shipping'],
    ['a withdrawal of something else', 'withdrawn=false', 'withdrawn'],
    ['an unknown filter', 'customer=ada', ''],
    ['a cursor of something else', 'cursor=%00', 'cursor'],
    ['a cursor without a session', `cursor=${Buffer.from('1795435200000').toString('base64url')}`, 'cursor'],
    ['a cursor without a time', `cursor=${Buffer.from('x cs_test_abc').toString('base64url')}`, 'cursor'],
    [
      'a cursor beyond all time',
      `cursor=${Buffer.from('9999999999999999 cs_test_abc').toString('base64url')}`,
      'cursor',
    ],
    ['an endless cursor', `cursor=${'a'.repeat(401)}`, 'cursor'],
  ])('refuses %s', async (_what, query, path) => {
    const answer = await office.ask('get', `/admin/orders?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(invalidAt(path));
  });
});

const bulk = (body: object, key?: string) => {
  const asked = office.ask('post', '/admin/bulk');
  return (key === undefined ? asked : asked.set('idempotency-key', key)).send(body);
};

describe('many orders at once', () => {
  const cancel = { action: 'cancel', status: 'PENDING' };
  const numbers = async (body: object) => (await bulk({ ...body, dryRun: true })).body.numbers;

  test('are named by a dry run, oldest first, and nothing is written', async () => {
    const stuck = { attentionStep: 'read', attentionReason: 'r', attentionSince: minute(0) };
    const order = async (at: number, more = {}) =>
      (await office.order(`cs_test_${at}`, { createdAt: minute(at), ...more })).number;
    const [c, b, a] = [await order(3), await order(2, stuck), await order(1)];
    await order(0, { paymentStatus: 'PAID', ...stuck });
    await order(-1, { paymentStatus: 'PROCESSING' });
    const e = await order(-2, { status: 'PREPARING', paymentStatus: 'PAID', ...stuck });
    const answer = await bulk({ ...cancel, dryRun: true });
    expect([answer.status, answer.body]).toEqual([200, { matched: 3, numbers: [a, b, c] }]);
    expect(await numbers({ action: 'cancel' })).toEqual([a, b, c]); // never what is paid, unless its status is named
    expect(await numbers({ ...cancel, limit: 2 })).toEqual([a, b]);
    expect(await numbers({ ...cancel, olderThan: minute(2).toISOString() })).toEqual([a]);
    expect(await numbers({ ...cancel, olderThan: minute(2).toISOString().replace('Z', '+00:00') })).toEqual([a]);
    expect(await numbers({ ...cancel, attention: true })).toEqual([b]);
    expect(await numbers({ ...cancel, attention: false })).toEqual([a, c]);
    expect(await numbers({ ...cancel, status: 'PREPARING' })).toEqual([e]);
    expect(await numbers({ action: 'retry' })).toHaveLength(3);
    expect(await numbers({ action: 'retry', status: 'PREPARING' })).toEqual([e]);
    expect(await office.db.bulk.count()).toBe(0);
  });

  test('are written down under one key once, before Temporal hears of them', async () => {
    const { number } = await office.order('cs_test_bulk');
    const answer = await bulk(cancel, 'monday');
    expect([answer.status, answer.body]).toEqual([202, { id: expect.any(String), matched: 1 }]);
    await office.order('cs_test_later');
    expect((await bulk(cancel, 'monday')).body).toEqual(answer.body);
    const other = await bulk({ ...cancel, limit: 1 }, 'monday');
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_key_reused']);
    const { body } = await office.ask('get', `/admin/bulk/${answer.body.id}`);
    expect(body).toEqual({
      ...{ id: answer.body.id, action: 'cancel', actor: 'staff', status: 'RUNNING', matched: 1, done: 0, refused: [] },
      ...{ requestedAt: '2026-11-23T12:00:00.000Z', finishedAt: null },
    });
    const moved = { outcome: 'refused', code: 'invalid_transition', detail: 'The order is SHIPPED' } as const;
    await endTurn(office.db, { id: answer.body.id, sessionId: 'cs_test_bulk' as SessionId, moved });
    expect((await office.ask('get', `/admin/bulk/${answer.body.id}`)).body.refused).toEqual([
      { number, code: 'invalid_transition', detail: 'The order is SHIPPED.' },
    ]);
  }, 30_000);

  test.each<[string, object, string]>([
    ['nothing to do', {}, 'action'],
    ['another action', { action: 'refund' }, 'action'],
    ['another status', { action: 'cancel', status: 'UNPAID' }, 'status'],
    ['another reason', { action: 'cancel', reason: 'because' }, 'reason'],
    ['none at all', { ...cancel, limit: 0 }, 'limit'],
    ['too many', { ...cancel, limit: 501 }, 'limit'],
    ['an age', { ...cancel, olderThan: '3 days' }, 'olderThan'],
    ['a time that the database cannot have', { ...cancel, olderThan: '0000-01-01T00:00:00Z' }, 'olderThan'],
    ['an unknown field', { ...cancel, note: 'x' }, ''],
  ])('with %s are 400', async (_what, body, path) => {
    const answer = await bulk(body);
    expect([answer.status, answer.body]).toEqual([400, invalidAt(path)]);
  });

  test.each(['nothing', '00000000-0000-4000-8000-000000000000'])('of the id %s are 404', async (id) => {
    expect((await office.ask('get', `/admin/bulk/${id}`)).body).toEqual(problem(404, 'not_found'));
  });
});

describe('events and their deliveries', () => {
  const EVENT = '0b9c1f4e-7a55-4f0e-9d0a-3f2f6c1f8f11';
  const receiver = { urlHash: 'hash', wantedUntil: new Date(NOON + 86_400_000) };
  const replay = (id: string) => office.ask('post', `/admin/deliveries/${id}/replay`);
  const event = (sessionId: string, n: number, change: object = {}) =>
    office.db.delivery.create({
      data: {
        ...{ id: crypto.randomUUID(), sessionId, type: 'order.paid', at: minute(n), queuedAt: minute(n) },
        ...{ nextTryAt: minute(n), ...change },
      },
    });
  const givenUp = { status: 'GIVEN_UP', attempts: 11, lastError: 'http_500', lastTriedAt: minute(1), nextTryAt: null };
  beforeEach(async () => {
    await office.db.eventReceiver.deleteMany();
    office.now = NOON;
  });

  test('are listed, newest first, by status and by order', async () => {
    const { number } = await office.order('cs_test_a');
    await office.order('cs_test_b');
    await event('cs_test_a', 0, { id: EVENT, ...givenUp });
    await event('cs_test_b', 1);
    await event('cs_test_a', 2, {
      type: 'order.completed',
      status: 'DELIVERED',
      deliveredAt: minute(3),
      nextTryAt: null,
    });
    const types = async (query: Record<string, string>) =>
      (await events(query)).body.data.map((one: { number: string; type: string }) => one.type);
    expect(await types({})).toEqual(['order.completed', 'order.paid', 'order.paid']);
    expect(await types({ status: '', order: '' })).toHaveLength(3);
    expect(await types({ order: 'cs_test_a' })).toEqual(['order.completed', 'order.paid']);
    expect(await types({ order: number, status: 'DELIVERED' })).toEqual(['order.completed']);
    expect(await types({ order: '999999' })).toEqual([]);
    expect((await events({ status: 'GIVEN_UP' })).body).toEqual({
      data: [
        {
          ...{ id: EVENT, type: 'order.paid', number, sessionId: 'cs_test_a', at: minute(0).toISOString() },
          ...{ status: 'GIVEN_UP', attempts: 11, lastError: 'http_500', lastTriedAt: minute(1).toISOString() },
          ...{ nextTryAt: null, deliveredAt: null },
        },
      ],
      nextCursor: null,
    });
    for (const [query, path] of [
      [{ status: 'SENT' }, 'status'],
      [{ cursor: 'abc' }, 'cursor'],
      [{ type: 'order.paid' }, ''],
    ] as const)
      expect((await events(query)).body).toEqual(invalidAt(path));
  });

  test('are paged: every one once, also those of one moment', async () => {
    await office.order('cs_test_a');
    for (let n = 0; n < 120; n++) await event('cs_test_a', Math.floor(n / 30));
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await events({ cursor });
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    }
    expect([seen.length, new Set(seen).size]).toEqual([120, 120]);
  });

  test('are replayed: tried again under the same id as if new, whatever became of them; the timeline says by whom', async () => {
    await office.order('cs_test_a');
    await event('cs_test_a', -9_000, { id: EVENT, ...givenUp });
    await office.db.eventReceiver.create({ data: { ...receiver, goneAt: minute(-1) } });
    const answer = await replay(EVENT);
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({ id: EVENT, status: 'PENDING', attempts: 0, nextTryAt: minute(0).toISOString() }),
    ]);
    expect(await office.db.delivery.findFirst()).toMatchObject({ queuedAt: minute(0), lastError: null });
    expect(await office.db.eventReceiver.findFirst()).toMatchObject({ goneAt: null });
    expect(await office.db.timelineEntry.findMany()).toMatchObject([
      { sessionId: 'cs_test_a', message: 'The event order.paid is sent again', actor: 'staff' },
    ]);
    await office.db.delivery.update({
      where: { id: EVENT },
      data: { status: 'DELIVERED', deliveredAt: minute(0), nextTryAt: null },
    });
    office.now += 1;
    expect((await replay(EVENT)).body).toMatchObject({ status: 'PENDING', deliveredAt: null });
  });

  test('are not replayed while there is no receiver, nor if there are none of the id', async () => {
    await office.order('cs_test_a');
    await event('cs_test_a', 0, { id: EVENT, ...givenUp });
    expect((await replay(EVENT)).body).toEqual(problem(409, 'invalid_transition'));
    await office.db.eventReceiver.create({ data: { ...receiver, wantedUntil: minute(0) } });
    expect((await replay(EVENT)).body).toEqual(problem(409, 'invalid_transition'));
    expect(await office.db.delivery.findFirst()).toMatchObject(givenUp);
    for (const id of ['nothing', crypto.randomUUID()])
      expect((await replay(id)).body).toEqual(problem(404, 'not_found'));
  });
});

describe('no list', () => {
  test('reads more rows than it shows', async () => {
    await office.db.$executeRaw`
      INSERT INTO orders (session_id, number, status, payment_status, stock, origin, currency, subtotal, total, hold_until, created_at, updated_at)
      SELECT 'cs_test_' || n, n::text, 'COMPLETED', 'PAID', 'COMMITTED', 'CHECKOUT', 'eur', 1, 1, t, t, t
      FROM generate_series(1, 20000) n, LATERAL (SELECT timestamptz '2026-11-01' + n * interval '1 second' AS t) at`;
    await office.db.$executeRaw`
      INSERT INTO customers (session_id, email, user_id) SELECT session_id, session_id || '@example.com', session_id FROM orders`;
    await office.db.$executeRaw`
      INSERT INTO deliveries (id, session_id, type, at, queued_at, status, delivered_at)
      SELECT gen_random_uuid(), session_id, 'order.completed', created_at, created_at, 'DELIVERED', created_at FROM orders`;
    await office.db.$executeRaw`ANALYZE orders, customers, deliveries`;
    const { body } = await list();
    const laterEvents = (await events()).body.nextCursor;
    const asked: [string, () => PromiseLike<unknown>][] = [
      ['the first page', () => list()],
      ['a later page', () => list({ cursor: body.nextCursor })],
      ['a common status', () => list({ status: 'COMPLETED', cursor: body.nextCursor })],
      ['a rare status', () => list({ status: 'PAID' })],
      ['attention', () => list({ attention: 'true' })],
      ['disputes', () => list({ disputed: 'true' })],
      ['holds', () => list({ held: 'true' })],
      ['what may be shipped', () => list({ shipping: 'free' })],
      ['a later page of what may not', () => list({ shipping: 'stopped', cursor: body.nextCursor })],
      ['requests to return', () => list({ returnRequested: 'true' })],
      ['a later page of withdrawals', () => list({ withdrawn: 'true', cursor: body.nextCursor })],
      ['a cancel of many', () => bulk({ action: 'cancel', dryRun: true })],
      ['a cancel of a common status', () => bulk({ action: 'cancel', status: 'COMPLETED', dryRun: true })],
      ['a retry of many', () => bulk({ action: 'retry', olderThan: minute(0).toISOString(), dryRun: true })],
      ['a table', () => office.ask('get', '/admin/orders.csv').query({ since: minute(-60).toISOString() })],
      ['an e-mail', () => search({ email: 'cs_test_7@example.com' })],
      ['a user', () => search({ userId: 'cs_test_7' })],
      ['a storefront’s customer', () => ordersOf('cs_test_7')],
      ['a number', () => search({ number: '7' })],
      ['a payment', () => search({ paymentIntentId: 'pi_7' })],
      ['events', () => events()],
      ['later events', () => events({ cursor: laterEvents })],
      ['events that were given up', () => events({ status: 'GIVEN_UP' })],
      ['events that were delivered', () => events({ status: 'DELIVERED', cursor: laterEvents })],
      ['events of an order', () => events({ order: 'cs_test_7' })],
    ];
    for (const [what, ask] of asked) {
      const [plan] = await office.plansOf(ask);
      expect({
        what,
        reads: plan?.filter((node) => /Seq Scan|Sort/.test(node['Node Type']) && node['Plan Rows'] > 200),
      }).toEqual({ what, reads: [] });
    }
    for (const filter of ['held', 'withdrawn', 'returnRequested']) {
      const [plan = []] = await office.plansOf(() => list({ [filter]: 'true' }));
      const index = `orders_${filter.replace(/[A-Z]/, (one) => `_${one.toLowerCase()}`)}`;
      expect(plan.map((node) => node['Index Name'])).toContain(index);
    }
  });
});

describe('a table of orders', () => {
  const table = (query: Record<string, string> = {}) => office.ask('get', '/admin/orders.csv').query(query);
  /** Its rows by the names of its columns; no field of these tests has a comma or a line end. */
  const rows = ({ text }: { text: string }) => {
    const [names = '', ...lines] = text.split('\r\n').slice(0, -1);
    return lines.map((line) => {
      const cells = line.split(',');
      return Object.fromEntries(names.split(',').map((name, n) => [name, cells[n]]));
    });
  };

  test('has what is known about each, in the smallest unit, and nothing about who bought', async () => {
    const { number } = await office.order('cs_test_row', {
      status: 'SHIPPED',
      paymentStatus: 'PARTIALLY_REFUNDED',
      ...{ paymentIntentId: 'pi_row', createdAt: minute(1) },
      ...{ refunded: 700, discount: 300, shipping: 250, tax: 90, taxIncluded: 40, lostAmount: 5 },
      ...{ paidAt: minute(2), shippedAt: minute(3), disputed: true },
      ...{ shippingHold: 'fraud', shippingHoldSince: minute(0), shippingHoldBy: 'Ada' },
      ...{ attentionStep: 'read', attentionReason: 'r', attentionSince: minute(0) },
      customer: { email: 'ada@example.com', name: '=cmd|A1', address: { line1: '-1 Road', country: 'GB' } },
    });
    const item = { sessionId: 'cs_test_row', kind: 'PHYSICAL' as const, unitAmount: 1250 };
    await office.db.orderItem.createMany({
      data: [
        { ...item, sku: 'MUG', name: 'Mug', position: 0, quantity: 2, total: 2500 },
        { ...item, sku: 'CUP', name: 'Cup', position: 1, quantity: 1, total: 1250 },
        { ...item, sku: 'GONE', name: 'Exchanged', position: 2, quantity: 0, shipped: 1, replaced: 1, total: 0 },
      ],
    });
    await office.order('cs_test_bare', { createdAt: minute(0), currency: 'jpy' });
    const [row, bare, ...others] = rows(await table());
    const plain = {
      ...{ number, sessionId: 'cs_test_row', createdAt: '2026-11-23T12:01:00.000Z' },
      ...{ paidAt: '2026-11-23T12:02:00.000Z', shippedAt: '2026-11-23T12:03:00.000Z' },
      ...{ status: 'SHIPPED', paymentStatus: 'PARTIALLY_REFUNDED', currency: 'eur' },
      ...{ subtotal: '3750', discount: '300', shipping: '250', tax: '90', taxIncluded: '40', total: '2500' },
      ...{ refunded: '700', lost: '5', items: '2 MUG; 1 CUP', paymentIntentId: 'pi_row' },
      ...{ attention: 'read', disputed: 'true', hold: 'fraud', withdrawn: 'false' },
      returnRequested: 'false',
    };
    expect([row, others]).toEqual([plain, []]);
    expect(bare).toMatchObject({ sessionId: 'cs_test_bare', currency: 'jpy', paidAt: '', items: '', hold: '' });
    const [whole] = rows(await table({ personal: 'true' }));
    expect(whole).toEqual({
      ...plain,
      ...{ email: 'ada@example.com', name: "'=cmd|A1", userId: '', line1: "'-1 Road", line2: '', city: '' },
      ...{ state: '', postal_code: '', country: 'GB' },
    });
    const log = office.api.log.find(({ msg }) => msg === 'orders were exported with personal data');
    expect(log).toMatchObject({ actor: 'staff' });
    expect(JSON.stringify(office.api.log)).not.toMatch(/ada@|cmd/);
  });

  test('has every order that matches once, from page to page', async () => {
    await office.db.$executeRaw`
      INSERT INTO orders (session_id, number, status, payment_status, stock, origin, currency, subtotal, total, hold_until, created_at, updated_at)
      SELECT 'cs_test_' || n, 'n' || n, CASE WHEN n % 2 = 0 THEN 'COMPLETED' ELSE 'EXPIRED' END::"OrderStatus", 'PAID', 'COMMITTED', 'CHECKOUT', 'eur', 1, 1, t, t, t
      FROM generate_series(1, 1100) n, LATERAL (SELECT timestamptz '2026-11-01Z' + n / 300 * interval '1 hour' AS t) at`;
    const of = async (query: Record<string, string>) => rows(await table(query)).map((row) => row.sessionId);
    const all = await of({});
    expect([all.length, new Set(all).size]).toEqual([1100, 1100]);
    expect(await of({ status: 'EXPIRED' })).toHaveLength(550);
    expect(await of({ since: '2026-11-01T03:00:00Z' })).toHaveLength(201);
    expect(await of({ since: '2026-11-01T01:00:00+01:00', until: '2026-11-01T01:00:00Z' })).toHaveLength(299);
  });

  test.each([
    ['a status that is none', 'status=paid', 'status'],
    ['a cursor', 'cursor=abc', ''],
    ['a day', 'since=2026-11-01', 'since'],
    ['a time that the database cannot have', 'until=0000-01-01T00:00:00Z', 'until'],
    ['personal data of something else', 'personal=yes', 'personal'],
  ])('refuses %s', async (_what, query, path) => {
    expect((await office.ask('get', `/admin/orders.csv?${query}`)).body).toEqual(invalidAt(path));
  });

  test('of the ledger has every balance transaction of a period, with its order', async () => {
    const { number } = await office.order('cs_test_sold', { paymentIntentId: 'pi_sold' });
    const entry = (id: string, at: number, more: object) => ({
      ...{ id, at: minute(at), category: 'charge', type: 'charge', source: `ch_${id}`, currency: 'usd' },
      ...{ amount: 2500, settledCurrency: 'eur', settled: 2300, fee: 80, ...more },
    });
    const refunded = { category: 'refund', type: 'refund', amount: -700, settled: -640, fee: 0 };
    await office.db.ledgerEntry.createMany({
      data: [
        entry('txn_later', 9, {}),
        entry('txn_refund', 2, { paymentIntentId: 'pi_sold', ...refunded }),
        entry('txn_charge', 1, { paymentIntentId: 'pi_sold' }),
        entry('txn_stray', 1, { paymentIntentId: 'pi_other', sessionId: 'cs_test_other' }),
        ...Array.from({ length: 2_100 }, (_, n) => entry(`txn_${n}`, 3, { source: null })),
      ],
    });
    const ledger = (query: object) => office.ask('get', '/admin/ledger.csv').query(query);
    const until = minute(9).toISOString();
    const found = rows(await ledger({ since: minute(1).toISOString(), until }));
    const charge = {
      ...{ id: 'txn_charge', at: '2026-11-23T12:01:00.000Z', category: 'charge', type: 'charge' },
      ...{ source: 'ch_txn_charge', paymentIntentId: 'pi_sold', sessionId: 'cs_test_sold', number },
      ...{ currency: 'usd', amount: '2500', settledCurrency: 'eur', settled: '2300', fee: '80' },
    };
    expect(found.slice(0, 3)).toEqual([
      charge,
      expect.objectContaining({ id: 'txn_stray', sessionId: 'cs_test_other', number: '' }),
      expect.objectContaining({ id: 'txn_refund', sessionId: 'cs_test_sold', amount: '-700', settled: '-640' }),
    ]);
    expect([found.length, new Set(found.map(({ id }) => id)).size]).toEqual([2_103, 2_103]);
    expect(rows(await ledger({ since: until })).map(({ id }) => id)).toEqual(['txn_later']);
    const plans = await office.plansOf(() => ledger({ until }));
    expect(plans).toHaveLength(3);
    expect((await ledger({ from: until })).body).toEqual(invalidAt(''));
    await office.db.ledgerEntry.deleteMany();
  });
});

describe('what became of carts that were not paid', () => {
  const counts = (query: Record<string, string> = {}) => office.ask('get', '/admin/recovery').query(query);
  const euro = (amount: number) => [{ amount, currency: 'eur' }];
  const NONE = { count: 0, amounts: [] };
  const abandoned = { status: 'EXPIRED', paymentStatus: 'UNPAID', stock: 'RELEASED' } as const;
  const bought = { status: 'PREPARING', paymentStatus: 'PAID', stock: 'COMMITTED' } as const;
  beforeEach(async () => {
    await office.db.$executeRaw`TRUNCATE mails, checkouts CASCADE`;
  });

  const mailed = (sessionId: string, sentAt: Date | null, key = `checkout_expired/${sessionId}`) =>
    office.db.mail.create({
      data: {
        ...{ key, sessionId, template: 'checkout_expired', audience: 'CUSTOMER', recipient: 'a@example.net' },
        ...{ subject: 's', html: 'h', text: 't', status: sentAt ? 'SENT' : 'GIVEN_UP', createdAt: minute(0), sentAt },
      },
    });
  const recovered = (recovers: string, sessionId: string, createdAt: Date) =>
    office.db.checkout.create({
      data: {
        ...{ id: crypto.randomUUID(), number: `r-${sessionId}`, origin: 'CHECKOUT', currency: 'eur', subtotal: 2500 },
        ...{ lines: [], request: {}, holdUntil: createdAt, recovers, sessionId, createdAt },
      },
    });

  test('is counted by what happened in a time, by default the last 30 days, with amounts by currency', async () => {
    const long = minute(-40 * 24 * 60);
    await office.order('cs_test_a', { ...abandoned, createdAt: minute(-60) });
    await office.order('cs_test_b', { ...abandoned, createdAt: minute(-50), currency: 'usd', total: 700 });
    await office.order('cs_test_c', { ...abandoned, createdAt: long });
    await office.order('cs_test_failed', { ...abandoned, paymentStatus: 'FAILED', createdAt: minute(-40) });
    await office.order('cs_test_left', { ...abandoned, status: 'CANCELLED', createdAt: minute(-40) });
    await mailed('cs_test_a', minute(-20));
    await mailed('cs_test_a', minute(-10), 'again');
    await mailed('cs_test_b', null);
    await mailed('cs_test_c', long);
    for (const [id, paidAt] of [
      ['cs_test_paid', minute(-5)],
      ['cs_test_open', null],
    ] as const) {
      await office.order(id, { ...(paidAt ? bought : {}), paidAt, total: 2000, createdAt: minute(-6) });
      await recovered('cs_test_a', id, minute(-6));
    }
    const { body } = await counts();
    expect(body).toEqual({
      ...{ from: minute(-30 * 24 * 60).toISOString(), to: minute(0).toISOString() },
      abandoned: { count: 2, amounts: [...euro(2500), { amount: 700, currency: 'usd' }] },
      mailed: { count: 1, amounts: euro(2500) },
      recovered: { count: 1, amounts: euro(2000) },
    });
    const earlier = { from: minute(-41 * 24 * 60).toISOString(), to: minute(-39 * 24 * 60).toISOString() };
    expect((await counts(earlier)).body).toMatchObject({
      ...{ abandoned: { count: 1 }, mailed: { count: 1 }, recovered: NONE },
    });
  });

  test.each<[string, Record<string, string>, string]>([
    ['ends before it begins', { from: '2026-11-02T00:00:00Z', to: '2026-11-01T00:00:00Z' }, 'from'],
    ['is too long', { from: '2025-01-01T00:00:00Z', to: '2026-11-01T00:00:00Z' }, 'from'],
    ['is no time', { from: 'yesterday' }, 'from'],
    ['has something else', { day: '1' }, ''],
  ])('in a time that %s is 400', async (_what, query, path) => {
    const answer = await counts(query);
    expect([answer.status, answer.body]).toEqual([400, invalidAt(path)]);
  });

  test('reads by indexes over the time, and no table that grows as a whole', async () => {
    const at = minute(-60 * 24 * 365);
    await office.db.$executeRaw`INSERT INTO orders (session_id, number, status, payment_status, stock, origin, currency,
        subtotal, total, hold_until, created_at, updated_at)
      SELECT 'cs_test_old_' || n, 'old-' || n, 'EXPIRED', 'UNPAID', 'RELEASED', 'CHECKOUT', 'eur', 1, 1, ${at}, ${at}, ${at}
      FROM generate_series(1, 3000) n`;
    await office.db
      .$executeRaw`INSERT INTO mails (key, template, audience, session_id, recipient, subject, html, text, status,
        created_at, sent_at)
      SELECT 'old/' || n || '/' || t, t, 'CUSTOMER', 'cs_test_old_' || n, '', '', '', '', 'SENT', ${at}, ${at}
      FROM generate_series(1, 3000) n, unnest(ARRAY['checkout_expired', 'order_confirmation']) t`;
    await office.db
      .$executeRaw`INSERT INTO checkouts (id, number, origin, currency, subtotal, lines, request, hold_until,
        session_id, recovers, created_at)
      SELECT gen_random_uuid(), 'old-c' || n, 'CHECKOUT', 'eur', 1, '[]', '{}', ${at}, 'cs_test_c_' || n, 'cs_test_old_' || n, ${at}
      FROM generate_series(1, 3000) n`;
    await office.db.$executeRaw`ANALYZE`;
    const plans = await office.plansOf(() => counts());
    const scans = plans.flat().filter((node) => node['Node Type'] === 'Seq Scan');
    expect([plans.length, scans]).toEqual([3, []]);
  });
});

describe('searching orders', () => {
  beforeEach(async () => {
    await office.order('cs_test_a', {
      createdAt: minute(2),
      paymentIntentId: 'pi_a',
      customer: { email: 'ada@example.com', userId: 'u1' },
    });
    await office.order('cs_test_b', { createdAt: minute(1), customer: { email: 'ada@example.com' } });
    await office.order('cs_test_c', { createdAt: minute(0), customer: { email: 'bob@example.com', userId: 'u1' } });
    await office.order('cs_test_d', { createdAt: minute(-1) });
  });

  test('finds by exact e-mail, in any case', async () => {
    expect(ids((await search({ email: 'Ada@Example.COM' })).body)).toEqual(['a', 'b']);
    expect(ids((await search({ email: 'ada@example' })).body)).toEqual([]);
    expect(ids((await search({ email: '%' })).body)).toEqual([]);
  });

  test('finds by user, number and payment', async () => {
    const { number } = await office.db.order.findUniqueOrThrow({ where: { sessionId: 'cs_test_d' } });
    expect(ids((await search({ userId: 'u1' })).body)).toEqual(['a', 'c']);
    expect(ids((await search({ number })).body)).toEqual(['d']);
    expect(ids((await search({ paymentIntentId: 'pi_a' })).body)).toEqual(['a']);
    expect(ids((await search({ paymentIntentId: 'pi_none' })).body)).toEqual([]);
  });

  test('matches every field given', async () => {
    expect(ids((await search({ email: 'ada@example.com', userId: 'u1' })).body)).toEqual(['a']);
    expect(ids((await search({ email: 'bob@example.com', paymentIntentId: 'pi_a' })).body)).toEqual([]);
  });

  test('continues page by page', async () => {
    for (let n = 0; n < 51; n += 1)
      await office.order(`cs_test_n${n}`, { createdAt: minute(100 - n), customer: { email: 'many@example.com' } });
    const first = (await search({ email: 'many@example.com' })).body;
    expect(first.data).toHaveLength(50);
    const second = (await search({ email: 'many@example.com', cursor: first.nextCursor })).body;
    expect([ids(second), second.nextCursor]).toEqual([['n50'], null]);
  });

  test.each<[string, unknown, string[]]>([
    ['nothing', {}, ['']],
    ['a page of nothing', { cursor: 'abc' }, ['']],
    ['an unknown field', { phone: '1' }, ['']],
    ['an unknown field beside', { email: 'a@b.c', phone: '1' }, ['']],
    ['an empty e-mail', { email: '' }, ['email']],
    ['a number that is no text', { number: 1001 }, ['number']],
    ['text PostgreSQL cannot hold', { userId: 'a\u0000' }, ['userId']],
    ['a list', ['a@b.c'], ['']],
  ])('refuses %s', async (_what, body, paths) => {
    const answer = await search(body);
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('invalid_request');
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(expect.arrayContaining(paths));
  });

  test('accepts no GET', async () => {
    expect((await office.ask('get', '/admin/orders/search')).status).toBe(405);
  });
});

describe('an order', () => {
  beforeEach(async () => {
    await office.order('cs_test_full', {
      ...{ shippingHold: 'address', shippingHoldSince: minute(4), shippingHoldBy: 'Ada' },
      status: 'PREPARING',
      paymentStatus: 'PARTIALLY_REFUNDED',
      paymentIntentId: 'pi_full',
      ...{ refunded: 700, discount: 300, shipping: 250, tax: 90, taxIncluded: 40 },
      ...{ presentmentAmount: 2711, presentmentCurrency: 'usd' },
      customer: {
        invoice: { id: 'in_1', url: 'https://invoice.stripe.com/i/1', pdf: 'https://pay.stripe.com/invoice/1/pdf' },
        email: 'ada@example.com',
        name: 'Ada Lovelace',
        address: { line1: '12 St James’s Square', city: 'London', postal_code: 'SW1Y 4JH', country: 'GB' },
        userId: 'u1',
      },
    });
    const { db } = office;
    const sessionId = 'cs_test_full';
    await db.orderItem.create({
      data: {
        sessionId,
        sku: 'MUG',
        position: 0,
        name: 'Mug',
        kind: 'PHYSICAL',
        quantity: 2,
        unitAmount: 1250,
        total: 2500,
        shipped: 1,
      },
    });
    await db.shipment.create({
      data: {
        id: crypto.randomUUID(),
        sessionId,
        carrier: 'Post',
        trackingNumber: '1',
        items: [],
        shippedAt: minute(3),
      },
    });
    const returned = { id: crypto.randomUUID(), sessionId, key: 'r', items: [{ sku: 'MUG', quantity: 1 }] };
    await db.orderReturn.create({
      data: { ...returned, condition: 'WRITE_OFF', refundKey: 'k1', actor: 'staff', at: minute(4) },
    });
    const instead = { sku: 'MUG', quantity: 1, with: 'CUP' };
    await db.replacement.create({
      data: { id: crypto.randomUUID(), sessionId, key: 'r', items: [instead], actor: 'staff', at: minute(5) },
    });
    const entry = { sessionId, at: minute(1), actor: 'holdfast' };
    await db.timelineEntry.create({
      data: { ...entry, type: 'opened', message: 'Opened by checkout', actor: 'shopper', key: 'opened' },
    });
    await db.timelineEntry.create({
      data: {
        ...entry,
        type: 'note',
        message: 'Asked to cancel',
        note: 'Called at noon',
        actor: 'staff',
        key: 'n',
      },
    });
    const at = { createdAt: minute(4), updatedAt: minute(4) };
    const refund = { sessionId, origin: 'STAFF' as const, currency: 'eur', actor: 'staff', ...at };
    await db.refund.create({
      data: {
        ...refund,
        key: 'k1',
        requestKey: 'k1',
        stripeId: 're_1',
        amount: 700,
        status: 'succeeded',
        reason: 'damaged',
      },
    });
    await db.refund.create({
      data: {
        ...refund,
        key: 'k2',
        requestKey: 'k2',
        amount: null,
        status: 'requested',
        reason: 'other',
        createdAt: minute(5),
      },
    });
  });

  const whole = () => ({
    number: expect.stringMatching(/^\d+$/),
    sessionId: 'cs_test_full',
    status: 'PREPARING',
    paymentStatus: 'PARTIALLY_REFUNDED',
    createdAt: '2026-11-23T12:00:00.000Z',
    items: [
      {
        sku: 'MUG',
        name: 'Mug',
        quantity: 2,
        unitAmount: { amount: 1250, currency: 'eur' },
        total: { amount: 2500, currency: 'eur' },
      },
    ],
    bought: [expect.objectContaining({ sku: 'MUG', quantity: 2, contents: null })],
    total: { amount: 2500, currency: 'eur' },
    refunded: { amount: 700, currency: 'eur' },
    expiresAt: '2026-11-23T12:31:00.000Z',
    shipments: [
      {
        carrier: 'Post',
        trackingNumber: '1',
        trackingUrl: null,
        shippedAt: '2026-11-23T12:03:00.000Z',
        deliveredAt: null,
      },
    ],
    downloads: [],
    licenceKeys: [],
    recoveryUrl: null,
    refundAwaitsBankDetails: null,
    refundedElsewhere: null,
    soldOut: false,
    halted: 'check', // it is on hold
    voucher: null,
    updatedAt: expect.any(String),
    customer: {
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      address: {
        line1: '12 St James’s Square',
        line2: null,
        city: 'London',
        state: null,
        postal_code: 'SW1Y 4JH',
        country: 'GB',
      },
      userId: 'u1',
    },
    amounts: {
      subtotal: { amount: 2500, currency: 'eur' },
      discount: { amount: 300, currency: 'eur' },
      shipping: { amount: 250, currency: 'eur' },
      tax: { amount: 90, currency: 'eur' },
      taxIncluded: { amount: 40, currency: 'eur' },
      total: { amount: 2500, currency: 'eur' },
      presentment: { amount: 2711, currency: 'usd' },
    },
    paymentIntentId: 'pi_full',
    invoice: { id: 'in_1', url: 'https://invoice.stripe.com/i/1', pdf: 'https://pay.stripe.com/invoice/1/pdf' },
    timeline: [
      { at: '2026-11-23T12:01:00.000Z', type: 'opened', message: 'Opened by checkout', actor: 'shopper' },
      {
        at: '2026-11-23T12:01:00.000Z',
        type: 'note',
        message: 'Asked to cancel: Called at noon',
        actor: 'staff',
      },
    ],
    attention: null,
    hold: { reason: 'address', since: '2026-11-23T12:04:00.000Z', actor: 'Ada' },
    withdrawal: null,
    disputed: false,
    disputes: [],
    returns: [
      {
        ...{ id: expect.any(String), at: '2026-11-23T12:04:00.000Z', actor: 'staff' },
        ...{ items: [{ sku: 'MUG', quantity: 1 }], condition: 'write_off', refundRequest: 'k1' },
      },
    ],
    returnRequests: [],
    replacements: [
      {
        ...{ id: expect.any(String), at: '2026-11-23T12:05:00.000Z', actor: 'staff' },
        items: [{ sku: 'MUG', quantity: 1, with: 'CUP' }],
      },
    ],
    refunds: [
      {
        id: 're_1',
        request: 'k1',
        refusal: null,
        failure: null,
        status: 'succeeded',
        amount: { amount: 700, currency: 'eur' },
        reason: 'damaged',
        createdAt: '2026-11-23T12:04:00.000Z',
      },
      {
        ...{ id: null, status: 'requested', reason: 'other', createdAt: '2026-11-23T12:05:00.000Z' },
        amount: { amount: 1800, currency: 'eur' },
        request: 'k2',
        refusal: null,
        failure: null,
      },
    ],
  });

  test('has everything known about it, by session and by number', async () => {
    const bySession = await office.ask('get', '/admin/orders/cs_test_full');
    expect(bySession.status).toBe(200);
    expect(bySession.body).toEqual(whole());
    const byNumber = await office.ask('get', `/admin/orders/${bySession.body.number}`);
    expect(byNumber.body).toEqual(bySession.body);
  });

  test('of an unknown guest has null for the customer', async () => {
    await office.order('cs_test_guest');
    expect((await office.ask('get', '/admin/orders/cs_test_guest')).body).toMatchObject({
      customer: { email: null, name: null, address: null, userId: null },
      paymentIntentId: null,
      refunds: [],
      timeline: [],
    });
  });

  test('that needs attention says at which step and why', async () => {
    await office.order('cs_test_stuck', {
      attentionStep: 'refund',
      attentionReason: 'No funds',
      attentionSince: minute(1),
    });
    expect((await office.ask('get', '/admin/orders/cs_test_stuck')).body.attention).toEqual({
      step: 'refund',
      reason: 'No funds',
      since: '2026-11-23T12:01:00.000Z',
    });
  });

  test.each(['999999', 'cs_test_nobody', 'full', '-1', '%25', 'a%2Fb'])('named %s is 404', async (ref) => {
    const answer = await office.ask('get', `/admin/orders/${ref}`);
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual(problem(404, 'unknown_order'));
  });

  test.each(['ship', 'deliver', 'cancel', 'retry'])(
    'that is not there cannot be asked to %s, though Temporal is down',
    async (step) => {
      const body = { ship: { carrier: 'Post', trackingNumber: '1' }, cancel: { reason: 'other' } }[step] ?? {};
      const answer = await office.ask('post', `/admin/orders/cs_test_nobody/${step}`).send(body);
      expect(answer.body).toEqual(problem(404, 'unknown_order'));
    },
  );
});

describe('a packing slip', () => {
  const slip = (ref: string, query: Record<string, string> = {}) =>
    office.ask('get', `/admin/orders/${ref}/packing-slip`).query(query);
  const goods = { position: 0, kind: 'PHYSICAL' as const, unitAmount: 1250, total: 2500, quantity: 2 };

  beforeEach(async () => {
    const { sessionId } = await office.order('cs_test_pack', {
      status: 'PREPARING',
      paymentStatus: 'PAID',
      stock: 'COMMITTED',
      customer: {
        email: 'ada@example.com',
        name: 'Ada <b>Lovelace</b>',
        address: { line1: 'Torstraße 1', city: 'Berlin', postal_code: '10119', country: 'DE' },
      },
    });
    await office.db.orderItem.createMany({
      data: [
        { ...goods, sessionId, sku: 'MUG', name: 'The “Tide” <mug>', quantity: 3, shipped: 1 },
        { ...goods, sessionId, sku: 'BOWL', name: 'Bowl', position: 1, restocked: 1 },
        { ...goods, sessionId, sku: 'GONE', name: 'Sent whole', position: 2, shipped: 2 },
        { ...goods, sessionId, sku: 'EBOOK', name: 'E-book', position: 3, kind: 'DIGITAL' },
      ],
    });
    const parcel = { sessionId, carrier: 'Post', shippedAt: minute(3) };
    const items = (quantity: number) => [
      { sku: 'MUG', quantity },
      { sku: 'GONE', quantity: 2 },
    ];
    await office.db.shipment.create({
      data: { ...parcel, id: crypto.randomUUID(), trackingNumber: 'T-1', items: items(1) },
    });
  });

  const HELD = { shippingHoldSince: minute(4), shippingHoldBy: 'Ada' };

  /** The rows of its table, as text. */
  const rows = (html: string) =>
    [...html.matchAll(/<tr><td>(.*?)<\/td><td>(.*?)<\/td><td>(.*?)<\/td><\/tr>/g)].map(([, ...cells]) => cells);

  test('says what is still to be sent and where to, without prices', async () => {
    const answer = await slip('cs_test_pack');
    expect([answer.status, answer.type]).toEqual([200, 'text/html']);
    expect(rows(answer.text)).toEqual([
      ['2', 'The “Tide” &lt;mug&gt;', 'MUG'],
      ['1', 'Bowl', 'BOWL'],
    ]);
    const address = ['Ada &lt;b&gt;Lovelace&lt;/b&gt;', 'Torstraße 1', '10119 Berlin', 'GERMANY'];
    expect(answer.text).toContain(`<address>${address.map((line) => `<div>${line}</div>`).join('')}</address>`);
    const { number } = await office.db.order.findUniqueOrThrow({ where: { sessionId: 'cs_test_pack' } });
    expect(answer.text).toContain(`<h1>Order ${number}</h1>`);
    expect((await slip(number)).text).toBe(answer.text);
    expect(answer.text).not.toMatch(/12[.,]?50|25[.,]?00|€|DO NOT SHIP|ada@example/);
  });

  test('is in the language of the order, but for what staff must know', async () => {
    const where = { sessionId: 'cs_test_pack' };
    await office.db.order.update({ where, data: { locale: 'de-AT', shippingHold: 'stock', ...HELD } });
    const { text } = await slip('cs_test_pack');
    expect(text).toMatch(/<html lang="de">.*<h1>Bestellung .*<p>Bestellt am \d+\. \S+ \d{4}<\/p>.*>Artikelnummer</);
    expect(text).toMatch(/<section class="stop" lang="en"><h1>DO NOT SHIP</);
    expect(text).not.toMatch(/Packing slip|Ordered|Quantity/);
    await office.db.order.update({ where, data: { locale: 'fr' } });
    expect((await slip('cs_test_pack')).text).toMatch(/<html lang="en">.*Ordered on/);
  });

  test('loads nothing from anywhere, runs nothing, and is kept by no cache', async () => {
    const { text, headers } = await slip('cs_test_pack');
    expect(text).not.toMatch(/<script|<img|<link|url\(|https?:/);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';style-src 'sha256-/);
    expect(headers['cache-control']).toBe('no-store');
  });

  test('of a parcel says what is in it', async () => {
    const { text } = await slip('cs_test_pack', { shipment: 'T-1' });
    expect(rows(text).map(([quantity, , sku]) => [quantity, sku])).toEqual([
      ['1', 'MUG'],
      ['2', 'GONE'],
    ]);
    expect(text).toContain('Post T-1, shipped on 23 November 2026');
    expect(text).not.toContain('DO NOT SHIP');
    expect((await slip('cs_test_pack', { shipment: 'T-2' })).body).toEqual(problem(404, 'not_found'));
    expect((await slip('cs_test_nobody')).body).toEqual(problem(404, 'unknown_order'));
    expect((await slip('cs_test_pack', { parcel: 'T-1' })).body).toEqual(invalidAt(''));
  });

  test.each<[string, object, string, boolean]>([
    [
      'on hold',
      { shippingHold: 'address', shippingHoldSince: minute(0), shippingHoldBy: 'Ada' },
      'Shipping is on hold (address): release it first.',
      true,
    ],
    ['disputed', { disputed: true }, 'The payment is disputed: nothing ships while the bank decides.', true],
    ['being cancelled', { cancelRequestedAt: minute(0), cancelReason: 'other' }, 'The order is being cancelled.', true],
    ['refunded', {}, 'The order is REFUNDED.', false],
  ])('of an order that is %s says DO NOT SHIP on top', async (_what, change, reason, alsoOfParcel) => {
    await office.db.order.update({ where: { sessionId: 'cs_test_pack' }, data: { ...change, status: 'PREPARING' } });
    if (!alsoOfParcel)
      await office.db.order.update({ where: { sessionId: 'cs_test_pack' }, data: { status: 'REFUNDED' } });
    const stop = `<main><section class="stop" lang="en"><h1>DO NOT SHIP</h1><p>${reason}</p></section>`;
    expect((await slip('cs_test_pack')).text).toContain(stop);
    expect((await slip('cs_test_pack', { shipment: 'T-1' })).text.includes(stop)).toBe(alsoOfParcel);
  });

  test('of goods that went back into stock with a refund that failed says DO NOT SHIP, and lists what ship would take', async () => {
    const where = { sessionId: 'cs_test_pack' };
    await office.db.order.update({ where, data: { stock: 'RETURNED' } });
    const { text } = await slip('cs_test_pack');
    expect(text).toContain(
      '<h1>DO NOT SHIP</h1><p>The goods are back in stock: staff decide whether they are sent after all, with ship.</p>',
    );
    expect(rows(text)).toContainEqual(['1', 'Bowl', 'BOWL']);
  });

  test('of a refunded order asks nobody to pack anything', async () => {
    const where = { sessionId: 'cs_test_pack' };
    await office.db.order.update({ where, data: { status: 'REFUNDED', stock: 'RETURNED' } });
    await office.db.orderItem.update({
      where: { sessionId_sku: { ...where, sku: 'BOWL' } },
      data: { restocked: 2, undone: 2 },
    });
    await office.db.orderItem.update({
      where: { sessionId_sku: { ...where, sku: 'MUG' } },
      data: { restocked: 2, undone: 2 },
    });
    const { text } = await slip('cs_test_pack');
    expect(rows(text)).toEqual([]);
    expect(text).toContain('Nothing of this order is left to send.');
  });

  test('of an order that ended without stock of its own asks nobody to pack anything, either', async () => {
    const data = { status: 'REFUNDED', stock: 'SOLD_OUT' } as const;
    await office.db.order.update({ where: { sessionId: 'cs_test_pack' }, data });
    const { text } = await slip('cs_test_pack');
    expect([rows(text), text]).toEqual([[], expect.stringContaining('Nothing of this order is left to send.')]);
  });

  test('of downloads alone says that there is nothing to send, and of no address', async () => {
    await office.db.orderItem.updateMany({ where: { sessionId: 'cs_test_pack' }, data: { kind: 'DIGITAL' } });
    await office.db.order.update({ where: { sessionId: 'cs_test_pack' }, data: { status: 'COMPLETED' } });
    const { text } = await slip('cs_test_pack');
    expect(text).toContain('Nothing of this order is left to send.');
    expect(text).not.toMatch(/DO NOT SHIP|<address>|address is not known/);
  });

  test('of an erased customer with nothing left to send says both', async () => {
    const { sessionId } = await office.order('cs_test_bare', { status: 'SHIPPED' });
    await office.db.orderItem.create({ data: { ...goods, sessionId, sku: 'MUG', name: 'Mug', shipped: 2 } });
    const { text } = await slip('cs_test_bare');
    expect(text).toContain('The address is not known, or was erased.');
    expect(text).toContain('Nothing of this order is left to send.');
  });
});

describe('an order that cannot go on', () => {
  test('is told to its shopper as such, without the reason, and with no offer to cancel what is undone', async () => {
    const halted = async (id: string, change: object) => {
      const status = { status: 'PREPARING', paymentStatus: 'PAID', stock: 'COMMITTED' } as const;
      await office.order(id, { ...status, ...change });
      const { body } = await office.api.http.get(`/orders/${id}`);
      const { pathname, search } = new URL(orderPageUrl(office.api.deps.env, id));
      return [body.halted, (await office.api.http.get(pathname + search)).text];
    };
    const lost = { step: 'dispute-lost', subject: 'du_1', reason: 'Lost', since: minute(0).toISOString() };
    const packed = /prepared|being packed/;
    const cancel = /Cancel this order/;
    expect(await halted('cs_test_ok', {})).toEqual([null, expect.stringMatching(packed)]);
    for (const [id, change, code] of [
      ['cs_test_disputed', { disputed: true }, 'check'],
      ['cs_test_failed', { stock: 'RETURNED', attentionStep: 'refund-failed', ...ATTENTION }, 'refund_failed'],
      ['cs_test_lost', { lostAmount: 2500, calls: [lost], attentionStep: 'dispute-lost', ...ATTENTION }, 'repaid'],
    ] as const) {
      const [said, page] = await halted(id, change);
      expect([id, said]).toEqual([id, code]);
      expect(page).not.toMatch(packed);
      expect(page).not.toMatch(cancel);
    }
    expect((await halted('cs_test_free', {}))[1]).toMatch(cancel);
  });
});

const ATTENTION = { attentionReason: 'It failed', attentionSince: minute(0) };

describe('the orders of a storefront’s customer', () => {
  test('are documents as the order page has them, newest first, and of this customer alone', async () => {
    await office.order('cs_test_old', { createdAt: minute(0), status: 'EXPIRED', customer: { userId: 'u1' } });
    await office.order('cs_test_new', { createdAt: minute(1), customer: { userId: 'u1', email: 'ada@example.com' } });
    await office.order('cs_test_other', { customer: { userId: 'u2' } });
    await office.order('cs_test_guest', { customer: { email: 'ada@example.com' } });
    const { status, body } = await ordersOf('u1');
    expect([status, ids(body), body.nextCursor]).toEqual([200, ['new', 'old'], null]);
    expect(body.data[1]).toEqual((await office.api.http.get('/orders/cs_test_old')).body);
    expect(JSON.stringify(body)).not.toMatch(/ada@|u1/);
    expect((await ordersOf('u3')).body).toEqual({ data: [], nextCursor: null });
  });

  test('continue page by page', async () => {
    for (let n = 0; n < 21; n += 1)
      await office.order(`cs_test_n${n}`, { createdAt: minute(-n), customer: { userId: 'many' } });
    const first = (await ordersOf('many')).body;
    expect(ids(first)).toEqual(Array.from({ length: 20 }, (_, n) => `n${n}`));
    const second = (await ordersOf('many', first.nextCursor)).body;
    expect([ids(second), second.nextCursor]).toEqual([['n20'], null]);
  });

  test.each([
    ['no customer', '', 'userId'],
    ['an empty one', 'userId=', 'userId'],
    ['one that is too long', `userId=${'x'.repeat(201)}`, 'userId'],
    ['two', 'userId=a&userId=b', 'userId'],
    ['an unknown filter', 'userId=a&email=b', ''],
    ['a cursor of something else', 'userId=a&cursor=abc', 'cursor'],
  ])('%s is refused', async (_what, query, path) => {
    expect((await asServer('get', `/storefront/orders?${query}`)).body).toEqual(invalidAt(path));
  });
});

describe('a look-up of an order', () => {
  const lookUp = (body: unknown, shopper?: string) =>
    asServer('post', '/storefront/orders/lookup', shopper).send(body as object);

  test('finds it by its number and the address of its customer, in any case, and says no more to strangers', async () => {
    const { number } = await office.order('cs_test_a', { customer: { email: 'ada@example.com' } });
    const { number: other } = await office.order('cs_test_b', { customer: { email: 'bob@example.com' } });
    const { number: unknown } = await office.order('cs_test_c');
    const found = await lookUp({ number, email: ' Ada@Example.com' });
    expect([found.status, found.body]).toEqual([200, (await office.api.http.get('/orders/cs_test_a')).body]);
    expect((await lookUp({ number: ` #${number}`, email: 'ada@example.com' })).body).toEqual(found.body);
    const answers = [
      await lookUp({ number: other, email: 'ada@example.com' }),
      await lookUp({ number: unknown, email: 'ada@example.com' }),
      await lookUp({ number: '999999', email: 'ada@example.com' }),
      await lookUp({ number, email: '%' }),
    ];
    for (const { body } of answers) expect(body).toEqual(problem(404, 'unknown_order', answers[0]?.body));
    expect(JSON.stringify(office.api.log)).not.toMatch(/ada@example/i);
  });

  test.each<[string, unknown, string]>([
    ['no address', { number: '1001' }, 'email'],
    ['a number that is no text', { number: 1001, email: 'a@b.c' }, 'number'],
    ['an unknown field', { number: '1001', email: 'a@b.c', userId: 'u1' }, ''],
    ['text PostgreSQL cannot hold', { number: '1', email: 'a\u0000' }, 'email'],
  ])('refuses %s', async (_what, body, path) => {
    expect((await lookUp(body)).body).toEqual(invalidAt(path));
  });

  test('can be tried only so often by one shopper', async () => {
    const guess = (shopper: string) => lookUp({ number: '999999', email: 'ada@example.com' }, shopper);
    for (let n = 0; n < 10; n += 1) expect((await guess('198.51.100.1')).status).toBe(404);
    const over = await guess('198.51.100.1');
    expect(over.body).toEqual(problem(429, 'rate_limited'));
    expect(Number(over.headers['retry-after'])).toBeGreaterThan(0);
    expect((await guess('198.51.100.2')).status).toBe(404);
  });
});
