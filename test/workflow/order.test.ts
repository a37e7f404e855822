import type { SessionId } from '../../domain/ids';
import { changedSignal, orderQuery, stateQuery } from '../../messages/order';
import { requestCancel } from '../../store/orders/cancel';
import { recordActor } from '../../store/orders/request-actors';
import { readable } from './history-text';
import { until, World } from './world';

/** How many turns of mails a worker sends at a time (worker/workers.ts). */
const MAILS_AT_ONCE = 20;

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.stop());

describe('a paid order', () => {
  test('of downloads is granted, mailed and completed at once', async () => {
    await world.product('ebook', { amount: 900 });
    const { id, opening } = await world.checkout([{ sku: 'ebook' }], { userId: 'user-7' });
    expect(opening).toEqual({ outcome: 'held', status: 'PENDING' });
    await world.pay(id);
    await world.webhook(id);

    expect(await world.end(id)).toBe('COMPLETED');
    const order = await world.order(id);
    expect(order).toMatchObject({ status: 'COMPLETED', paymentStatus: 'PAID', total: 900n, refunded: 0n });
    expect(order.customer).toMatchObject({ email: 'ada@example.com', name: 'Ada Lovelace', userId: 'user-7' });
    expect(order.grants).toHaveLength(1);
    expect(await world.mails(id)).toEqual(['order_confirmation', 'order_received']);
  });

  test('of goods waits for staff, is shipped in parts, and completes when it arrived', async () => {
    await world.product('mug', { stock: 10 });
    await world.product('poster', { stock: 10 });
    const { id } = await world.checkout([{ sku: 'mug', quantity: 3 }, { sku: 'poster' }]);
    expect(await world.stock('mug')).toEqual({ onHand: 10, held: 3 });
    await world.pay(id);
    await world.webhook(id);
    await until(async () => (await world.order(id)).status === 'PREPARING');
    expect(await world.stock('mug')).toEqual({ onHand: 7, held: 0 });

    const handle = world.handle(id);
    const parcel = { carrier: 'DHL', trackingNumber: 'A1', items: [{ sku: 'mug', quantity: 2 }] };
    expect(await handle.executeUpdate('ship', { args: [parcel] })).toBe('PREPARING');
    expect(await handle.executeUpdate('ship', { args: [parcel] })).toBe('PREPARING');
    expect(await handle.query(orderQuery)).toMatchObject({
      lines: [
        { sku: 'mug', quantity: 3, shipped: 2, toShip: 1 },
        { sku: 'poster', quantity: 1, shipped: 0, toShip: 1 },
      ],
      parcels: [{ carrier: 'DHL', trackingNumber: 'A1', items: parcel.items }],
    });
    const mails = ['order_confirmation', 'order_received', 'order_shipped'];
    const sent = mails.map((template) => `${template} sent`);
    await until(async () => {
      const report = await handle.query(orderQuery);
      return sent.join() === report?.mails.map(({ template, state }) => `${template} ${state}`).join();
    });
    await expect(
      handle.executeUpdate('ship', {
        args: [{ carrier: 'DHL', trackingNumber: 'A2', items: [{ sku: 'mug', quantity: 2 }] }],
      }),
    ).rejects.toMatchObject({
      cause: { type: 'invalid_transition' },
    });
    await expect(handle.executeUpdate('cancel', { args: [{ reason: 'other' }] })).rejects.toMatchObject({
      cause: { type: 'invalid_transition' },
    });
    expect(await handle.executeUpdate('ship', { args: [{ carrier: 'DHL', trackingNumber: 'A3' }] })).toBe('SHIPPED');
    expect(await handle.executeUpdate('deliver')).toBe('COMPLETED');

    expect(await world.end(id)).toBe('COMPLETED');
    expect((await world.order(id)).shipments).toHaveLength(2);
    expect(await world.mails(id)).toEqual(['order_confirmation', 'order_received', 'order_shipped', 'order_shipped']);
  });

  test('is opened, confirmed and granted while more mails hang than a worker sends at a time', async () => {
    await world.product('hung');
    const { mailer } = world;
    let hanging = 0;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.mailer = {
      async send(mail) {
        hanging++;
        await released;
        return mailer.send(mail);
      },
    };
    const paid = async () => {
      const { id, opening } = await world.checkout([{ sku: 'hung' }]);
      expect(opening).toEqual({ outcome: 'held', status: 'PENDING' });
      await world.pay(id);
      await world.webhook(id);
      return id;
    };
    const completed = (id: SessionId) => until(async () => (await world.order(id)).status === 'COMPLETED');
    const earlier = await Promise.all(Array.from({ length: MAILS_AT_ONCE + 1 }, paid));
    await Promise.all(earlier.map(completed));
    await until(async () => hanging === 2 * MAILS_AT_ONCE); // to the customer and to staff

    const id = await paid();
    await completed(id);
    expect(hanging).toBe(2 * MAILS_AT_ONCE);
    release();
    world.mailer = mailer;
    for (const one of [...earlier, id]) expect(await world.end(one)).toBe('COMPLETED');
  });

  test('bears the names of those who moved it, which Temporal never hears', async () => {
    const names: Record<string, string> = { 'the-parcel': 'lovelace', 'the-delivery': 'hopper', 'the-part': 'clarke' };
    const id = await world.paidOrderOf('jug', { quantity: 2, stock: 2 });
    for (const [key, actor] of Object.entries(names))
      await recordActor(world.db, { sessionId: id, key, actor, at: new Date(world.now()) });
    const handle = world.handle(id);
    const parcel = { carrier: 'DHL', trackingNumber: 'J1', items: [{ sku: 'jug', quantity: 1 }] };
    await handle.executeUpdate('ship', { args: [parcel], updateId: 'the-parcel' });
    const part = { amount: 100, reason: 'other', restock: [{ sku: 'jug', quantity: 1 }] };
    await handle.executeUpdate('refund', { args: [part], updateId: 'the-part' });
    await handle.executeUpdate('deliver', { updateId: 'the-delivery' });
    await world.end(id);
    const { timeline, refunds } = await world.order(id);
    const moved = timeline.filter(({ type }) => ['shipped', 'refund', 'completed'].includes(type));
    expect(moved.map(({ type, actor }) => [type, actor])).toEqual([
      ['shipped', 'lovelace'],
      ['refund', 'clarke'],
      ['completed', 'hopper'],
    ]);
    expect(refunds).toMatchObject([{ actor: 'clarke' }]);
    const back = await world.db.stockMovement.findMany({ where: { sku: 'jug', kind: 'RESTOCK' } });
    expect(back.map(({ actor }) => actor)).toEqual(['clarke']);
    const history = readable((await world.history(id)).events ?? []);
    for (const [key, name] of Object.entries(names)) {
      expect(history).toContain(key); // the check itself can see
      expect(history).not.toContain(name);
    }
  });

  test('that staff cancel bears the name of who asked, whichever run carries it out', async () => {
    const paid = await world.paidOrderOf('cup', { stock: 2 });
    const { id: unpaid } = await world.checkout([{ sku: 'cup' }]);
    for (const id of [paid, unpaid]) {
      const at = new Date(world.now());
      await requestCancel(world.db, { sessionId: id, reason: 'duplicate', actor: 'ada', at });
      await world.handle(id).signal(changedSignal);
    }
    expect([await world.end(paid), await world.end(unpaid)]).toEqual(['REFUNDED', 'CANCELLED']);
    expect((await world.order(paid)).refunds).toMatchObject([{ actor: 'ada' }]);
    const back = await world.db.stockMovement.findMany({ where: { reference: paid, kind: 'RESTOCK' } });
    expect(back.map(({ actor }) => actor)).toEqual(['ada']);
    const given = await world.db.stockMovement.findMany({ where: { reference: unpaid, kind: 'RELEASE' } });
    expect(given.map(({ actor }) => actor)).toEqual(['ada']);
    const { timeline } = await world.order(unpaid);
    expect(timeline.filter(({ type }) => type.startsWith('cancel')).map(({ actor }) => actor)).toEqual(['ada', 'ada']);
  });

  test('that staff hold before the payment is not shipped after it, until they release it', async () => {
    await world.product('lantern', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'lantern' }]);
    const handle = world.handle(id);
    const parcel = { carrier: 'DHL', trackingNumber: 'L1' };
    const waitsFor = async () => (await handle.query(stateQuery)).waitingFor;
    expect(await handle.executeUpdate('hold', { args: [{ reason: 'fraud' }] })).toBe('PENDING');
    await world.paid(id);
    const held = 'staff to release it (on hold: fraud) and to ship it';
    await until(async () => (await waitsFor()) === held);
    await expect(handle.executeUpdate('ship', { args: [parcel] })).rejects.toMatchObject({
      cause: { type: 'invalid_transition', message: 'Shipping is on hold (fraud): release it first' },
    });
    expect((await world.order(id)).shipments).toEqual([]);

    expect(await handle.executeUpdate('release')).toBe('PREPARING');
    await until(async () => (await waitsFor()) === 'staff to ship it');
    await expect(handle.executeUpdate('release')).rejects.toMatchObject({
      cause: { type: 'invalid_transition', message: 'Shipping is not on hold' },
    });
    expect(await handle.executeUpdate('hold', { args: [{ reason: 'stock' }] })).toBe('PREPARING');
    await until(async () => (await waitsFor()) === 'staff to release it (on hold: stock) and to ship it');
    await handle.executeUpdate('release');
    expect(await handle.executeUpdate('ship', { args: [parcel] })).toBe('SHIPPED');
    expect(await handle.executeUpdate('deliver')).toBe('COMPLETED');
    await world.end(id);
    expect(await world.mails(id)).toEqual(['order_confirmation', 'order_received', 'order_shipped']);
  });

  test('that is shipped completes by itself, long enough after', async () => {
    await world.product('vase', { stock: 1 });
    const id = await world.paidOrder([{ sku: 'vase' }]);
    await world.handle(id).executeUpdate('ship', { args: [{ carrier: 'DHL', trackingNumber: 'V1' }] });
    expect(await world.end(id)).toBe('COMPLETED');
  });

  test('told of twenty times at once is one order with one mail', async () => {
    await world.product('song', {});
    const { id } = await world.checkout([{ sku: 'song' }]);
    await world.pay(id);
    const told = await Promise.allSettled(Array.from({ length: 20 }, () => world.webhook(id)));
    expect(
      told
        .filter(({ status }) => status === 'rejected')
        .every((one) => (one as PromiseRejectedResult).reason.name === 'WorkflowExecutionAlreadyStartedError'),
    ).toBe(true);
    expect(await world.end(id)).toBe('COMPLETED');
    expect(await world.mails(id)).toEqual(['order_confirmation', 'order_received']);
    expect(await world.db.order.count({ where: { sessionId: id } })).toBe(1);
  });

  test('that costs nothing is fulfilled, and cancelling it refunds nothing', async () => {
    await world.product('free-mug', { amount: 0, stock: 2 });
    const id = await world.paidOrder([{ sku: 'free-mug' }]);
    expect((await world.order(id)).paymentStatus).toBe('NO_PAYMENT_REQUIRED');
    expect(await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'other' }] })).toBe('CANCELLED');
    expect(await world.end(id)).toBe('CANCELLED');
    expect(await world.stock('free-mug')).toEqual({ onHand: 2, held: 0 });
  });
});

describe('an order nobody pays', () => {
  test('closes the till at the end of the hold, gives back the stock, and mails nobody it does not know', async () => {
    await world.product('lamp', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'lamp' }], { holdSeconds: 60 });
    expect(await world.end(id)).toBe('EXPIRED');
    expect(await world.stock('lamp')).toEqual({ onHand: 1, held: 0 });
    expect((await world.stripe.checkout.sessions.retrieve(id)).status).toBe('expired');
    expect(await world.mails(id)).toEqual([]);
  });

  test('that the shopper abandons is cancelled once Stripe says that the till is closed', async () => {
    await world.product('clock', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'clock' }]);
    await world.handle(id).signal('abandon');
    expect(await world.end(id)).toBe('CANCELLED');
    expect(await world.stock('clock')).toEqual({ onHand: 1, held: 0 });
  });

  test('that staff cancel closes the till first', async () => {
    await world.product('chair', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'chair' }]);
    expect(await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'other' }] })).toBe('CANCELLED');
    expect((await world.stripe.checkout.sessions.retrieve(id)).status).toBe('expired');
    expect(await world.end(id)).toBe('CANCELLED');
  });

  test('survives a declined card: the session is still open', async () => {
    await world.product('rug', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'rug' }]);
    await world.at(`/sessions/${id}/decline`);
    await world.webhook(id);
    await until(async () =>
      (await world.history(id)).events?.some(({ activityTaskCompletedEventAttributes: done }) => done),
    );
    expect(await world.stock('rug')).toEqual({ onHand: 1, held: 1 });
    await world.pay(id);
    await world.webhook(id);
    await until(async () => (await world.order(id)).status === 'PREPARING');
  });
});

describe('money that comes when it should not', () => {
  test('a payment at the very end of the hold wins over the end of the hold', async () => {
    await world.product('desk', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'desk' }], { holdSeconds: 60 });
    await world.pay(id); // and no webhook ever comes
    await world.sleep(61_000);
    await until(async () => (await world.order(id)).status === 'PREPARING');
    expect(await world.stock('desk')).toEqual({ onHand: 0, held: 0 });
  });

  test('an order sold out at checkout whose session was paid all the same is refunded once, and told', async () => {
    await world.product('last', { stock: 1 });
    const first = await world.checkout([{ sku: 'last' }]);
    const second = await world.session([{ sku: 'last' }]);
    await world.pay(second);
    expect(await world.open(second)).toMatchObject({
      outcome: 'sold-out',
      missing: [{ sku: 'last', requested: 1, available: 0 }],
    });
    expect(await world.end(second)).toBe('REFUNDED');

    const order = await world.order(second);
    expect(order).toMatchObject({ status: 'REFUNDED', paymentStatus: 'REFUNDED', refunded: order.total });
    const refunds = await world.stripe.refunds.list({ payment_intent: order.paymentIntentId as string });
    expect(refunds.data).toHaveLength(1);
    expect(await world.end(refunds.data[0]?.id as never)).toBe('succeeded');
    await until(async () => (await world.mails(second)).includes('order_refunded'));
    expect(await world.mails(second)).toEqual(['order_refunded']);
    await world.handle(first.id).signal('abandon');
  });

  test('Stripe answering 500 after it has made the refund makes one refund', async () => {
    await world.product('once', { stock: 1 });
    const id = await world.paidOrder([{ sku: 'once' }]);
    await world.at('/faults', {
      match: { method: 'POST', path: '^/v1/refunds$' },
      times: 1,
      kind: 'error_after',
      status: 500,
    });
    expect(await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'damaged' }] })).toBe('REFUNDED');
    expect(await world.end(id)).toBe('REFUNDED');
    const order = await world.order(id);
    expect((await world.stripe.refunds.list({ payment_intent: order.paymentIntentId as string })).data).toHaveLength(1);
    // The second try looked before it asked again: one request, under the key that was written down.
    const asked = (await world.requests()).filter(
      ({ method, path, params }) =>
        method === 'POST' && path === '/v1/refunds' && params.payment_intent === order.paymentIntentId,
    );
    expect(asked).toMatchObject([{ idempotencyKey: `refund/${id}/rest/1` }]);
    expect(order.refunds).toHaveLength(1);
    expect(order.refunds[0]).toMatchObject({ reason: 'damaged', status: 'succeeded' });
    expect(await world.stock('once')).toEqual({ onHand: 1, held: 0 });
  });

  test('a delayed payment keeps its hold, past the end of it, until it is settled', async () => {
    await world.product('sofa', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'sofa' }], { holdSeconds: 600 });
    await world.pay(id, { method: 'bank_debit' });
    await world.webhook(id);
    await until(async () => (await world.order(id)).paymentStatus === 'PROCESSING');
    await world.sleep(3 * 86_400_000);
    expect(await world.stock('sofa')).toEqual({ onHand: 1, held: 1 });
    await world.at(`/sessions/${id}/settle`);
    await world.webhook(id);
    await until(async () => (await world.order(id)).status === 'PREPARING');
  });

  test('a delayed payment that fails gives back the stock', async () => {
    await world.product('bed', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'bed' }]);
    await world.pay(id, { method: 'bank_debit' });
    await world.webhook(id);
    await until(async () => (await world.order(id)).paymentStatus === 'PROCESSING');
    await world.at(`/sessions/${id}/fail-delayed`);
    await world.webhook(id);
    expect(await world.end(id)).toBe('EXPIRED');
    expect(await world.order(id)).toMatchObject({ paymentStatus: 'FAILED' });
    expect(await world.stock('bed')).toEqual({ onHand: 1, held: 0 });
  });

  test('an amount that is not what was asked ships nothing; staff cancel, and it is given back', async () => {
    await world.product('odd', { amount: 1000, stock: 1 });
    const { id } = await world.checkout([{ sku: 'odd' }]);
    const row = await world.db.checkout.findUniqueOrThrow({ where: { sessionId: id } });
    const [line] = row.lines as { unitAmount: number; total: number }[];
    await world.db.checkout.update({
      where: { sessionId: id },
      data: { lines: [{ ...line, unitAmount: 1010, total: 1010 }] as never },
    });
    await world.pay(id);
    await world.webhook(id);
    const parked = await until(async () => {
      const order = await world.order(id);
      return order.attentionStep !== null && order;
    });
    expect(parked).toMatchObject({ status: 'PENDING', paymentStatus: 'PAID', attentionStep: 'confirm' });
    expect(parked.attentionReason).toContain('€10.00');
    expect(parked.attentionReason).toContain('€10.10');
    expect(await world.stock('odd')).toEqual({ onHand: 1, held: 1 });
    await until(async () => (await world.mails(id)).includes('attention_needed'));

    expect(await world.handle(id).executeUpdate('cancel', { args: [{ reason: 'other' }] })).toBe('REFUNDED');
    expect(await world.end(id)).toBe('REFUNDED');
    expect(await world.order(id)).toMatchObject({ attentionStep: null });
    expect(await world.stock('odd')).toEqual({ onHand: 1, held: 0 });
  });

  test('retry reads Stripe again', async () => {
    await world.product('even', { amount: 1000, stock: 1 });
    const { id } = await world.checkout([{ sku: 'even' }]);
    const row = await world.db.checkout.findUniqueOrThrow({ where: { sessionId: id } });
    await world.db.checkout.update({ where: { sessionId: id }, data: { currency: 'usd' } });
    await world.pay(id);
    await world.webhook(id);
    await until(async () => (await world.order(id)).attentionStep);
    await world.db.checkout.update({ where: { sessionId: id }, data: { currency: row.currency } });
    await world.handle(id).executeUpdate('retry');
    await until(async () => (await world.order(id)).status === 'PREPARING');
    await until(async () => (await world.order(id)).attentionStep === null);
    await expect(world.handle(id).executeUpdate('retry')).rejects.toMatchObject({
      cause: { type: 'invalid_transition' },
    });
  });
});

describe('an order that lost something on the way', () => {
  test('terminated before payment, then paid, is made', async () => {
    await world.product('healed', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'healed' }]);
    await world.handle(id).terminate('by mistake');
    await world.pay(id);
    await world.webhook(id);
    await until(async () => (await world.order(id)).status === 'PREPARING');
    expect(await world.stock('healed')).toEqual({ onHand: 0, held: 0 });
  });

  test('whose API died between Stripe and Temporal becomes an order when it is paid', async () => {
    await world.product('orphan', { stock: 2 });
    const id = await world.session([{ sku: 'orphan' }]);
    await world.db.checkout.update({ where: { sessionId: id }, data: { sessionId: null, url: null } });
    await world.pay(id);
    await world.webhook(id);
    await until(async () => (await world.db.order.findUnique({ where: { sessionId: id } }))?.status === 'PREPARING');
    expect(await world.order(id)).toMatchObject({
      origin: 'CHECKOUT',
      number: (await world.stripe.checkout.sessions.retrieve(id)).metadata?.holdfast_number,
    });
    expect(await world.stock('orphan')).toEqual({ onHand: 1, held: 0 });
  });

  test('made elsewhere with prices of ours is taken up; with prices of others it is left alone', async () => {
    await world.product('linked', { stock: 2, amount: 700 });
    const price = await world.db.price.findFirstOrThrow({ where: { sku: 'linked' } });
    const link = { mode: 'payment', success_url: 'http://localhost/thanks' } as const;
    const ours = await world.stripe.checkout.sessions.create({
      ...link,
      line_items: [{ price: price.stripePriceId as string, quantity: 2 }],
    });
    await world.pay(ours.id as never);
    await world.webhook(ours.id as never);
    await until(
      async () => (await world.db.order.findUnique({ where: { sessionId: ours.id } }))?.status === 'PREPARING',
    );
    expect(await world.stock('linked')).toEqual({ onHand: 0, held: 0 });

    const others = await world.stripe.checkout.sessions.create({
      ...link,
      line_items: [
        { quantity: 1, price_data: { currency: 'eur', unit_amount: 500, product_data: { name: 'Something else' } } },
      ],
    });
    await world.pay(others.id as never);
    await world.webhook(others.id as never);
    await world.end(others.id as never);
    expect(await world.db.order.findUnique({ where: { sessionId: others.id } })).toBeNull();
    expect(await world.db.straySession.findUnique({ where: { sessionId: others.id } })).toMatchObject({ amount: 500n });
  });

  test('abandoned before a worker ever ran holds nothing and ends cancelled', async () => {
    await world.product('nobody', { stock: 1 });
    const id = await world.session([{ sku: 'nobody' }]);
    await world.stopWorkers();
    const asked = world.open(id).catch(() => 'gave up');
    await until(async () =>
      world
        .handle(id)
        .describe()
        .catch(() => null),
    );
    await world.handle(id).signal('abandon');
    await world.startWorkers();
    expect(await world.end(id)).toBe('CANCELLED');
    await asked;
    expect(await world.stock('nobody')).toEqual({ onHand: 1, held: 0 });
    expect(await world.db.stockMovement.count({ where: { reference: id } })).toBe(0);
  });

  test('Request Cancellation in the Temporal UI is the cancel update', async () => {
    await world.product('ui', { stock: 1 });
    const id = await world.paidOrder([{ sku: 'ui' }]);
    await world.handle(id).cancel();
    expect(await world.end(id)).toBe('REFUNDED');
    expect(await world.stock('ui')).toEqual({ onHand: 1, held: 0 });
  });

  test('takes no request of another form from the Temporal UI, and none with free text', async () => {
    await world.product('form', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'form' }]);
    const handle = world.handle(id);
    const refused = (name: string, ...args: unknown[]) =>
      expect(handle.executeUpdate(name, { args: args as [unknown] })).rejects.toMatchObject({
        cause: { type: 'invalid_request' },
      });
    await refused('ship', { carrier: 'DHL' });
    await refused('ship', { carrier: 'DHL', trackingNumber: '1', items: [{ sku: 'form', quantity: 0 }] });
    await refused('ship', { carrier: 'DHL', trackingNumber: '1', trackingUrl: 'javascript:alert(1)' });
    await refused('hold', { reason: 'mood' });
    await refused('hold', { reason: 'fraud', note: 'Ada called' });
    await refused('cancel', { reason: 'fraudulent' });
    await refused('cancel', { reason: 'other', note: 'Ada called' });
    await refused('cancel');
    expect((await world.order(id)).status).toBe('PENDING');
  });

  test('told of before its session is complete leaves its id free for when it is', async () => {
    await world.product('early');
    const id = await world.session([{ sku: 'early' }]);
    await world.db.checkout.update({ where: { sessionId: id }, data: { sessionId: null, url: null } });
    await world.webhook(id);
    await expect(world.end(id)).rejects.toMatchObject({ cause: { type: 'not_complete' } });
    await world.pay(id);
    await world.webhook(id);
    expect(await world.end(id)).toBe('COMPLETED');
  });

  test('given back at the Dashboard while a person is asked ends refunded', async () => {
    await world.product('dashboard', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'dashboard' }]);
    await world.db.checkout.update({ where: { sessionId: id }, data: { currency: 'usd' } });
    await world.pay(id);
    await world.webhook(id);
    const parked = await until(async () => {
      const order = await world.order(id);
      return order.attentionStep !== null && order;
    });
    const refund = await world.at<{ id: string }>('/refunds', { payment_intent: parked.paymentIntentId as string });
    await world.deps().starter.refund(refund.id as never);
    expect(await world.end(id)).toBe('REFUNDED');
    expect(await world.stock('dashboard')).toEqual({ onHand: 1, held: 0 });
    expect(await world.order(id)).toMatchObject({ status: 'REFUNDED', attentionStep: null });
  });

  test('whose till Stripe answers with 500, saved under its key, is closed all the same, and soon', async () => {
    await world.product('stubborn', { stock: 1 });
    const { id } = await world.checkout([{ sku: 'stubborn' }]);
    await world.at('/faults', {
      match: { method: 'POST', path: '/expire$' },
      times: 1,
      kind: 'error_after',
      status: 500,
    });
    await world.handle(id).signal('abandon');
    await until(async () => (await world.order(id)).status === 'CANCELLED');
    const keys = (await world.requests())
      .filter(({ path }) => path.endsWith(`${id}/expire`))
      .map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeGreaterThan(1);
  });
});
