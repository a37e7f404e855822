import type { SessionId } from '../../domain/ids';
import { connectStripe } from '../../platform/stripe';
import { atRest, pass } from './at-rest';
import { until, World } from './world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

const released = async (id: SessionId) => until(async () => (await world.order(id)).stock === 'RELEASED');
const expires = async (id: SessionId) =>
  (await world.requests()).filter(({ path }) => path === `/v1/checkout/sessions/${id}/expire`);

describe('a 3-D Secure in flight at the hold’s end', () => {
  /** The shopper is at their bank when the hold ends and the till closes. */
  async function inFlight(sku: string): Promise<SessionId> {
    await world.product(sku, { stock: 1 });
    const { id } = await world.checkout([{ sku }], { holdSeconds: 60 });
    await world.at(`/sessions/${id}/three-d-secure/start`, { email: 'Ada@Example.com' });
    await pass(world, id, 61_000);
    await until(async () => (await world.stripe.checkout.sessions.retrieve(id)).status === 'expired');
    expect(await world.stock(sku)).toEqual({ onHand: 1, held: 1 });
    return id;
  }

  test('that passes within the hour is sold what was held for it', async () => {
    const id = await inFlight('passes');
    await pass(world, id, 30 * MINUTE);
    expect(await world.stock('passes')).toEqual({ onHand: 1, held: 1 });
    await world.at(`/sessions/${id}/three-d-secure/succeed`); // Stripe tells of no session: it had expired
    await pass(world, id, 2 * MINUTE);
    await world.is(id, 'PREPARING');
    expect(await world.stock('passes')).toEqual({ onHand: 0, held: 0 });
  });

  test('that fails gives back the stock within the minute', async () => {
    const id = await inFlight('fails');
    await world.at(`/sessions/${id}/three-d-secure/fail`);
    await pass(world, id, MINUTE + 1_000);
    await world.is(id, 'EXPIRED');
    expect(await world.order(id)).toMatchObject({ paymentStatus: 'UNPAID', declined: true });
    expect(await world.stock('fails')).toEqual({ onHand: 1, held: 0 });
    await until(async () => (await world.mails(id)).includes('checkout_expired'));
  });

  test('that passes after an hour takes the stock again', async () => {
    const id = await inFlight('slow');
    await pass(world, id, HOUR + 3 * MINUTE);
    await released(id);
    expect(await world.order(id)).toMatchObject({ status: 'PENDING' });
    await world.at(`/sessions/${id}/three-d-secure/succeed`);
    await pass(world, id, DAY + MINUTE);
    await world.is(id, 'PREPARING');
    expect(await world.stock('slow')).toEqual({ onHand: 0, held: 0 });
  });

  test('that passes after an hour, when the stock is sold, is given back', async () => {
    const id = await inFlight('sold');
    await pass(world, id, HOUR + 3 * MINUTE);
    await released(id);
    const other = await world.checkout([{ sku: 'sold' }]);
    await world.pay(other.id);
    await world.webhook(other.id);
    await world.is(other.id, 'PREPARING');
    await world.at(`/sessions/${id}/three-d-secure/succeed`);
    await pass(world, id, DAY + MINUTE);
    await world.is(id, 'REFUNDED');
    expect(await world.stock('sold')).toEqual({ onHand: 0, held: 0 });
    const { paymentIntentId, total, refunded } = await world.order(id);
    expect(refunded).toBe(total);
    expect((await world.stripe.refunds.list({ payment_intent: paymentIntentId as string })).data).toHaveLength(1);
  });

  test('that fails after an hour ends without money', async () => {
    const id = await inFlight('late-no');
    await pass(world, id, HOUR + 3 * MINUTE);
    await released(id);
    await world.at(`/sessions/${id}/three-d-secure/fail`);
    await pass(world, id, DAY + MINUTE);
    await world.is(id, 'EXPIRED');
    expect(await world.stock('late-no')).toEqual({ onHand: 1, held: 0 });
  });
});

describe('the end of the hold', () => {
  test('a session completed one second after the hold’s end is sold what is still held', async () => {
    await world.product('second', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'second' }], { holdSeconds: 60 });
    const path = `${id}/expire$`;
    await world.at('/faults', { match: { method: 'POST', path }, times: 1_000, kind: 'error_before', status: 500 });
    await atRest(world, id);
    await world.sleep(60_000);
    await until(async () => (await expires(id)).length > 0); // the till is being closed, and Stripe has not done it yet
    await world.sleep(1_000);
    await world.pay(id);
    await fetch(`${world.sandbox.url}/_control/faults`, { method: 'DELETE' });
    await world.is(id, 'PREPARING');
    expect(await world.stock('second')).toEqual({ onHand: 0, held: 0 });
    expect(await world.order(id)).toMatchObject({ paymentStatus: 'PAID', refunds: [] });
  });

  test.each([
    ['before it did anything', { kind: 'error_before', status: 500 }],
    ['after it had done it', { kind: 'error_after', status: 500 }],
    ['each time under its key', { kind: 'error_instead', status: 500 }],
    ['with a connection that breaks', { kind: 'reset', committed: false }],
  ])('expire answering %s with a failure is asked again, and gives back the stock once', async (how, fault) => {
    const sku = `expire-${how.split(' ')[0]}-${fault.kind}`;
    await world.product(sku, { stock: 1 });
    const { id } = await world.checkout([{ sku }], { holdSeconds: 60 });
    await world.at('/faults', { match: { method: 'POST', path: `${id}/expire$` }, times: 2, ...fault });
    expect(await world.end(id)).toBe('EXPIRED');
    expect(await world.stock(sku)).toEqual({ onHand: 1, held: 0 });
    expect((await expires(id)).length).toBeGreaterThan(1);
    expect(await world.db.stockMovement.count({ where: { reference: id, kind: 'RELEASE' } })).toBe(1);
  });

  test('expire timing out, done or not, gives back nothing before Stripe says that the till is closed', async () => {
    const patient = world.stripe;
    await world.stopWorkers();
    world.stripe = connectStripe(world.env, 2_000);
    await world.startWorkers();
    await world.product('slow-till', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'slow-till' }], { holdSeconds: 60 });
    const path = `${id}/expire$`;
    await world.at('/faults', { match: { method: 'POST', path }, times: 1, kind: 'delay', ms: 4_000 });
    await world.at('/faults', { match: { method: 'POST', path }, times: 1, kind: 'reset', committed: false });
    expect(await world.end(id)).toBe('EXPIRED');
    expect((await world.stripe.checkout.sessions.retrieve(id)).status).toBe('expired');
    expect(await world.stock('slow-till')).toEqual({ onHand: 1, held: 0 });
    expect((await expires(id)).length).toBeGreaterThan(1);
    await world.stopWorkers();
    world.stripe = patient;
    await world.startWorkers();
  });

  test('expire answered “already expired” ends the order, and “already complete” sells it', async () => {
    await world.product('already', { stock: 2 });
    const gone = await world.checkout([{ sku: 'already' }], { holdSeconds: 60 });
    const paid = await world.checkout([{ sku: 'already' }], { holdSeconds: 60 });
    await world.at(`/sessions/${gone.id}/expire`);
    await world.pay(paid.id);
    await atRest(world, gone.id);
    await pass(world, paid.id, 61_000);
    await world.is(gone.id, 'EXPIRED');
    await world.is(paid.id, 'PREPARING');
    expect((await expires(gone.id)).length).toBeGreaterThan(0);
    expect((await expires(paid.id)).length).toBeGreaterThan(0);
    expect(await world.stock('already')).toEqual({ onHand: 1, held: 0 });
  });

  test('`expired` after `completed` changes nothing', async () => {
    await world.product('stale', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'stale' }]);
    await world.pay(id);
    await world.webhook(id);
    await world.is(id, 'PREPARING');
    await until(async () => (await world.mails(id)).length === 2);
    const before = await world.order(id);
    await world.handle(id).signal('look'); // as the receiver passes `checkout.session.expired` on
    await world.handle(id).executeUpdate('ship', { args: [{ carrier: 'DHL', trackingNumber: '1' }] });
    expect(await world.order(id)).toMatchObject({ paymentStatus: 'PAID', paidAt: before.paidAt, status: 'SHIPPED' });
    expect(await world.stock('stale')).toEqual({ onHand: 0, held: 0 });
    expect((await world.order(id)).refunds).toEqual([]);
  });
});
