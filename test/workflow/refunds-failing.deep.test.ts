import { WithStartWorkflowOperation } from '@temporalio/client';
import type { SessionId } from '../../domain/ids';
import { WORKFLOWS } from '../../messages/names';
import { orderStart, retryUpdate } from '../../messages/order';
import { resolveRefund } from '../../store/refunds/resolve';
import { RefundShop, SLOW_REFUND } from './refund-shop';
import { until, World } from './world';

const DAY = 86_400_000;

let world: World;
let shop: RefundShop;
beforeAll(async () => {
  world = await World.start();
  shop = new RefundShop(world);
  await world.product('mug', { amount: 1000, stock: 1000 });
  await world.product('ebook', { amount: 2000 });
});
afterAll(() => world?.stop());

/** The bank gives the money back to the shop. */
async function fails(refund: { id: string }): Promise<void> {
  await world.at(`/refunds/${refund.id}/fail`);
  await shop.told(refund);
}

describe('a refund that fails', () => {
  test.each(['withdraw', 'settled_elsewhere'] as const)(
    'and that staff resolve (%s) is over, and its customer hears of no refund, whatever Stripe tells of it again',
    async (how) => {
      const id = await world.completedOrder([{ sku: 'ebook' }]);
      const refund = await shop.dashboard(id, { amount: 500 });
      await fails(refund);
      expect(await world.end(refund.id as never)).toBe('failed');
      await resolveRefund(world.db, { sessionId: id, how, actor: 'staff', at: new Date(world.now()) });
      await shop.told(refund);
      expect(await world.end(refund.id as never)).toBe(how === 'withdraw' ? 'withdrawn' : how);
      const mails = (await world.mails(id)).filter((one) => one.includes('refund'));
      expect(mails).toEqual(['refund_failed']);
    },
  );

  test('20 days later, its workflow and the order’s long ended, brings back what a done order was, and calls for staff', async () => {
    const id = await world.completedOrder([{ sku: 'ebook' }]);
    await shop.answer(await shop.request(id));
    const [refund] = await shop.atStripe(id);
    if (!refund) throw new Error('there is a refund');
    expect(await world.end(refund.id as never)).toBe('succeeded');
    expect(await world.order(id)).toMatchObject({ status: 'REFUNDED', paymentStatus: 'REFUNDED', refunded: 2000n });
    await world.sleep(20 * DAY);

    await fails(refund);
    expect(await world.end(refund.id as never)).toBe('failed');
    const order = await world.order(id);
    expect(order).toMatchObject({ status: 'COMPLETED', paymentStatus: 'PAID', refunded: 0n });
    expect(order).toMatchObject({
      attentionStep: 'refund-failed',
      attentionReason: expect.stringContaining(refund.id),
    });
    expect(order.grants[0]?.revokedAt).not.toBeNull();
    expect(await world.mails(id)).toEqual(expect.arrayContaining(['refund_failed', 'attention_needed']));
    // An order that is done stays so: nobody runs for it.
    expect((await world.handle(id).describe()).status.name).toBe('COMPLETED');
  });

  test('20 days later, of an order that was never shipped, starts its workflow again, which parks', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 2 }]);
    const before = await world.stock('mug');
    await shop.cancel(id);
    expect(await world.end(id)).toBe('REFUNDED');
    const [refund] = await shop.atStripe(id);
    if (!refund) throw new Error('there is a refund');
    await world.end(refund.id as never);
    await world.sleep(20 * DAY);

    await fails(refund);
    await shop.becomes(id, {
      status: 'PREPARING',
      paymentStatus: 'PAID',
      refunded: 0n,
      attentionStep: 'refund-failed',
    });
    await until(async () => (await world.handle(id).describe()).status.name === 'RUNNING');
    // The stock was given back, and stays so.
    expect(await world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 2 });
    await until(async () => (await world.mails(id)).includes('refund_failed'));

    expect(await world.handle(id).executeUpdate('retry')).toBe('REFUNDED');
    expect(await world.end(id)).toBe('REFUNDED');
    expect((await shop.atStripe(id)).map(({ amount, status }) => [amount, status])).toEqual([
      [2000, 'failed'],
      [2000, 'succeeded'],
    ]);
    expect(await world.order(id)).toMatchObject({ refunded: 2000n, attentionStep: null });
    expect(await world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 2 });
  });

  test('as one of several that emptied an order brings back what the order was, and the rest stays given', async () => {
    const id = await world.paidOrder([{ sku: 'mug', quantity: 3 }]);
    const first = await shop.dashboard(id, { amount: 500 });
    await shop.told(first);
    await shop.becomes(id, { refunded: 500n });
    await shop.refund(id, { amount: 700 });
    await shop.cancel(id);
    expect(await world.end(id)).toBe('REFUNDED');

    await fails(first);
    await shop.becomes(id, { status: 'PREPARING', paymentStatus: 'PARTIALLY_REFUNDED', refunded: 2500n });
    await until(async () => (await world.handle(id).describe()).status.name === 'RUNNING');
    expect(await world.handle(id).executeUpdate('retry')).toBe('REFUNDED');
    expect((await shop.atStripe(id)).map(({ amount }) => amount)).toEqual([500, 700, 1800, 500]);
    expect(await world.end(id)).toBe('REFUNDED');
    expect(await world.order(id)).toMatchObject({ refunded: 3000n, paymentStatus: 'REFUNDED', attentionStep: null });
  });

  test('is retried by a `retry` that starts the order’s run itself', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    await shop.cancel(id);
    expect(await world.end(id)).toBe('REFUNDED');
    const [refund] = await shop.atStripe(id);
    if (!refund) throw new Error('there is a refund');
    await fails(refund);
    await shop.becomes(id, { status: 'PREPARING', attentionStep: 'refund-failed' });
    await until(async () => (await world.handle(id).describe()).status.name === 'RUNNING');

    await world.stopWorkers();
    await world.handle(id).terminate('by mistake');
    const retried = world.client.workflow.executeUpdateWithStart(retryUpdate, {
      startWorkflowOperation: new WithStartWorkflowOperation(WORKFLOWS.order, orderStart({ sessionId: id })),
    });
    await until(async () => (await world.handle(id).describe()).status.name === 'RUNNING');
    await world.startWorkers();
    expect(await retried).toBe('REFUNDED');
    expect((await shop.atStripe(id)).map(({ amount }) => amount)).toEqual([1000, 1000]);
    expect(await world.end(id)).toBe('REFUNDED');
  });

  test('whose retry Stripe refuses is retried by the next `retry`', async () => {
    const id = await world.paidOrder([{ sku: 'mug' }]);
    await shop.cancel(id);
    expect(await world.end(id)).toBe('REFUNDED');
    const [refund] = await shop.atStripe(id);
    if (!refund) throw new Error('there is a refund');
    await fails(refund);
    await shop.becomes(id, { status: 'PREPARING', attentionStep: 'refund-failed' });
    await until(async () => (await world.handle(id).describe()).status.name === 'RUNNING');

    const refused = async () =>
      (await world.requests()).filter(({ method, path, params }) => {
        return method === 'POST' && path === '/v1/refunds' && params.payment_intent === refund.payment_intent;
      }).length;
    await world.at('/faults', { match: { method: 'POST', path: '^/v1/refunds$' }, times: 1, kind: 'invalid' });
    expect(await world.handle(id).executeUpdate('retry')).toBe('PREPARING'); // the refusal stands beside the order
    expect(await refused()).toBe(2);
    expect(await world.handle(id).executeUpdate('retry')).toBe('REFUNDED');
    expect((await shop.atStripe(id)).map(({ amount }) => amount)).toEqual([1000, 1000]);
    expect(await world.end(id)).toBe('REFUNDED');
  });

  test('twice, of an order emptied twice, brings back what it was each time', async () => {
    const id = await world.completedOrder([{ sku: 'ebook' }]);
    for (const key of ['first', 'second']) {
      await shop.answer(await shop.request(id, {}, key));
      await shop.becomes(id, { status: 'REFUNDED' });
      const refund = (await shop.atStripe(id)).at(-1);
      if (!refund) throw new Error('there is a refund');
      await world.end(refund.id as never);
      await fails(refund);
      await shop.becomes(id, { status: 'COMPLETED', paymentStatus: 'PAID', refunded: 0n });
    }
    expect((await world.order(id)).refunds.every(({ statusBefore }) => statusBefore === null)).toBe(true);
  });

  test('told of again and again calls for staff once, also after they have answered', async () => {
    const id = await world.completedOrder([{ sku: 'ebook' }]);
    await shop.answer(await shop.request(id, { amount: 600 }));
    const [refund] = await shop.atStripe(id);
    if (!refund) throw new Error('there is a refund');
    await world.end(refund.id as never);
    await fails(refund);
    await world.end(refund.id as never);
    // At the Dashboard they give it another way.
    await shop.told(await shop.dashboard(id, { amount: 600 }));
    await shop.becomes(id, { attentionStep: null, refunded: 600n });
    await shop.told(refund);
    expect(await world.end(refund.id as never)).toBe('failed');
    expect((await world.order(id)).attentionStep).toBeNull();
    const mails = await world.mails(id);
    for (const once of ['refund_failed', 'attention_needed'])
      expect(mails.filter((template) => template === once)).toHaveLength(1);
  });

  test('before anybody was told of it is told of as failed alone', async () => {
    const id = await world.completedOrder([{ sku: 'ebook' }]);
    const refund = await shop.dashboard(id, { amount: 600 });
    await fails(refund);
    expect(await world.end(refund.id as never)).toBe('failed');
    expect(await world.order(id)).toMatchObject({ refunded: 0n, paymentStatus: 'PAID', status: 'COMPLETED' });
    expect(await world.mails(id)).toEqual(expect.arrayContaining(['refund_failed', 'attention_needed']));
    expect(await world.mails(id)).not.toContain('order_refunded');
  });
});

test('a refund that is cancelled while it asks the customer for something never counted in the end', async () => {
  const id = await world.completedOrder([{ sku: 'ebook' }]);
  const refund = await shop.dashboard(id, { status: 'requires_action' });
  await shop.told(refund);
  await shop.becomes(id, { status: 'REFUNDED', refunded: 2000n });
  await until(async () => (await world.mails(id)).includes('order_refunded'));
  await world.at(`/refunds/${refund.id}/cancel`);
  await shop.told(refund);
  expect(await world.end(refund.id as never)).toBe('canceled');
  expect(await world.order(id)).toMatchObject({ status: 'COMPLETED', refunded: 0n, attentionStep: 'refund-failed' });
});

test('a refund that waits for the customer’s bank details tells them what to do, and staff why it waits', async () => {
  const id = await world.paidOrder([{ sku: 'mug' }], { refundsAskForBank: true });
  await shop.refund(id, { amount: 400 });
  const [refund] = await shop.atStripe(id);
  expect(refund).toMatchObject({ status: 'requires_action', amount: 400 });
  await until(async () => (await world.mails(id)).includes('order_refunded'));
  const mail = await world.db.mail.findFirstOrThrow({ where: { sessionId: id, template: 'order_refunded' } });
  expect(mail.subject).toContain('has been initiated');
  expect(mail.text.replaceAll('\n', ' ')).toContain('asks for your bank details. Please answer it.');
  const { timeline } = await world.order(id);
  expect(timeline.map(({ message }) => message)).toContain(
    'Refund of €4.00: waits for the customer’s bank details, which Stripe has asked for by e-mail',
  );
});

test('a refund that comes to wait for bank details after its mail: a second mail says what to do, once', async () => {
  const id = await world.paidOrder([{ sku: 'mug' }], { card: SLOW_REFUND });
  await shop.refund(id, { amount: 400 });
  const [refund] = await shop.atStripe(id);
  if (!refund) throw new Error('there is a refund');
  await until(async () => (await world.mails(id)).includes('order_refunded'));
  await world.sleep(1_000);
  await world.at(`/refunds/${refund.id}/ask-for-bank`);
  for (let times = 0; times < 2; times++) await shop.told(refund);
  const mails = () =>
    world.db.mail.findMany({ where: { sessionId: id, template: 'order_refunded' }, orderBy: { createdAt: 'asc' } });
  await until(async () => (await mails()).filter(({ status }) => status === 'SENT').length === 2);
  const [first, second] = (await mails()).map(({ text }) => text.replaceAll('\n', ' '));
  expect(first).toContain('You do not need to do anything.');
  expect(second).toContain('asks for your bank details. Please answer it.');
  await world.at(`/refunds/${refund.id}/succeed`);
  await shop.told(refund);
  expect(await world.end(refund.id)).toBe('succeeded');
  expect(await mails()).toHaveLength(2);
});

test('one story a refund: initiated, succeeded, failed, and each told once', async () => {
  const id = await world.paidOrder([{ sku: 'mug' }], { card: SLOW_REFUND });
  await shop.refund(id, { amount: 400 });
  const [refund] = await shop.atStripe(id);
  if (!refund) throw new Error('there is a refund');
  await shop.becomes(id, { refunded: 400n });
  await until(async () => (await world.mails(id)).includes('order_refunded'));
  await world.at(`/refunds/${refund.id}/succeed`);
  await shop.told(refund);
  await until(async () => (await world.order(id)).refunds[0]?.status === 'succeeded');
  await fails(refund);
  await shop.becomes(id, { refunded: 0n, paymentStatus: 'PAID', attentionStep: 'refund-failed' });
  await until(async () => (await world.mails(id)).includes('refund_failed'));
  expect((await world.mails(id)).filter((template) => template === 'order_refunded')).toHaveLength(1);
  const told = (await world.order(id)).timeline.filter(({ type }) => type === 'refund').map(({ message }) => message);
  const failed = 'failed (the card was reported lost or stolen), the money is back with the shop';
  expect(told).toEqual(['under way', 'given back', failed].map((stage) => `Refund of €4.00: ${stage}`));
  const { currentDetails } = await world
    .handle(refund.id as SessionId)
    .query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(currentDetails).toContain(`: ${failed}\n`);
  // What is asked for anew is what failed, not all that is left.
  expect(await world.handle(id).executeUpdate('retry')).toBe('PREPARING');
  expect(await world.order(id)).toMatchObject({ refunded: 400n, attentionStep: null });
});
