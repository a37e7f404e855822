import { randomUUID } from 'node:crypto';
import { factsOf } from '../../activities/mail/facts';
import { type SessionId, sessionId } from '../../domain/ids';
import type { CheckoutLine } from '../../domain/session';
import { compose } from '../../emails';
import { orderPageUrl } from '../../platform/links';
import { saveSession, writeCheckout } from '../../store/checkouts/checkouts';
import { eraseCustomer } from '../../store/customers/erase';
import { recordDispute, type SeenDispute } from '../../store/disputes/record';
import { readOrderForMail } from '../../store/mails/order';
import { commitOrder } from '../../store/orders/commit';
import { openOrder } from '../../store/orders/open';
import { recordWithdrawal } from '../../store/orders/withdrawals';
import { recordRefund } from '../../store/refunds/record';
import { until } from '../support/until';
import { invalidAt, Office, problem } from './admin-office';
import { STOREFRONT_KEY } from './bare';

/** Digital products whose stock are licence keys, from the desk of staff to what becomes of an issued key. */

let office: Office;
let products = 0;
let sku: string;
beforeAll(async () => {
  office = await Office.open();
});
beforeEach(async () => {
  sku = `GAME-${++products}`;
  await save({ licenceKeys: true }).expect(201);
});
afterAll(() => office?.close());

const at = () => new Date(office.now);
const save = (more: object) =>
  office.ask('put', `/admin/products/${sku}`).send({ name: `The ${sku}`, kind: 'DIGITAL', prices: [], ...more });
const change = (body: object) => office.ask('post', `/admin/products/${sku}/licence-keys`).send(body);
const add = (...add: string[]) => change({ add });
const keysOf = async () => (await office.ask('get', `/admin/products/${sku}/licence-keys`).expect(200)).body;
const move = (body: object) => office.ask('post', `/admin/products/${sku}/stock`).send(body);

const line = (quantity: number, of = sku): CheckoutLine => ({
  ...{ sku: of, name: `The ${of}`, kind: 'DIGITAL', quantity, unitAmount: 1000, total: 1000 * quantity },
  ...{ stripePriceId: null, minimum: null },
});

/** A checkout that has its session, but no order yet. */
async function checkedOut(...lines: CheckoutLine[]): Promise<SessionId> {
  const id = sessionId(`cs_test_${randomUUID().replaceAll('-', '')}`);
  const checkout = randomUUID();
  const request = { customer_email: 'ada@example.com', metadata: { userId: 'ada' } };
  await writeCheckout(office.db, {
    ...{ id: checkout, currency: 'eur', subtotal: lines.reduce((sum, { total }) => sum + total, 0), lines },
    ...{ request, numberPaths: [], holdUntil: new Date(office.now + 3_600_000) },
    ...{ clientHash: checkout, recovers: null, claim: null, openLimit: 0, at: at() },
  });
  await saveSession(office.db, { id: checkout, session: id, url: 'https://stripe.example/pay' });
  return id;
}

/** An order that holds its keys, or has found none left. */
async function opened(...lines: CheckoutLine[]): Promise<SessionId> {
  const id = await checkedOut(...lines);
  await openOrder(office.db, { sessionId: id, hold: true, at: at() });
  return id;
}

const commit = (id: SessionId) =>
  commitOrder(office.db, {
    ...{ sessionId: id, at: at() },
    downloads: { allowed: 5, until: new Date(office.now + 86_400_000) },
  });

async function paid(...lines: CheckoutLine[]): Promise<SessionId> {
  const id = await opened(...lines);
  await office.db.order.update({
    where: { sessionId: id },
    data: { paymentStatus: 'PAID', paidAt: at(), paymentIntentId: `pi_${id}` },
  });
  expect(await commit(id)).toMatchObject({ missing: [] });
  return id;
}

const documentOf = async (id: SessionId) => (await office.api.http.get(`/orders/${id}`).expect(200)).body;
const shownTo = async (id: SessionId) => (await documentOf(id)).licenceKeys;
const pageOf = async (id: SessionId) => {
  const { pathname, search } = new URL(orderPageUrl(office.api.deps.env, id));
  return (await office.api.http.get(pathname + search).expect(200)).text;
};
const staffView = async (id: SessionId) => (await office.ask('get', `/admin/orders/${id}`).expect(200)).body;

describe('the stock of a product with licence keys', () => {
  test('is its keys, each once, which staff see masked', async () => {
    expect((await add('FERN-0001-AAAA', 'FERN-0002-BBBB', 'FERN-0001-AAAA').expect(200)).body.changed).toBe(2);
    const { body } = await add('FERN-0002-BBBB', 'FERN-0003-CCCC');
    expect(body).toMatchObject({ sku, onHand: 3, held: 0, issued: 0, withdrawn: 0, changed: 1 });
    expect(body.keys.map(({ key }: { key: string }) => key)).toEqual(['…CCCC', '…BBBB', '…AAAA']);
    const stock = await office.ask('get', `/admin/products/${sku}/stock`).expect(200);
    expect(stock.body.movements.map(({ delta }: { delta: number }) => delta)).toEqual([1, 2]);
  });

  test('is changed in no other way, not even in the database', async () => {
    await add('A-1');
    for (const body of [
      { delta: 1, reason: 'found' },
      { receive: 5, reason: 'bought' },
      { count: 0, reason: 'counted' },
    ])
      expect((await move(body).expect(409)).body).toEqual(problem(409, 'invalid_transition'));
    const counted = { sku, at: at(), kind: 'ADJUST' as const, heldDelta: 0, reference: 'x', actor: 'staff' };
    await expect(office.db.stockMovement.create({ data: { ...counted, onHandDelta: 1 } })).rejects.toThrow(
      /licence keys/,
    );
    await expect(office.db.licenceKey.deleteMany({ where: { sku } })).rejects.toThrow(/kept as it is/);
    expect(await keysOf()).toMatchObject({ onHand: 1 });
  });

  test('loses keys that staff withdraw, but none that an unpaid order holds', async () => {
    await add('A-1', 'A-2', 'A-3');
    expect((await change({ withdraw: ['A-1', 'unknown'] })).body).toMatchObject({
      changed: 1,
      onHand: 2,
      withdrawn: 1,
    });
    expect((await add('A-1')).body).toMatchObject({ changed: 0, onHand: 2 });
    await opened(line(2));
    expect((await change({ withdraw: ['A-2'] }).expect(409)).body).toEqual(problem(409, 'stock_conflict'));
    expect(await keysOf()).toMatchObject({ onHand: 2, held: 2 });
  });

  test('is of digital products alone, and stays once there are keys', async () => {
    expect((await save({ licenceKeys: true, kind: 'PHYSICAL' }).expect(400)).body).toEqual(invalidAt('licenceKeys'));
    expect((await save({}).expect(200)).body.licenceKeys).toBe(true);
    await add('A-1');
    expect((await save({ licenceKeys: false }).expect(409)).body).toEqual(problem(409, 'invalid_transition'));
    await office.product(`${sku}-file`, { kind: 'DIGITAL' });
    const other = office.ask('post', `/admin/products/${sku}-file/licence-keys`).send({ add: ['A-1'] });
    expect((await other.expect(409)).body).toEqual(problem(409, 'invalid_transition'));
  });
});

describe('a product that was sold without keys', () => {
  const withKeys = () => save({ licenceKeys: true });
  beforeEach(async () => {
    sku = `${sku}-LATE`;
    await save({}).expect(201);
  });

  test('gets none while an order waits for its money, which then grants the download that was bought', async () => {
    const id = await opened(line(1));
    await office.db.order.update({ where: { sessionId: id }, data: { paymentStatus: 'PROCESSING' } });
    const { body } = await withKeys().expect(409);
    expect(body).toEqual(problem(409, 'invalid_transition'));
    expect(body.detail).toMatch(/pending/);
    expect((await save({ active: false }).expect(200)).body.licenceKeys).toBe(false);
    expect(await commit(id)).toMatchObject({ status: 'COMPLETED', missing: [] });
    expect(await documentOf(id)).toMatchObject({ licenceKeys: [], downloads: [{ sku, remaining: 5 }] });
    expect((await withKeys().expect(200)).body.licenceKeys).toBe(true);
  });

  test('gets none while an order is being opened', async () => {
    const id = await checkedOut(line(1));
    const saving = await office.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT open_order(${id}, true, ${at()})`;
      let answered = false;
      const answer = withKeys().then(({ status }) => {
        answered = true;
        return status;
      });
      await until(async () => answered || (await waitingForLines()) > 0n);
      return { answer };
    });
    expect(await saving.answer).toBe(409);
  });
});

describe('a key', () => {
  test('is issued for each unit, once, however many buy at once and however often the step is repeated', async () => {
    await add('A-1', 'A-2', 'A-3', 'A-4', 'A-5');
    const orders = await Promise.all(Array.from({ length: 5 }, () => opened(line(2))));
    const sold = (await Promise.all([...orders, ...orders].map(commit))).slice(0, 5);
    expect(sold.filter(({ status }) => status === 'COMPLETED')).toHaveLength(2);
    expect(await keysOf()).toMatchObject({ onHand: 1, held: 0, issued: 4 });
    const shown = (await Promise.all(orders.map(shownTo))).flat().map(({ key }) => key);
    expect(shown.sort()).toEqual(['A-1', 'A-2', 'A-3', 'A-4']);
  });

  test('is issued to what is bought in a bundle, and where the hold had ended', async () => {
    await add('A-1', 'A-2', 'A-3');
    const bundle = { ...line(1, `${sku}-BOX`), contents: [{ ...line(2), total: 1000 }] };
    const id = await paid(bundle as CheckoutLine);
    expect(await shownTo(id)).toHaveLength(2);
    const late = await opened(line(1));
    await office.db.$queryRaw`SELECT release_stock(${late}, ${at()})`;
    await commit(late);
    expect(await shownTo(late)).toEqual([{ sku, key: 'A-3', masked: false, revoked: false }]);
  });

  test('stands on the order’s page, in its documents and in the mail; a download only if there is a file', async () => {
    await add('FERN-0001-AAAA');
    await office.product(`${sku}-file`, { kind: 'DIGITAL' });
    const id = await paid(line(1), line(1, `${sku}-file`));
    const { licenceKeys, downloads } = await documentOf(id);
    expect(licenceKeys).toEqual([{ sku, key: 'FERN-0001-AAAA', masked: false, revoked: false }]);
    expect(downloads).toMatchObject([{ sku: `${sku}-file`, remaining: 5 }]);
    expect(await pageOf(id)).toContain('<code>FERN-0001-AAAA</code>');
    expect((await staffView(id)).licenceKeys).toMatchObject([{ key: 'FERN-0001-AAAA', revokedAt: null }]);
    expect((await keysOf()).keys[0]).toMatchObject({ key: '…AAAA', issued: { number: expect.any(String) } });
    const order = await readOrderForMail(office.db, id);
    const facts = order && factsOf({ env: office.api.deps.env, temporalUi: null }, order, {});
    expect(facts?.order).toMatchObject({
      licenceKeys: [{ key: 'FERN-0001-AAAA' }],
      downloads: [{ name: `The ${sku}-file` }],
    });
    const mail = facts && compose('order_confirmation', facts);
    for (const body of [mail?.html, mail?.text]) expect(body).toContain('FERN-0001-AAAA');
  });

  test('is whole at the order’s address only while a download would work; the customer and staff see it for good', async () => {
    await add('FERN-0001-AAAA');
    const id = await paid(line(1));
    const read = async () => {
      const asServer = office.api.http.get('/storefront/orders?userId=ada');
      const { data } = (await asServer.set('authorization', `Bearer ${STOREFRONT_KEY}`).expect(200)).body;
      const own = data.find(({ sessionId }: { sessionId: string }) => sessionId === id);
      const stream = (await office.api.http.get(`/orders/${id}/stream`).buffer(true)).text;
      return {
        document: JSON.stringify(await documentOf(id)),
        stream,
        page: (await office.api.http.get(`/orders/${id}/view`).expect(200)).text,
        signed: await pageOf(id),
        own: JSON.stringify(own),
        staff: JSON.stringify(await staffView(id)),
      };
    };
    const whole = (texts: object) =>
      Object.entries(texts).flatMap(([where, text]) => (text.includes('FERN-0001-AAAA') ? [where] : []));
    expect(whole(await read())).toEqual(['document', 'stream', 'page', 'signed', 'own', 'staff']);
    office.now += 86_400_000;
    const later = await read();
    expect(whole(later)).toEqual(['signed', 'own', 'staff']);
    expect(await shownTo(id)).toEqual([{ sku, key: '…AAAA', masked: true, revoked: false }]);
    expect(later.page).toContain('The whole key is in the confirmation');
    expect(later.signed).not.toContain('The whole key is in the confirmation');
  });

  test('is revoked for good by a full refund, and issued to nobody else', async () => {
    await add('A-1');
    const id = await paid(line(1));
    const seen = { id: `re_${id}`, key: null, status: 'succeeded', amount: 1000, currency: 'eur', createdAt: at() };
    await recordRefund(office.db, { sessionId: id, seen, at: at() });
    expect(await documentOf(id)).toMatchObject({
      status: 'REFUNDED',
      licenceKeys: [{ sku, key: null, masked: false, revoked: true }],
    });
    expect(await pageOf(id)).toContain('No longer valid');
    expect((await staffView(id)).licenceKeys).toMatchObject([{ key: 'A-1', revokedAt: expect.any(String) }]);
    expect((await readOrderForMail(office.db, id))?.licenceKeys).toEqual([]);
    expect(await keysOf()).toMatchObject({ onHand: 0, issued: 1 });
    expect((await add('A-1')).body).toMatchObject({ changed: 0, onHand: 0 });
    await recordDispute(office.db, { sessionId: id, seen: dispute(id, 'lost'), at: at() });
    await recordDispute(office.db, { sessionId: id, seen: dispute(id, 'won'), at: at() });
    expect(await shownTo(id)).toMatchObject([{ revoked: true }]);
  });

  test('is revoked by a lost dispute, and given back if the dispute is won after all', async () => {
    await add('A-1');
    const id = await paid(line(1));
    await recordDispute(office.db, { sessionId: id, seen: dispute(id, 'lost'), at: at() });
    expect(await shownTo(id)).toEqual([{ sku, key: null, masked: false, revoked: true }]);
    await recordDispute(office.db, { sessionId: id, seen: dispute(id, 'won'), at: at() });
    expect(await shownTo(id)).toEqual([{ sku, key: 'A-1', masked: false, revoked: false }]);
    expect(await keysOf()).toMatchObject({ onHand: 0, issued: 1 });
  });

  test('is delivered: after it, a withdrawal is for staff to decide, and the key stays', async () => {
    await add('A-1');
    const id = await paid(line(1));
    const statement = { sessionId: id, name: 'Ada', via: 'link' as const, at: at(), arrivesWithin: 0 };
    expect(await recordWithdrawal(office.db, statement)).toMatchObject({ follows: 'staff' });
    expect(await shownTo(id)).toMatchObject([{ revoked: false }]);
  });

  test('is exported with its customer, and erased with them, but never issued again', async () => {
    await add('A-1');
    const id = await paid(line(1));
    const { text } = await office.ask('get', '/admin/customers/ada@example.com/export').expect(200);
    expect(text).toContain('"A-1"');
    expect(await eraseCustomer(office.db, { sessionId: id, actor: 'staff', at: at() })).toBeNull();
    expect(await shownTo(id)).toEqual([]);
    expect((await add('A-1')).body).toMatchObject({ changed: 0, onHand: 0, issued: 1, keys: [{ key: null }] });
  });
});

/** How many wait for the lines of orders that others are writing. */
async function waitingForLines(): Promise<bigint> {
  const [{ waiting }] = await office.db.$queryRaw<[{ waiting: bigint }]>`
    SELECT count(*) AS waiting FROM pg_locks
    WHERE relation = 'order_items'::regclass AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  return waiting;
}

const dispute = (id: SessionId, status: 'lost' | 'won'): SeenDispute => ({
  ...{ id: `du_${id}`, chargeId: null, paymentIntentId: `pi_${id}`, status, reason: 'fraudulent' },
  ...{ amount: 1000, currency: 'eur', dueBy: null, answerable: false, submissions: 0 },
  ...{ withdrawn: status === 'lost' ? 1000 : 0, withdrawnCurrency: 'eur', visaEvidence: null, createdAt: at() },
});
