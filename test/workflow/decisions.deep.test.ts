import { refundId, type SessionId } from '../../domain/ids';
import { WORKFLOWS } from '../../messages/names';
import type { OrderReport } from '../../messages/order';
import { until, World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

const ask: World['ask'] = (...request) => world.ask(...request);
const parcel = { carrier: 'DHL', trackingNumber: '1' };
const refused = (type: string) => ({ cause: { type } });

/**
 * The bank refuses a refund, and Stripe says so; comes back when the order stands where it stood before, and somebody
 * is called.
 */
async function bankRefuses(id: SessionId, status: string): Promise<void> {
  const { refunds } = await world.order(id);
  const last = refunds.sort((one, other) => Number(one.createdAt) - Number(other.createdAt)).at(-1);
  const stripeId = refundId(last?.stripeId ?? '');
  await world.at(`/refunds/${stripeId}/fail`);
  await world.deps().starter.refund(stripeId);
  await until(async () => {
    const order = await world.order(id);
    return order.status === status && order.attentionStep === 'refund-failed';
  });
  // Its workflow has been started again, and knows.
  await until(async () => (await state(id))?.attention?.step === 'refund-failed');
}

const outbox = (faults: Record<string, number>) =>
  fetch(`${world.outbox.url}/api/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  });

const state = (id: SessionId) =>
  world
    .handle(id)
    .query<{ attention: { step: string } | null; status: string }>('state')
    .catch(() => null);

describe('an order whose refund the bank refused', () => {
  test('goes back to what it was, calls for a person, and asks for the refund anew on retry', async () => {
    const id = await world.paidOrderOf('clock');
    expect(await ask(id, 'cancel', { reason: 'damaged' })).toBe('REFUNDED');
    expect(await world.stock('clock')).toEqual({ onHand: 1, held: 0 });
    expect(await world.end(id)).toBe('REFUNDED');
    await bankRefuses(id, 'PREPARING');
    expect(await world.order(id)).toMatchObject({ paymentStatus: 'PAID', refunded: 0n });
    expect(await world.stock('clock')).toEqual({ onHand: 1, held: 0 }); // what went back stays back

    expect(await ask(id, 'retry')).toBe('REFUNDED');
    expect(await world.end(id)).toBe('REFUNDED');
    const order = await world.order(id);
    expect(order).toMatchObject({ paymentStatus: 'REFUNDED', refunded: 1000n, attentionStep: null });
    expect(order.refunds.map(({ status }) => status).sort()).toEqual(['failed', 'succeeded']);
    expect(await world.stock('clock')).toEqual({ onHand: 1, held: 0 });
    await until(async () => (await world.mails(id)).filter((mail) => mail === 'order_refunded').length === 2);
    expect(await world.mails(id)).toEqual(expect.arrayContaining(['refund_failed', 'attention_needed']));
  });

  test('tells once that it was settled elsewhere', async () => {
    const id = await world.paidOrderOf('candle');
    await ask(id, 'cancel', { reason: 'other' });
    await world.end(id);
    await bankRefuses(id, 'PREPARING');

    expect(await ask(id, 'resolve', { how: 'settled_elsewhere' })).toBe('REFUNDED');
    expect(await world.end(id)).toBe('REFUNDED');
    const { happened } = await world.handle(id).query<OrderReport>('order');
    expect(happened.filter((line) => line.includes('settled elsewhere'))).toHaveLength(1);
  });

  test('is shipped after all, and takes its stock again', async () => {
    const id = await world.paidOrderOf('lantern');
    await ask(id, 'cancel', { reason: 'other' });
    await world.end(id);
    await bankRefuses(id, 'PREPARING');

    expect(await ask(id, 'ship', parcel)).toBe('SHIPPED');
    expect(await world.stock('lantern')).toEqual({ onHand: 0, held: 0 });
    expect(await world.order(id)).toMatchObject({ attentionStep: null, stock: 'COMMITTED' });
    expect(await ask(id, 'deliver')).toBe('COMPLETED');
    expect(await world.end(id)).toBe('COMPLETED');
  });

  test('cannot be shipped when its stock was sold to somebody else meanwhile', async () => {
    const id = await world.paidOrderOf('globe');
    await ask(id, 'cancel', { reason: 'other' });
    await world.end(id);
    await world.checkout([{ sku: 'globe' }]);
    await bankRefuses(id, 'PREPARING');

    await expect(ask(id, 'ship', parcel)).rejects.toMatchObject(refused('out_of_stock'));
    expect(await ask(id, 'retry')).toBe('REFUNDED');
    expect(await world.end(id)).toBe('REFUNDED');
  });

  test('that could never be delivered waits as paid, and is sold after all when there is stock again', async () => {
    await world.product('comet', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'comet' }], { holdSeconds: 60 });
    await world.pay(id, { method: 'bank_debit' });
    await world.webhook(id);
    await until(async () => (await world.order(id)).paymentStatus === 'PROCESSING');
    await world.sleep(15 * 86_400_000); // the stock is given up
    await until(async () => (await world.stock('comet')).held === 0);
    await world.checkout([{ sku: 'comet' }]); // and held for somebody else
    await world.at(`/sessions/${id}/settle`);
    await world.webhook(id);
    expect(await world.end(id)).toBe('REFUNDED');
    await bankRefuses(id, 'PENDING');
    expect(await world.order(id)).toMatchObject({ paymentStatus: 'PAID' });

    await expect(ask(id, 'ship', parcel)).rejects.toMatchObject(refused('out_of_stock'));
    await expect(ask(id, 'refund', { reason: 'other' })).rejects.toMatchObject(refused('invalid_transition'));
    await world.db.stockMovement.create({
      data: {
        sku: 'comet',
        at: new Date(),
        kind: 'ADJUST',
        onHandDelta: 1,
        heldDelta: 0,
        reference: 'delivery',
        actor: 'staff',
      },
    });
    expect(await ask(id, 'ship', parcel)).toBe('SHIPPED');
    expect(await ask(id, 'deliver')).toBe('COMPLETED');
    expect(await world.end(id)).toBe('COMPLETED');
    expect(await world.order(id)).toMatchObject({ attentionStep: null, refunded: 0n });
  });

  test('keeps its place when a warning of fraud comes meanwhile, and that is decided about next', async () => {
    const id = await world.paidOrderOf('torch');
    await ask(id, 'cancel', { reason: 'damaged' });
    await world.end(id);
    await bankRefuses(id, 'PREPARING');
    const { latest_charge: charge } = await world.stripe.paymentIntents.retrieve(
      (await world.order(id)).paymentIntentId as string,
    );
    const warning = await world.at<{ id: string }>(`/charges/${charge}/early-fraud-warning`, {});
    await world.deps().starter.notice('fraud-warning', warning.id);
    await until(async () => (await world.order(id)).fraudWarning);
    expect((await world.order(id)).attentionStep).toBe('refund-failed');
    expect(await ask(id, 'retry')).toBe('REFUNDED'); // asked for anew
    await world.end(id);
  });

  test('of two parts, each wants its own decision', async () => {
    const id = await world.paidOrderOf('lamp', { amount: 1000 });
    const failing = async (amount: number) => {
      await ask(id, 'refund', { amount, reason: 'damaged' });
      return refundId((await world.order(id)).refunds.find((row) => row.amount === BigInt(amount))?.stripeId ?? '');
    };
    const parts = [await failing(100), await failing(200)];
    for (const part of parts) {
      await world.at(`/refunds/${part}/fail`);
      await world.deps().starter.refund(part);
      await until(
        async () => (await world.order(id)).refunds.find((row) => row.stripeId === part)?.status === 'failed',
      );
    }
    await until(async () => (await state(id))?.attention?.step === 'refund-failed');
    expect(await ask(id, 'retry')).toBe('PREPARING');
    expect(await world.order(id)).toMatchObject({ refunded: 200n, attentionStep: 'refund-failed' });
    expect(await ask(id, 'retry')).toBe('PREPARING');
    expect(await world.order(id)).toMatchObject({ refunded: 300n, attentionStep: null });
    await ask(id, 'ship', parcel);
    await ask(id, 'deliver');
    await world.end(id);
  });

  test('while its last mails still wait goes on in the same run', async () => {
    const id = await world.paidOrderOf('anchor');
    await outbox({ times: 1_000, status: 500 });
    const { runId } = await world.handle(id).describe();
    expect(await ask(id, 'ship', parcel)).toBe('SHIPPED');
    expect(await ask(id, 'refund', { reason: 'damaged' })).toBe('REFUNDED'); // the parcel’s mail is not out
    await bankRefuses(id, 'SHIPPED');
    expect((await world.handle(id).describe()).runId).toBe(runId);
    await outbox({ times: 0 });
    expect(await ask(id, 'retry')).toBe('REFUNDED');
    expect(await world.end(id)).toBe('REFUNDED');
    expect(await world.mails(id)).toContain('order_shipped');
  });

  test('in part goes on, and asks for that part again', async () => {
    const id = await world.paidOrderOf('kite', { amount: 3000 });
    expect(await ask(id, 'refund', { amount: 500, reason: 'damaged' })).toBe('PREPARING');
    expect(await world.order(id)).toMatchObject({ refunded: 500n, paymentStatus: 'PARTIALLY_REFUNDED' });
    await bankRefuses(id, 'PREPARING');
    expect(await world.order(id)).toMatchObject({ refunded: 0n, paymentStatus: 'PAID' });
    expect(await ask(id, 'retry')).toBe('PREPARING');
    expect(await world.order(id)).toMatchObject({ refunded: 500n, attentionStep: null });
    expect(await ask(id, 'ship', parcel)).toBe('SHIPPED');
    expect(await ask(id, 'deliver')).toBe('COMPLETED');
    expect(await world.end(id)).toBe('COMPLETED');
  });
});

describe('what others find out about an order', () => {
  const charge = async (id: SessionId) => (await world.order(id)).chargeId as string;
  const flag = async (id: SessionId, change: Record<string, unknown>) => {
    await world.db.order.update({ where: { sessionId: id }, data: change });
    await world.deps().starter.orderChanged(id);
  };

  test('a dispute holds shipping and refuses money; won, all goes on', async () => {
    const id = await world.paidOrderOf('violin');
    const dispute = await world.at<{ id: string }>(`/charges/${await charge(id)}/dispute`, {});
    await world.deps().starter.dispute(dispute.id as never);
    await until(async () => (await world.order(id)).disputed);
    await expect(ask(id, 'ship', parcel)).rejects.toMatchObject(refused('invalid_transition'));
    await until(async () =>
      ask(id, 'cancel', { reason: 'other' }).then(
        () => Promise.reject(new Error('cancelled')),
        ({ cause }) => cause.type === 'invalid_transition',
      ),
    );
    await expect(ask(id, 'refund', { reason: 'other' })).rejects.toMatchObject(refused('invalid_transition'));
    await world.at(`/disputes/${dispute.id}/close`, { status: 'won' });
    await world.deps().starter.dispute(dispute.id as never);
    await until(async () => !(await world.order(id)).disputed);
    expect(await ask(id, 'ship', parcel)).toBe('SHIPPED');
    expect(await ask(id, 'deliver')).toBe('COMPLETED');
  });

  test('after a lost dispute cancel returns what is unshipped, and asks Stripe for nothing', async () => {
    const id = await world.paidOrderOf('cello');
    const dispute = await world.at<{ id: string }>(`/charges/${await charge(id)}/dispute`, {});
    await world.at(`/disputes/${dispute.id}/close`, { status: 'lost' });
    await world.deps().starter.dispute(dispute.id as never);
    await until(async () => (await state(id))?.attention?.step === 'dispute-lost');
    expect(await ask(id, 'cancel', { reason: 'other' })).toBe('REFUNDED');
    expect(await world.end(id)).toBe('REFUNDED');
    expect(await world.stock('cello')).toEqual({ onHand: 1, held: 0 });
    expect((await world.order(id)).refunds).toEqual([]);
    expect(
      (await world.requests()).filter(
        ({ path, params }) => path === '/v1/refunds' && JSON.stringify(params).includes(id),
      ),
    ).toEqual([]);
  });

  test('after a lost dispute that staff took note of, cancel still ends it without a refund', async () => {
    const id = await world.paidOrderOf('atlas');
    const { latest_charge: charge } = await world.stripe.paymentIntents.retrieve(
      (await world.order(id)).paymentIntentId as string,
    );
    const dispute = await world.at<{ id: string }>(`/charges/${charge}/dispute`);
    await world.deps().starter.dispute(dispute.id as never);
    await until(async () => (await world.order(id)).disputed);
    await world.at(`/disputes/${dispute.id}/close`, { status: 'lost' });
    await world.deps().starter.dispute(dispute.id as never);
    await until(async () => (await state(id))?.attention?.step === 'dispute-lost');
    expect(await ask(id, 'retry')).toBe('PREPARING');
    expect(await ask(id, 'cancel', { reason: 'other' })).toBe('REFUNDED');
    expect((await world.order(id)).refunds.filter(({ stripeId }) => stripeId !== null)).toEqual([]);
    expect(await world.stock('atlas')).toEqual({ onHand: 1, held: 0 });
    await world.end(id);
  });

  test('a review holds shipping until it is closed', async () => {
    const id = await world.paidOrderOf('harp');
    await flag(id, { reviewOpen: true });
    await expect(ask(id, 'ship', parcel)).rejects.toMatchObject(refused('invalid_transition'));
    await flag(id, { reviewOpen: false });
    expect(await ask(id, 'ship', parcel)).toBe('SHIPPED');
    expect(await ask(id, 'deliver')).toBe('COMPLETED');
  });

  test.each(['retry', 'cancel'])('a warning of fraud parks the order until staff %s', async (decision) => {
    const id = await world.paidOrderOf(`drum-${decision}`);
    const warning = await world.at<{ id: string }>(`/charges/${await charge(id)}/early-fraud-warning`, {});
    await world.deps().starter.notice('fraud-warning', warning.id);
    await until(async () => (await state(id))?.attention?.step === 'fraud-warning');
    await expect(ask(id, 'ship', parcel)).rejects.toMatchObject(refused('invalid_transition'));
    if (decision === 'retry') {
      expect(await ask(id, 'retry')).toBe('PREPARING');
      expect(await world.order(id)).toMatchObject({ fraudWarning: false, attentionStep: null });
      expect(await ask(id, 'ship', parcel)).toBe('SHIPPED');
      expect(await ask(id, 'deliver')).toBe('COMPLETED');
    } else {
      expect(await ask(id, 'cancel', { reason: 'other' })).toBe('REFUNDED');
      expect(await world.end(id)).toBe('REFUNDED');
    }
  });

  test('a parcel that a dying worker had written is told of by whoever reads the order next', async () => {
    const id = await world.paidOrderOf('flute');
    await world.db.shipment.create({
      data: {
        id: '5f3d1b8e-0000-4000-8000-000000000001',
        sessionId: id,
        carrier: 'DHL',
        trackingNumber: '9',
        items: [{ sku: 'flute', quantity: 1 }],
        shippedAt: new Date(),
      },
    });
    await world.db.orderItem.updateMany({ where: { sessionId: id }, data: { shipped: 1 } });
    await world.db.order.update({ where: { sessionId: id }, data: { status: 'SHIPPED' } });
    await world.deps().starter.orderChanged(id);
    await until(async () => (await world.mails(id)).includes('order_shipped'));
    expect(await ask(id, 'deliver')).toBe('COMPLETED');
  });
});

test('the update that refunds takes no other form from the Temporal UI', async () => {
  const id = await world.paidOrderOf('gong');
  for (const request of [
    {},
    { reason: 'fraudulent' },
    { reason: 'other', amount: 0 },
    { reason: 'other', amount: 1.5 },
    { reason: 'other', note: 'x' },
    { reason: 'other', restock: [] },
    { reason: 'other', restock: [{ sku: 'gong', quantity: 0 }] },
  ])
    await expect(ask(id, 'refund', request)).rejects.toMatchObject(refused('invalid_request'));
  await world.client.workflow.getHandle(id).terminate('done with it');
  expect((await world.client.workflow.getHandle(id).describe()).type).toBe(WORKFLOWS.order);
});
