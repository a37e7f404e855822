import { refundId, type SessionId } from '../../domain/ids';
import { Risk } from './risk';
import { sweep } from './sweeping';
import { until, World } from './world';

const MINUTE = 60_000;

let world: World;
let risk: Risk;
beforeAll(async () => {
  world = await World.start();
  risk = new Risk(world);
  await world.product('mug', { stock: 20 });
});
afterAll(() => world.stop());

/** Stripe refuses the key for the next read of this path: a lasting failure, until somebody fixes the key. */
const keyIsRefused = (path: string) =>
  world.at('/faults', { match: { method: 'GET', path }, times: 1, kind: 'error_before', status: 401 });

/** Waits until a run is parked in sight of staff. */
const parked = (id: string) =>
  until(async () => {
    const described = await world
      .handle(id as SessionId)
      .describe()
      .catch(() => null); // it may not have started yet
    return described?.searchAttributes.NeedsAttention?.[0] === true;
  });

describe('what follows something beside an order parks rather than fails, and goes on by `retry`', () => {
  test('a refund', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    await world.handle(id).executeUpdate('refund', { args: [{ amount: 100, reason: 'damaged' }], updateId: 'part' });
    const [refund] = (await world.order(id)).refunds;
    await world.end(refund?.stripeId as string);
    await keyIsRefused('^/v1/refunds/re_');
    const followed = refundId(refund?.stripeId as string);
    await world.deps().starter.refund(followed);
    await parked(followed);
    expect(await world.ask(followed, 'retry')).toBe('done');
    expect(await world.end(followed)).toBe('succeeded');
  });

  test.each([
    ['a refund', 'refund', '^/v1/refunds/', 're_nobodys'],
    ['a dispute', 'dispute', '^/v1/disputes/', 'dp_nobodys'],
  ] as const)('%s of no order, which leaves nothing under way when it ends', async (_, kind, path, id) => {
    await keyIsRefused(path);
    await world.deps().starter[kind](id as never);
    await parked(id);
    expect(await world.ask(id, 'retry')).toBe('done');
    expect(await world.end(id)).toBe('unknown');
  });

  test('a dispute', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.dispute(id);
    await keyIsRefused('^/v1/disputes/');
    await risk.tell(dispute);
    await parked(dispute.id);
    expect(await world.ask(dispute.id, 'retry')).toBe('done');
    await until(() => risk.row(dispute));
    await world.handle(dispute.id as SessionId).terminate('done with it');
  });

  test('a notice', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const warning = await world.at<{ id: string }>(`/charges/${await risk.chargeOf(id)}/early-fraud-warning`);
    await keyIsRefused('^/v1/radar/early_fraud_warnings/');
    const followed = risk.notice('fraud-warning', warning.id);
    await parked(warning.id);
    expect(await world.ask(warning.id, 'retry')).toBe('done');
    expect(await followed).toBe('order');
    await risk.heard(id);
  });

  test('staff are told by one mail, and see it on the order until it goes on', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id);
    await world.at('/faults', {
      match: { method: 'GET', path: '^/v1/disputes/' },
      times: 2,
      kind: 'error_before',
      status: 400,
    });
    await risk.tell(dispute);
    await until(async () => (await world.order(id)).attentionStep === 'follow');
    await until(async () => (await risk.mailsOf(id, 'attention_needed')) === 1);
    expect(await world.ask(dispute.id, 'retry')).toBe('waiting');
    expect(await world.ask(dispute.id, 'retry')).toBe('done');
    await until(async () => (await world.order(id)).attentionStep === null);
    expect(await risk.mailsOf(id, 'attention_needed')).toBe(1);
    await world.handle(dispute.id as SessionId).terminate('done with it');
  });

  test('there is nothing to retry where nothing is parked', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id);
    await expect(world.ask(dispute.id, 'retry')).rejects.toMatchObject({ cause: { type: 'invalid_transition' } });
    await world.handle(dispute.id as SessionId).terminate('done with it');
  });
});

describe('a failure that only passes, but never does', () => {
  const fails = (id: string) =>
    world.at('/faults', {
      match: { method: 'GET', path: `/${id}$` },
      times: 10_000,
      kind: 'error_before',
      status: 500,
    });
  const works = () => fetch(`${world.sandbox.url}/_control/faults`, { method: 'DELETE' });

  test('parks too: the order is flagged, and the run goes on by `retry`', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id);
    await fails(dispute.id);
    await risk.tell(dispute);
    await world.sleep(20 * MINUTE);
    await until(async () => (await world.order(id)).attentionStep === 'follow');
    await works();
    await until(async () => (await world.ask(dispute.id, 'retry')) === 'done');
    await until(async () => (await world.order(id)).attentionStep === null);
    await world.handle(dispute.id as SessionId).terminate('done with it');
  });

  test('in gathering evidence keeps nothing from the order and from staff', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.dispute(id, { due_by: Math.floor(world.now() / 1000) + 9 * 86_400 });
    const trigger = `gathering_${dispute.id.replaceAll(/\W/g, '')}`;
    await world.db.$executeRawUnsafe(`
      CREATE FUNCTION ${trigger}() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'cannot be stored' USING ERRCODE = '22P05'; END $$`);
    await world.db.$executeRawUnsafe(`
      CREATE TRIGGER ${trigger} BEFORE UPDATE OF evidence ON disputes FOR EACH ROW
      WHEN (NEW.id = '${dispute.id}' AND NEW.evidence IS NOT NULL) EXECUTE FUNCTION ${trigger}()`);
    await risk.tell(dispute);
    await until(async () => (await risk.mailsOf(id, 'dispute_opened')) === 1);
    await expect(world.ask(id, 'ship', { carrier: 'DHL', trackingNumber: '1' })).rejects.toThrow();
    await world.sleep(20 * MINUTE);
    await until(async () => (await world.order(id)).attentionStep === 'follow');
    await world.db.$executeRawUnsafe(`DROP TRIGGER ${trigger} ON disputes`);
    await world.handle(dispute.id as SessionId).terminate('done with it');
  });
});

test('a value that the database refuses: staff see the code, get one mail, and `retry` tries at once', async () => {
  const id = await world.paidOrder([{ sku: 'mug' }]);
  await world.db.$executeRaw`
    CREATE FUNCTION refuse_parcel() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'breaks a constraint' USING ERRCODE = '23514'; END $$`;
  await world.db.$executeRaw`
    CREATE TRIGGER refuse_parcel BEFORE INSERT ON shipments FOR EACH ROW EXECUTE FUNCTION refuse_parcel()`;
  const shipped = world.ask(id, 'ship', { carrier: 'DHL', trackingNumber: '1' });
  await world.sleep(2 * MINUTE); // three times a few tries, each within a workflow task
  await until(async () => (await world.order(id)).attentionStep === 'ship');
  expect((await world.order(id)).attentionReason).toContain('23514');
  const { events = [] } = await world.history(id);
  expect((events ?? []).length).toBeLessThan(80);
  expect(await world.ask(id, 'retry')).toBe('PREPARING');
  await world.db.$executeRaw`DROP TRIGGER refuse_parcel ON shipments`;
  await world.ask(id, 'retry');
  expect(await shipped).toBe('SHIPPED');
  await until(async () => (await world.mails(id)).includes('order_shipped'));
  expect(await world.order(id)).toMatchObject({ status: 'SHIPPED', attentionStep: null });
  expect(await risk.mailsOf(id, 'attention_needed')).toBe(1);
});

describe('what is recorded here, and not known to Stripe', () => {
  const isUnknown = (id: string) =>
    world.at('/faults', {
      match: { method: 'GET', path: `/${id}$` },
      times: 10_000,
      kind: 'error_before',
      status: 404,
    });
  const parcel = { carrier: 'DHL', trackingNumber: '1' };

  test('a dispute calls staff, who take note: then the order ships', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const dispute = await risk.disputed(id);
    await isUnknown(dispute.id);
    await risk.tell(dispute);
    await until(async () => (await world.order(id)).attentionStep === 'dispute-unknown');
    await until(async () => (await risk.mailsOf(id, 'attention_needed')) === 1);
    await risk.retry(id);
    expect(await world.order(id)).toMatchObject({ disputed: false, attentionStep: null });
    expect(await world.ask(id, 'ship', parcel)).toBe('SHIPPED');
    await risk.tell(dispute);
    expect(await risk.ended(dispute)).toBe('unknown');
  });

  test('a review too, which the sweep looks at if nothing was heard for an hour', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    const review = await world.at<{ id: string }>(`/charges/${await risk.chargeOf(id)}/review`);
    expect(await risk.notice('review', review.id)).toBe('order');
    await isUnknown(review.id);
    await sweep(world);
    expect(await world.order(id)).toMatchObject({ reviewOpen: true, attentionStep: null });
    await world.sleep(61 * MINUTE);
    await sweep(world);
    await until(async () => (await world.order(id)).attentionStep === 'review-unknown');
    await until(async () => (await risk.mailsOf(id, 'attention_needed')) === 1);
    await risk.retry(id);
    expect(await world.order(id)).toMatchObject({ reviewOpen: false, attentionStep: null });
    expect(await world.ask(id, 'ship', parcel)).toBe('SHIPPED');
  });
});
