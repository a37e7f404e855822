import { randomUUID } from 'node:crypto';
import { bulkMoves } from '../../activities/bulk/bulk';
import type { BulkAction } from '../../domain/bulk';
import type { SessionId } from '../../domain/ids';
import { bulkId } from '../../messages/bulk';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import { writeBulk } from '../../store/bulk/bulks';
import type { Db } from '../../store/database';
import { readable } from '../workflow/history-text';
import { asInWorker, sweep } from '../workflow/sweeping';
import { Shop, until } from './shop';

/** What Stripe says when the balance is too low. */
const NO_BALANCE = 'Insufficient funds in your Stripe balance to refund this amount.';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
  await shop.world.product('mug', { stock: 1000 });
  await shop.world.product('ebook');
});
afterEach(async () => {
  await shop.world.noFaults();
  // What a test has left is not for the next one to move.
  await shop.world.db.order.updateMany({
    where: { status: 'PENDING', paymentStatus: 'UNPAID' },
    data: { paymentStatus: 'PROCESSING' },
  });
  await shop.world.db.order.updateMany({ data: { attentionStep: null, attentionReason: null, attentionSince: null } });
});
afterAll(() => shop?.close());

const ada = { name: 'ada', secret: 'the-token-of-ada-lovelace' };
const staff = () => `Bearer ${shop.world.env.ADMIN_TOKEN}`;
const ask = (body: object) => shop.http.post('/admin/bulk').set('authorization', staff()).send(body);
const read = async (id: string) => (await shop.http.get(`/admin/bulk/${id}`).set('authorization', staff())).body;
const cancelUnpaid = { action: 'cancel', status: 'PENDING', reason: 'duplicate' };

/** Waits until a bulk has ended. */
async function over(id: string) {
  shop.world.know(bulkId(id));
  await shop.world.end(bulkId(id));
  return read(id);
}

async function unpaid(count: number): Promise<SessionId[]> {
  const ids: SessionId[] = [];
  for (let n = 0; n < count; n++) {
    await shop.world.sleep(10); // each is older than the next
    ids.push((await shop.world.checkout([{ sku: 'mug' }])).id);
  }
  return ids;
}

/** An order that is paid otherwise than was asked, which a retry puts right. */
async function parked(): Promise<SessionId> {
  const [id] = (await unpaid(1)) as [SessionId];
  await shop.world.db.checkout.update({ where: { sessionId: id }, data: { currency: 'usd' } });
  await shop.world.pay(id);
  await shop.world.webhook(id);
  await until(async () => (await shop.world.order(id)).attentionStep);
  await shop.world.db.checkout.update({ where: { sessionId: id }, data: { currency: 'eur' } });
  return id;
}

const numberOf = async (id: SessionId) => (await shop.world.order(id)).number;
const entries = async (id: SessionId, type: string) =>
  (await shop.world.order(id)).timeline.filter((entry) => entry.type === type);
const expireOf = (id: SessionId) => ({ method: 'POST', path: `/v1/checkout/sessions/${id}/expire` });
/** Stripe fails to expire the session of an order, so that a bulk is kept at it. */
const keepAt = (id: SessionId) => shop.world.at('/faults', { match: expireOf(id), kind: 'error_before', times: 1_000 });
const expiredAtStripe = (id: SessionId) =>
  until(async () => (await shop.world.requests()).some(({ path }) => path === expireOf(id).path));

test('cancels what is unpaid under the name of who asked, and nothing that is paid, whoever knows of it', async () => {
  const ids = (await unpaid(5)) as [SessionId, SessionId, SessionId, SessionId, SessionId];
  const [first, second, paid, processing, confirming] = ids;
  const before = await shop.world.stock('mug');
  await keepAt(first);
  const api = await shop.another({ ADMIN_TOKENS: [ada] });
  const answer = await api.http.post('/admin/bulk').set('authorization', `Bearer ${ada.secret}`).send(cancelUnpaid);
  await api.close();
  expect([answer.status, answer.body]).toEqual([202, { id: expect.any(String), matched: 5 }]);
  // Before their turn comes, Stripe alone knows that one is paid and one is being confirmed; the database knows of
  // another.
  await expiredAtStripe(first);
  await shop.world.pay(paid);
  await shop.world.db.order.update({ where: { sessionId: processing }, data: { paymentStatus: 'PROCESSING' } });
  await shop.world.at(`/sessions/${confirming}/three-d-secure/start`);
  await shop.world.noFaults();

  const { refused, ...bulk } = await over(answer.body.id);
  expect(bulk).toMatchObject({ action: 'cancel', actor: 'ada', status: 'COMPLETED', matched: 5, done: 2 });
  const code = 'invalid_transition';
  expect(refused).toEqual([
    { number: await numberOf(paid), code, detail: expect.stringMatching(/^Stripe says that its session is complete/) },
    { number: await numberOf(processing), code, detail: expect.stringMatching(/payment is PROCESSING/) },
    { number: await numberOf(confirming), code, detail: 'Stripe says that its payment is being confirmed.' },
  ]);
  for (const id of [first, second]) {
    expect(await shop.world.end(id)).toBe('CANCELLED');
    expect(await entries(id, 'cancel')).toMatchObject([
      { actor: 'ada', message: 'Staff want it cancelled (a duplicate)' },
    ]);
  }
  await shop.world.is(paid, 'PREPARING'); // no webhook told of it
  expect(await entries(paid, 'cancel')).toEqual([]);
  expect(await shop.world.stock('mug')).toEqual({ onHand: before.onHand - 1, held: before.held - 3 });

  const history = readable((await shop.world.history(bulkId(answer.body.id))).events ?? []);
  expect(history).toContain(answer.body.id);
  expect(history).toContain('Cancels many orders');
  for (const word of ['"ada"', 'PROCESSING', first]) expect(history).not.toContain(word);
});

test('cancels paid orders where their status is named, and refuses those of which something is shipped', async () => {
  const [kept, sent] = [
    await shop.world.paidOrder([{ sku: 'mug', quantity: 2 }]),
    await shop.world.paidOrder([{ sku: 'mug', quantity: 2 }]),
  ];
  const parcel = { carrier: 'DHL', trackingNumber: '1', items: [{ sku: 'mug', quantity: 1 }] };
  await shop.world.handle(sent).executeUpdate('ship', { args: [parcel] });
  const olderThan = (await shop.world.order(kept)).createdAt.toISOString();
  const newer = await ask({ action: 'cancel', status: 'PREPARING', olderThan, dryRun: true });
  expect(newer.body.numbers).not.toContain(await numberOf(kept));
  const { body } = await ask({ action: 'cancel', status: 'PREPARING' });
  const { refused } = await over(body.id);
  expect(refused).toEqual([
    { number: await numberOf(sent), code: 'invalid_transition', detail: 'Something of the order is shipped already.' },
  ]);
  expect(await shop.world.end(kept)).toBe('REFUNDED');
  expect((await shop.world.order(sent)).status).toBe('PREPARING');
});

test('retries the steps that are stuck, and leaves to a person what needs a decision', async () => {
  const stuck = [await parked(), await parked()];
  const refunded = await shop.world.completedOrder([{ sku: 'ebook' }]);
  const refusal = { match: { method: 'POST', path: '^/v1/refunds$' }, kind: 'refused', message: NO_BALANCE };
  await shop.world.at('/faults', { ...refusal, times: 2 });
  await shop.staffStep(refunded, 'refund', 'bulk-refund', { amount: 500, reason: 'damaged' });
  const lost = await shop.world.completedOrder([{ sku: 'ebook' }]);
  const attention = { attentionStep: 'dispute-lost', attentionReason: 'gone', attentionSince: new Date() };
  await shop.world.db.order.update({ where: { sessionId: lost }, data: attention });
  const numbers = await Promise.all([...stuck, refunded, lost].map(numberOf));
  const dry = await ask({ action: 'retry', dryRun: true });
  expect([dry.status, dry.body]).toEqual([200, { matched: 4, numbers }]);
  expect((await ask({ action: 'retry', limit: 2, dryRun: true })).body.matched).toBe(2);

  // Stripe refuses the refund once more: its own sentence stays with the order.
  const { body } = await ask({ action: 'retry' });
  const first = await over(body.id);
  const code = 'invalid_transition';
  const decision = { number: numbers[3], code, detail: expect.stringMatching(/a decision about “dispute-lost”/) };
  expect(first).toMatchObject({ status: 'COMPLETED', matched: 4, done: 2 });
  expect(first.refused).toEqual([
    { number: numbers[2], code, detail: expect.stringMatching(/^Stripe refuses the refund again/) },
    decision,
  ]);
  expect(JSON.stringify(first)).not.toContain('Insufficient');
  for (const id of stuck) await shop.world.is(id, 'PREPARING');

  const again = await ask({ action: 'retry' });
  expect(await over(again.body.id)).toMatchObject({ matched: 2, done: 1, refused: [decision] });
  expect(await shop.world.order(refunded)).toMatchObject({ attentionStep: null, refunded: 500n });
  expect((await shop.world.order(lost)).attentionStep).toBe('dispute-lost');
});

test('one order that cannot be moved for a reason of its own is refused, and the rest goes on', async () => {
  const [odd, other] = (await unpaid(2)) as [SessionId, SessionId];
  const reading = { method: 'GET', path: `/v1/checkout/sessions/${odd}$` };
  await shop.world.at('/faults', { match: reading, kind: 'invalid', message: 'What Stripe says of it' });
  const { body } = await ask(cancelUnpaid);
  expect(await over(body.id)).toMatchObject({
    ...{ status: 'COMPLETED', matched: 2, done: 1 },
    refused: [
      {
        number: await numberOf(odd),
        code: 'unavailable',
        detail: 'It could not be done: look at this order by itself.',
      },
    ],
  });
  expect(await shop.world.end(other)).toBe('CANCELLED');
});

test('while Stripe refuses the key, a bulk waits and says so, and goes on when it is right', async () => {
  const [id] = (await unpaid(1)) as [SessionId];
  await shop.world.at('/faults', { match: expireOf(id), kind: 'unauthorized', times: 1_000 });
  const { body } = await ask(cancelUnpaid);
  const run = shop.world.client.workflow.getHandle(bulkId(body.id));
  const details = async () => JSON.stringify(await run.query('__temporal_workflow_metadata'));
  await until(async () => /Needs attention.*Stripe refuses the key/.test(await details()));
  expect(await read(body.id)).toMatchObject({ status: 'RUNNING', done: 0, refused: [] });
  await shop.world.noFaults();
  expect(await run.executeUpdate('retry')).toBe('done');
  expect(await over(body.id)).toMatchObject({ status: 'COMPLETED', done: 1, refused: [] });
  expect(await details()).toContain('Done with 1 of 1 order: 1 cancelled, 0 refused.');
});

describe('an order whose move was not recorded, because its worker died', () => {
  /** The activity, as a worker has it that dies before it records what became of its first order. */
  const dying = () => {
    const { db } = shop.world;
    let left = 1;
    const bulkOrder = new Proxy(db.bulkOrder, {
      get: (target, name: keyof Db['bulkOrder']) =>
        name !== 'updateMany'
          ? target[name]
          : (change: Parameters<Db['bulkOrder']['updateMany']>[0]) => {
              if ('outcome' in change.data && left-- > 0) throw new Error('the worker is gone');
              return target.updateMany(change);
            },
    });
    const deps = {
      ...shop.world.deps(),
      db: new Proxy(db, { get: (all, name) => (name === 'bulkOrder' ? bulkOrder : Reflect.get(all, name)) }),
    };
    return asInWorker(bulkMoves(deps));
  };
  const write = async (action: BulkAction, filter: object): Promise<string> => {
    const id = randomUUID();
    const at = new Date(shop.world.now());
    const asked = { id, action, filter, reason: 'other', limit: 1, actor: 'ada', requestHash: '', at } as const;
    expect(await writeBulk(shop.world.db, asked)).toBe(1);
    return id;
  };

  test('is cancelled once', async () => {
    const [id] = (await unpaid(1)) as [SessionId];
    const bulk = await write('cancel', { status: 'PENDING' });
    const { moveNext } = dying();
    await expect(moveNext({ id: bulk })).rejects.toThrow('the worker is gone');
    expect(await shop.world.end(id)).toBe('CANCELLED');
    expect(await moveNext({ id: bulk })).toEqual({ matched: 1, done: 1, refused: 0, over: true });
    expect(await entries(id, 'cancel')).toMatchObject([{ actor: 'ada' }]);
  });

  test('that ended unpaid by the session’s end alone is not reported as refused', async () => {
    const [id] = (await unpaid(1)) as [SessionId];
    const bulk = await write('cancel', { status: 'PENDING' });
    await shop.world.at('/faults', { match: expireOf(id), kind: 'error_after' });
    await shop.world.at('/faults', { match: { method: 'GET', path: id }, kind: 'error_before', times: 10 });
    const { moveNext } = dying();
    await expect(moveNext({ id: bulk })).rejects.toThrow();
    await shop.world.noFaults();
    await shop.world.webhook(id);
    expect(await shop.world.end(id)).toBe('EXPIRED');
    await expect(moveNext({ id: bulk })).rejects.toThrow('the worker is gone');
    expect(await moveNext({ id: bulk })).toMatchObject({ done: 1, refused: 0 });
  });

  test('is retried, and counts as done though nothing needs attention any more', async () => {
    const id = await parked();
    const bulk = await write('retry', { attention: true });
    const { moveNext } = dying();
    await expect(moveNext({ id: bulk })).rejects.toThrow('the worker is gone');
    await shop.world.is(id, 'PREPARING');
    expect(await moveNext({ id: bulk })).toMatchObject({ done: 1, refused: 0, over: true });
  });
});

test('is stopped by Request Cancellation, also while Stripe is away', async () => {
  const ids = (await unpaid(2)) as [SessionId, SessionId];
  await shop.world.at('/faults', { match: expireOf(ids[0]), kind: 'delay', ms: 1_500 });
  const { body } = await ask(cancelUnpaid);
  await expiredAtStripe(ids[0]);
  await shop.world.client.workflow.getHandle(bulkId(body.id)).cancel();
  expect(await over(body.id)).toMatchObject({ status: 'STOPPED', matched: 2, done: 1, finishedAt: expect.any(String) });
  expect((await shop.world.order(ids[1])).status).toBe('PENDING');

  await keepAt(ids[1]);
  const { body: other } = await ask(cancelUnpaid);
  await expiredAtStripe(ids[1]);
  await shop.world.client.workflow.getHandle(bulkId(other.id)).cancel();
  expect(await over(other.id)).toMatchObject({ status: 'STOPPED', matched: 1, done: 0, refused: [] });
});

test('is stopped while it is stuck, and needs nobody from then on', async () => {
  const [id] = (await unpaid(1)) as [SessionId];
  await shop.world.at('/faults', { match: expireOf(id), times: 1_000, kind: 'unauthorized' });
  const { body } = await ask(cancelUnpaid);
  const run = shop.world.client.workflow.getHandle(bulkId(body.id));
  const needsAttention = async () =>
    (await run.describe()).typedSearchAttributes.get(SEARCH_ATTRIBUTES.needsAttention) ?? false;
  await until(needsAttention);
  await run.cancel();
  expect(await over(body.id)).toMatchObject({ status: 'STOPPED' });
  expect(await needsAttention()).toBe(false);
});

test('that was never started is started by the sweep; one that was terminated is over', async () => {
  const [first, second] = (await unpaid(2)) as [SessionId, SessionId];
  const requestedAt = new Date(shop.world.now() - 600_000);
  const asked = { action: 'cancel', reason: 'other', filter: { status: 'PENDING' }, limit: 1 } as const;
  const forgotten = randomUUID();
  const row = { ...asked, id: forgotten, actor: 'staff', requestHash: '', at: requestedAt };
  await writeBulk(shop.world.db, row);
  await sweep(shop.world);
  expect(await over(forgotten)).toMatchObject({ status: 'COMPLETED', matched: 1, done: 1 });
  expect(await shop.world.end(first)).toBe('CANCELLED');

  await keepAt(second);
  const { body } = await ask(cancelUnpaid);
  await expiredAtStripe(second);
  await shop.world.client.workflow.getHandle(bulkId(body.id)).terminate();
  await shop.world.db.bulk.update({ where: { id: body.id }, data: { requestedAt } });
  await sweep(shop.world);
  expect(await read(body.id)).toMatchObject({ status: 'FAILED', done: 0, finishedAt: expect.any(String) });
  expect((await shop.world.order(second)).status).toBe('PENDING');
});
