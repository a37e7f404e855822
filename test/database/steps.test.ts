import { randomUUID } from 'node:crypto';
import { type SessionId, sessionId } from '../../domain/ids';
import type { CheckoutLine } from '../../domain/session';
import type { Prisma } from '../../prisma/generated/client';
import { matching, noLongerMatches } from '../../store/bulk/matching';
import { type NewCheckout, saveSession, writeCheckout } from '../../store/checkouts/checkouts';
import { claimKey } from '../../store/checkouts/keys';
import type { CustomerDetails } from '../../store/customers/customers';
import { connectDatabase, type Db } from '../../store/database';
import { markMails, type NewMails, readTurn, writeMails } from '../../store/mails/turn';
import { decide } from '../../store/orders/attention';
import { requestCancel } from '../../store/orders/cancel';
import { commitOrder } from '../../store/orders/commit';
import { endUnpaid } from '../../store/orders/endings';
import { openOrder } from '../../store/orders/open';
import { type ConfirmedPayment, confirmPayment, keepUnpaid } from '../../store/orders/payment';
import { changeOrder, lockKnownOrder } from '../../store/orders/records';
import { recordShipment } from '../../store/orders/shipments';
import { holdShipping, releaseShipping } from '../../store/orders/shipping-hold';
import { readSnapshot } from '../../store/orders/snapshot';
import { recordRefund } from '../../store/refunds/record';
import { inventory } from '../../store/stock/inventory';
import { createTestDatabase, onServer, withDatabase } from '../support/database';
import { waitsForLock } from '../support/locks';

/**
 * The steps of an order's good path against a real PostgreSQL: two at once, again after a crash, and what stands in
 * their way.
 */

let db: Db;
withDatabase(20, (opened) => {
  db = opened;
});

const at = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-01T01:00:00Z');
const downloads = { allowed: 5, until: new Date('2026-01-08T00:00:00Z') };

async function shelf(sku: string, onHand: number): Promise<string> {
  await db.product.create({
    data: { sku, name: sku, kind: 'PHYSICAL', createdAt: at, updatedAt: at, stock: { create: {} } },
  });
  await db.stockMovement.create({
    data: { sku, at, kind: 'ADJUST', onHandDelta: onHand, heldDelta: 0, reference: 'delivery', actor: 'staff' },
  });
  return sku;
}

const line = (sku: string, kind: CheckoutLine['kind'] = 'PHYSICAL'): CheckoutLine => ({
  ...{ sku, kind, name: `The ${sku}`, quantity: 1, unitAmount: 1250, total: 1250, stripePriceId: null, minimum: null },
});

const checkout = (lines: CheckoutLine[], change: Partial<NewCheckout> = {}): NewCheckout => ({
  id: randomUUID(),
  currency: 'eur',
  subtotal: lines.reduce((sum, { total }) => sum + total, 0),
  lines,
  request: { client_reference_id: '', metadata: { number: '', userId: 'user-1' }, customer_email: 'Ada@Example.com' },
  numberPaths: ['client_reference_id', 'metadata.number'],
  holdUntil: later,
  clientHash: 'client',
  recovers: null,
  claim: null,
  openLimit: 0,
  at,
  ...change,
});

/** A checkout whose session Stripe has made. */
async function session(...lines: CheckoutLine[]): Promise<SessionId> {
  const id = sessionId(`cs_test_${randomUUID().replaceAll('-', '')}`);
  const asked = checkout(lines);
  await writeCheckout(db, asked);
  await saveSession(db, { id: asked.id, session: id, url: 'https://stripe.example/pay' });
  return id;
}

async function opened(...lines: CheckoutLine[]): Promise<SessionId> {
  const id = await session(...lines);
  await openOrder(db, { sessionId: id, hold: true, at });
  return id;
}

const orderOf = (id: SessionId) =>
  db.order.findUniqueOrThrow({
    where: { sessionId: id },
    include: { items: true, customer: true, grants: true, timeline: { orderBy: { id: 'asc' } } },
  });
const levelOf = async (sku: string) => {
  const { onHand, held } = await db.stockLevel.findUniqueOrThrow({ where: { sku } });
  return { onHand, held };
};

const timelineOf = async (id: SessionId) => (await orderOf(id)).timeline.map(({ message }) => message);

describe('writing a checkout', () => {
  test('puts the next number wherever the request wants it', async () => {
    const written = await writeCheckout(db, checkout([line('numbered')]));
    expect(written).toMatchObject({
      outcome: 'written',
      checkout: { subtotal: 1250, lines: [line('numbered')], holdUntil: later, sessionId: null, failed: false },
    });
    const { number, request } = written.outcome === 'written' ? written.checkout : { number: '', request: null };
    expect(number).toMatch(/^\d+$/);
    expect(request).toEqual({
      client_reference_id: number,
      metadata: { number, userId: 'user-1' },
      customer_email: 'Ada@Example.com',
    });
  });

  test('many times at once for one client writes no more than may be open, and says until when', async () => {
    const limited = () => writeCheckout(db, checkout([line('limited')], { clientHash: 'busy', openLimit: 3 }));
    const written = await Promise.all(Array.from({ length: 10 }, limited));
    expect(written.filter(({ outcome }) => outcome === 'written')).toHaveLength(3);
    expect(written).toContainEqual({ outcome: 'too-many-open', open: 3, until: later });
    const other = await writeCheckout(db, checkout([line('limited')], { clientHash: 'calm', openLimit: 3 }));
    expect(other.outcome).toBe('written');
  });

  test('counts an unpaid order toward the limit for as long as its delayed payment is on its way', async () => {
    const open = (when: Date) =>
      writeCheckout(db, checkout([line('slow', 'DIGITAL')], { clientHash: 'slow', openLimit: 1, at: when }));
    const written = await open(at);
    const id = sessionId('cs_test_slow');
    await saveSession(db, {
      id: written.outcome === 'written' ? written.checkout.id : '',
      session: id,
      url: 'https://x',
    });
    await openOrder(db, { sessionId: id, hold: true, at });
    await confirmPayment(db, payment(id, { outcome: 'processing', at }));
    const nextWeek = new Date(at.getTime() + 7 * 86_400_000);
    const inAnHour = new Date(nextWeek.getTime() + 3_600_000);
    expect(await open(nextWeek)).toEqual({ outcome: 'too-many-open', open: 1, until: inAnHour });
    await db.order.update({ where: { sessionId: id }, data: { status: 'EXPIRED', paymentStatus: 'FAILED' } });
    expect((await open(nextWeek)).outcome).toBe('written');
  });

  test('tells the key that it answers, and no key that another request has taken since', async () => {
    const key = { keyHash: 'key', bodyHash: 'body' };
    const claimed = await claimKey(db, { key, busyUntil: later, keptSince: new Date(0), at });
    const claim = claimed.state === 'ours' ? claimed.claim : null;
    const first = checkout([line('keyed')], { claim });
    await writeCheckout(db, first);
    const keyRow = () => db.checkoutKey.findUniqueOrThrow({ where: { keyHash: 'key' } });
    expect(await keyRow()).toMatchObject({ checkoutId: first.id, busyUntil: later });
    await writeCheckout(db, checkout([line('keyed')], { claim: { keyHash: 'key', busyUntil: at } }));
    expect(await keyRow()).toMatchObject({ checkoutId: first.id });
  });
});

describe('opening', () => {
  test('writes the order at the prices asked, who asked, and holds the stock', async () => {
    const id = await session(line(await shelf('open', 2)), line('open-file', 'DIGITAL'));
    expect(await openOrder(db, { sessionId: id, hold: true, at })).toMatchObject({
      fresh: true,
      missing: [],
      order: { status: 'PENDING', stock: 'HELD', total: 2500, skus: ['open', 'open-file'], holdUntil: later.getTime() },
    });
    expect(await orderOf(id)).toMatchObject({
      subtotal: 2500n,
      customer: { email: 'ada@example.com', userId: 'user-1' },
      timeline: [{ type: 'opened', message: 'Opened by checkout' }],
    });
    expect(await levelOf('open')).toEqual({ onHand: 2, held: 1 });
  });

  test.each([
    ['an event', 'event', 'Opened by an event of Stripe, because its checkout was cut short', 'stripe'],
    ['the page of the order', 'page', 'Opened by the page of the order, because its checkout was cut short', 'shopper'],
    ['a sweep', 'sweep', 'Opened by Holdfast’s look at Stripe, because its checkout was cut short', 'holdfast'],
  ] as const)('by %s says so, and not that the shopper did', async (_, openedBy, message, actor) => {
    const id = await session(line(await shelf(`by-${openedBy}`, 1)));
    await openOrder(db, { sessionId: id, hold: true, openedBy, at });
    expect((await orderOf(id)).timeline).toMatchObject([{ type: 'opened', message, actor }]);
  });

  test('many times at once writes one order and holds once; again after a crash it answers what stands', async () => {
    const id = await session(line(await shelf('once', 5)));
    const results = await Promise.all(
      Array.from({ length: 8 }, () => openOrder(db, { sessionId: id, hold: true, at })),
    );
    expect(results.filter((one) => one?.fresh)).toHaveLength(1);
    for (const one of results) expect(one).toMatchObject({ missing: [], order: { stock: 'HELD' } });
    expect(await levelOf('once')).toEqual({ onHand: 5, held: 1 });
    expect(await timelineOf(id)).toEqual(['Opened by checkout']);
  });

  test('of 20 for the last unit one gets it; the others are written too, hold nothing and say what is missing', async () => {
    const sku = await shelf('last', 1);
    const ids = await Promise.all(Array.from({ length: 20 }, () => session(line(sku))));
    const results = await Promise.all(ids.map((id) => openOrder(db, { sessionId: id, hold: true, at })));
    const missing = [{ sku, requested: 1, available: 0 }];
    expect(results.filter((one) => one?.order.stock === 'HELD')).toHaveLength(1);
    const soldOut = results.filter((one) => one?.order.stock === 'SOLD_OUT');
    expect(soldOut).toHaveLength(19);
    for (const one of soldOut) expect(one).toMatchObject({ fresh: true, missing });
    expect(await levelOf(sku)).toEqual({ onHand: 1, held: 1 });

    const loser = ids[results.findIndex((one) => one?.order.stock === 'SOLD_OUT')] as SessionId;
    expect(await openOrder(db, { sessionId: loser, hold: true, at })).toMatchObject({ fresh: false, missing });
  });

  test('for a shopper who has gone holds nothing; of a session nobody asked for it writes nothing', async () => {
    const id = await session(line(await shelf('gone', 1)));
    expect(await openOrder(db, { sessionId: id, hold: false, at })).toMatchObject({ order: { stock: 'RELEASED' } });
    expect(await levelOf('gone')).toEqual({ onHand: 1, held: 0 });
    expect(await openOrder(db, { sessionId: sessionId('cs_test_unknown'), hold: true, at })).toBeNull();
  });
});

const ada: CustomerDetails = {
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  userId: null,
  address: {
    line1: '12 St James’s Square',
    line2: null,
    city: 'London',
    state: null,
    postal_code: 'SW1Y',
    country: 'GB',
  },
};
const nobody: CustomerDetails = { email: null, name: null, userId: null, address: null };

const payment = (id: SessionId, change: Partial<ConfirmedPayment> = {}): ConfirmedPayment => ({
  sessionId: id,
  outcome: 'paid',
  payment: {
    ...{ total: 1400, discount: 0, shipping: 150, tax: 0, taxIncluded: 0 },
    ...{ presentmentAmount: null, presentmentCurrency: null, paymentIntentId: `pi_${id}`, chargeId: `ch_${id}` },
    ...{ voucher: null, captureBefore: null },
  },
  chosen: [],
  customer: ada,
  at: later,
  ...change,
});

describe('confirming', () => {
  test('twice at once and later again, the first time counts', async () => {
    const id = await opened(line('paid', 'DIGITAL'));
    await Promise.all([confirmPayment(db, payment(id)), confirmPayment(db, payment(id))]);
    await confirmPayment(db, payment(id, { at: new Date('2026-01-02T00:00:00Z') }));
    expect(await orderOf(id)).toMatchObject({
      status: 'PENDING',
      paymentStatus: 'PAID',
      paidAt: later,
      total: 1400n,
      shipping: 150n,
      customer: { name: 'Ada Lovelace', userId: 'user-1', address: ada.address },
    });
    expect(await timelineOf(id)).toEqual(['Opened by checkout', 'Paid']);
  });

  test('a delayed payment counts from when it was first seen, and is paid at last', async () => {
    const id = await opened(line('delayed', 'DIGITAL'));
    const processing = { outcome: 'processing' as const };
    expect(await confirmPayment(db, payment(id, { ...processing, at }))).toEqual({ processingSince: at });
    expect(await confirmPayment(db, payment(id, processing))).toEqual({ processingSince: at });
    expect(await orderOf(id)).toMatchObject({ paymentStatus: 'PROCESSING', paidAt: null });
    await confirmPayment(db, payment(id, { outcome: 'failed' }));
    expect(await orderOf(id)).toMatchObject({ paymentStatus: 'PROCESSING' }); // its workflow writes how it ends
    await confirmPayment(db, payment(id));
    expect(await orderOf(id)).toMatchObject({ paymentStatus: 'PAID', paidAt: later });
  });

  test('a free order has nothing to pay, and a chosen price becomes the item’s', async () => {
    const id = await opened(line('chosen', 'DIGITAL'));
    await confirmPayment(
      db,
      payment(id, { outcome: 'free', chosen: [{ sku: 'chosen', unitAmount: 700, total: 700 }] }),
    );
    expect(await orderOf(id)).toMatchObject({
      paymentStatus: 'NO_PAYMENT_REQUIRED',
      items: [{ unitAmount: 700n, total: 700n }],
    });
    expect(await timelineOf(id)).toContain('Nothing to pay');
  });

  test('what is not said stays known, what staff corrected stands, and who is erased stays erased', async () => {
    const id = await opened(line('kept', 'DIGITAL'));
    await confirmPayment(db, payment(id));
    await confirmPayment(db, payment(id, { customer: nobody }));
    expect((await orderOf(id)).customer).toMatchObject({ email: 'ada@example.com', name: 'Ada Lovelace' });

    const change = (data: Prisma.CustomerUpdateInput) => db.customer.update({ where: { sessionId: id }, data });
    await change({ email: 'right@example.com', emailByStaff: true, addressByStaff: true });
    await confirmPayment(
      db,
      payment(id, { customer: { ...ada, name: 'Ada King', address: { ...ada.address, city: 'Bath' } as never } }),
    );
    expect((await orderOf(id)).customer).toMatchObject({
      email: 'right@example.com',
      name: 'Ada King',
      address: ada.address,
    });

    await db.$executeRaw`UPDATE customers SET email = NULL, name = NULL, user_id = NULL, address = NULL, erased_at = ${at} WHERE session_id = ${id}`;
    await confirmPayment(db, payment(id));
    await keepUnpaid(db, { sessionId: id, email: 'ada@example.com', declined: true, at: later });
    expect(await orderOf(id)).toMatchObject({ declined: true, customer: { email: null, name: null, address: null } });
  });

  test('of an order that is not there is an error', async () => {
    const unknown = sessionId('cs_test_nothing');
    await expect(confirmPayment(db, payment(unknown))).rejects.toThrow('the order is not in the database');
    await expect(keepUnpaid(db, { sessionId: unknown, email: null, declined: true, at })).rejects.toThrow(/not in the/);
  });
});

describe('committing', () => {
  test('many times at once sells once, grants once, and is told once', async () => {
    const id = await opened(line(await shelf('sold', 3)), line('sold-file', 'DIGITAL'));
    const results = await Promise.all(
      Array.from({ length: 6 }, () => commitOrder(db, { sessionId: id, downloads, at })),
    );
    for (const one of results) expect(one).toMatchObject({ status: 'PREPARING', missing: [] });
    expect(await levelOf('sold')).toEqual({ onHand: 2, held: 0 });
    expect(await orderOf(id)).toMatchObject({
      stock: 'COMMITTED',
      grants: [{ sku: 'sold-file', allowed: 5, expiresAt: downloads.until }],
    });
    expect(await timelineOf(id)).toEqual(['Opened by checkout', 'Stock sold to this order; waiting to be shipped']);
  });

  test('completes what is digital', async () => {
    const id = await opened(line('file', 'DIGITAL'));
    await confirmPayment(db, { ...payment(id), at });
    const sold = { status: 'COMPLETED', missing: [], paidAt: at };
    expect(await commitOrder(db, { sessionId: id, downloads, at })).toEqual({ ...sold, first: true });
    expect(await commitOrder(db, { sessionId: id, downloads, at })).toEqual({ ...sold, first: false });
    expect(await timelineOf(id)).toContain('Delivered: the downloads are granted');
  });

  test('without a hold takes what is free, or changes nothing and says what is missing', async () => {
    const sku = await shelf('late', 1);
    const [first, second] = [await session(line(sku)), await session(line(sku), line('late-file', 'DIGITAL'))];
    for (const id of [first, second]) await openOrder(db, { sessionId: id, hold: false, at });
    expect(await commitOrder(db, { sessionId: first, downloads, at })).toMatchObject({ status: 'PREPARING' });
    expect(await commitOrder(db, { sessionId: second, downloads, at })).toMatchObject({
      ...{ status: 'PENDING', first: false },
      missing: [{ sku, requested: 1, available: 0 }],
    });
    expect(await orderOf(second)).toMatchObject({ status: 'PENDING', stock: 'RELEASED', grants: [] });
    expect(await levelOf(sku)).toEqual({ onHand: 0, held: 0 });
  });

  test('waits for its order before it locks any stock', async () => {
    const id = await opened(line(await shelf('queue', 1)));
    let committing: Promise<unknown> = Promise.resolve();
    await db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM orders WHERE session_id = ${id} FOR UPDATE`;
      committing = commitOrder(db, { sessionId: id, downloads, at });
      await waitsForLock(db);
      await tx.$queryRaw`SELECT 1 FROM stock_levels WHERE sku = 'queue' FOR UPDATE NOWAIT`;
    });
    expect(await committing).toMatchObject({ status: 'PREPARING', missing: [] });
  });
});

describe('the one lock order', () => {
  /** An order of both SKUs whose stock is sold to it, with a refund of everything that names one of them. */
  async function refundOfBoth(first: string, last: string): Promise<() => Promise<unknown>> {
    const id = await opened(line(first), line(last));
    await commitOrder(db, { sessionId: id, downloads, at });
    const row = {
      ...{ key: `${id}/staff/1`, origin: 'STAFF' as const, requestKey: '1', sessionId: id, currency: 'eur' },
      ...{ status: 'requested', reason: 'other', actor: 'staff', restock: [{ sku: last, quantity: 1 }] },
    };
    await db.refund.create({ data: { ...row, createdAt: at, updatedAt: at } });
    const seen = { id: `re_${id}`, key: row.key, status: 'succeeded', amount: 2500, currency: 'eur', createdAt: at };
    return () => recordRefund(db, { sessionId: id, seen, at: later });
  }

  test('a part is restocked, then the rest, while a hold of both waits: neither is given up', async () => {
    const [first, last] = [await shelf('circle-a', 9), await shelf('circle-z', 9)];
    const id = await opened(line(first), line(last));
    await commitOrder(db, { sessionId: id, downloads, at });
    const other = await session(line(first), line(last));
    let holding: Promise<unknown> = Promise.resolve();
    await db.$transaction(async (tx) => {
      await inventory.restock(tx, id, [{ sku: last, quantity: 1 }], 'part', 'staff', at);
      holding = openOrder(db, { sessionId: other, hold: true, at });
      await waitsForLock(db);
      await inventory.restock(tx, id, [{ sku: first, quantity: 1 }], 'rest', 'staff', at);
    });
    expect(await holding).toMatchObject({ missing: [], order: { stock: 'HELD' } });
    expect([await levelOf(first), await levelOf(last)]).toEqual(Array(2).fill({ onHand: 9, held: 1 }));
  });

  test('refunds that restock a part and holds of everything run beside each other many times', async () => {
    const [first, last] = [await shelf('crowd-a', 100), await shelf('crowd-z', 100)];
    const refunds = await Promise.all(Array.from({ length: 15 }, () => refundOfBoth(first, last)));
    const sessions = await Promise.all(Array.from({ length: 15 }, () => session(line(first), line(last))));
    const results = await Promise.allSettled(
      refunds.flatMap((refund, n) => [
        refund(),
        openOrder(db, { sessionId: sessions[n] as SessionId, hold: true, at }),
      ]),
    );
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect([await levelOf(first), await levelOf(last)]).toEqual(Array(2).fill({ onHand: 100, held: 15 }));
  });
});

describe('the mails of a turn', () => {
  const turn = (id: SessionId, change: Partial<NewMails> = {}): NewMails => ({
    sessionId: id,
    mails: [mail(id, 'order_confirmation', 'CUSTOMER'), mail(id, 'order_received', 'STAFF')],
    unsent: [],
    wasErased: false,
    at,
    ...change,
  });
  const mail = (id: SessionId, template: string, audience: 'CUSTOMER' | 'STAFF') => ({
    ...{ key: `${template}/${id}`, template, audience, orderNumber: '1', recipient: 'ada@example.com' },
    ...{ subject: randomUUID(), html: '', text: '' },
  });

  test('written by two runs at once, are the same bytes for both', async () => {
    const id = await opened(line('twice', 'DIGITAL'));
    const [one, other] = await Promise.all([writeMails(db, turn(id)), writeMails(db, turn(id))]);
    const bySubject = (mails: typeof one) => mails?.map(({ subject }) => subject).sort();
    expect(one).toHaveLength(2);
    expect(bySubject(other)).toEqual(bySubject(one));
    const keys = [`order_confirmation/${id}`, `order_received/${id}`];
    const read = await readTurn(db, { sessionId: id, keys });
    expect(read.order).toMatchObject({ total: 1250, customer: { email: 'ada@example.com', erased: false } });
    expect(bySubject(read.mails)).toEqual(bySubject(one));
  });

  test('are not written for a customer who was erased since they were composed', async () => {
    const id = await opened(line('erased', 'DIGITAL'));
    await db.$executeRaw`UPDATE customers SET email = NULL, user_id = NULL, erased_at = ${at} WHERE session_id = ${id}`;
    expect(await writeMails(db, turn(id))).toBeNull();
    expect(await db.mail.count({ where: { sessionId: id } })).toBe(0);
    // those to staff, composed without them
    expect(await writeMails(db, turn(id, { wasErased: true }))).toHaveLength(2);
  });

  test('are marked once; only one to the customer ends the call that they could not be reached', async () => {
    const id = await opened(line('marked', 'DIGITAL'));
    await writeMails(db, turn(id));
    const flag = { attentionStep: 'contact', attentionReason: 'given up', attentionSince: at };
    await db.order.update({ where: { sessionId: id }, data: flag });
    const sent = (template: string) => ({
      key: `${template}/${id}`,
      providerId: 'mail_1',
      message: `${template} sent`,
    });
    const failed = [{ key: `order_confirmation/${id}`, error: 'rate_limit_exceeded' }];

    await markMails(db, { sessionId: id, sent: [sent('order_received')], failed, at });
    expect(await orderOf(id)).toMatchObject(flag);
    expect(await db.mail.findUnique({ where: { key: `order_confirmation/${id}` } })).toMatchObject({
      ...{ status: 'WRITTEN', attempts: 1, lastError: 'rate_limit_exceeded' },
    });
    for (let times = 0; times < 2; times++)
      await markMails(db, { sessionId: id, sent: [sent('order_confirmation')], failed: [], at });
    expect(await orderOf(id)).toMatchObject({ attentionStep: null, attentionReason: null, attentionSince: null });
    expect(await db.mail.findUnique({ where: { key: `order_confirmation/${id}` } })).toMatchObject({
      ...{ status: 'SENT', attempts: 2, lastError: null, providerId: 'mail_1' },
    });
    expect(await timelineOf(id)).toEqual(['Opened by checkout', 'order_received sent', 'order_confirmation sent']);
  });
});

describe('a hold of shipping', () => {
  const asked = (id: SessionId, key: string, actor = 'ada') => ({ sessionId: id, key, actor, at: later });
  const paid = async (sku: string, kind: CheckoutLine['kind'] = 'PHYSICAL') => {
    const id = await opened(line(kind === 'PHYSICAL' ? await shelf(sku, 1) : sku, kind));
    await db.order.update({ where: { sessionId: id }, data: { status: 'PREPARING', stock: 'COMMITTED' } });
    return id;
  };
  const ship = (id: SessionId) =>
    recordShipment(db, {
      ...{
        sessionId: id,
        carrier: 'DHL',
        trackingNumber: '1',
        trackingUrl: null,
        items: null,
        actor: 'ada',
        at: later,
      },
    });
  const holdOf = async (id: SessionId) => {
    const { shippingHold, shippingHoldSince, shippingHoldBy } = await orderOf(id);
    return [shippingHold, shippingHoldSince, shippingHoldBy];
  };

  test('keeps every parcel in the house until it is released', async () => {
    const id = await paid('held');
    expect(await holdShipping(db, { ...asked(id, 'k1'), reason: 'address' })).toEqual({
      ...{ outcome: 'recorded', hold: 'address', since: later.getTime() },
    });
    expect(await holdOf(id)).toEqual(['address', later, 'ada']);
    expect(await readSnapshot(db, id)).toMatchObject({ shippingHold: 'address' });
    expect(await ship(id)).toEqual({
      ...{ outcome: 'refused', code: 'invalid_transition' },
      reason: 'Shipping is on hold (address): release it first',
    });
    expect(await releaseShipping(db, asked(id, 'k2', 'bob'))).toEqual({ outcome: 'recorded', hold: null, since: null });
    expect(await ship(id)).toMatchObject({ outcome: 'shipped', status: 'SHIPPED' });
    const entries = await db.timelineEntry.findMany({ where: { sessionId: id }, orderBy: { id: 'asc' } });
    expect(entries.slice(1).map(({ type, message, actor }) => [type, message, actor])).toEqual([
      ['hold', 'Shipping is on hold (address)', 'ada'],
      ['release', 'Shipping is released', 'bob'],
      ['shipped', 'Shipped with DHL', 'ada'],
    ]);
  });

  test('is placed once by a request, whatever the order has come to since; another reason takes its place', async () => {
    const id = await paid('held-again');
    await holdShipping(db, { ...asked(id, 'k1'), reason: 'address' });
    await holdShipping(db, { ...asked(id, 'k2', 'bob'), reason: 'address' });
    expect(await holdOf(id)).toEqual(['address', later, 'ada']);
    await holdShipping(db, { ...asked(id, 'k3', 'bob'), reason: 'fraud' });
    expect(await holdOf(id)).toEqual(['fraud', later, 'bob']);
    for (let times = 0; times < 2; times++)
      expect(await releaseShipping(db, asked(id, 'k4'))).toEqual({ outcome: 'recorded', hold: null, since: null });
    expect(await holdShipping(db, { ...asked(id, 'k3', 'bob'), reason: 'fraud' })).toEqual({
      ...{ outcome: 'recorded', hold: null, since: null },
    });
    expect(await releaseShipping(db, asked(id, 'k5'))).toEqual({
      outcome: 'refused',
      reason: 'Shipping is not on hold',
    });
  });

  test('makes no sense for downloads, once a cancel is recorded, or when all is shipped', async () => {
    const [digital, cancelled, shipped] = [await paid('file', 'DIGITAL'), await paid('mug-1'), await paid('mug-2')];
    await requestCancel(db, { sessionId: cancelled, reason: 'other', actor: 'staff', at });
    await ship(shipped);
    const refusals = await Promise.all(
      [digital, cancelled, shipped].map((id) => holdShipping(db, { ...asked(id, 'k'), reason: 'other' })),
    );
    expect(refusals.map((one) => one.outcome === 'refused' && one.reason)).toEqual([
      'Nothing of the order will be shipped',
      'The order is being cancelled',
      'The order is SHIPPED: nothing of it is left to ship',
    ]);
  });

  test('ends when nothing is left to ship, and outlives an end from which the order may come back', async () => {
    const [emptied, refunded] = [await paid('emptied'), await paid('given-back')];
    for (const [id, status] of [[emptied, 'SHIPPED'] as const, [refunded, 'REFUNDED'] as const]) {
      await holdShipping(db, { ...asked(id, 'k'), reason: 'stock' });
      await db.$transaction(async (tx) => changeOrder(tx, await lockKnownOrder(tx, id), later, { status }));
    }
    expect(await holdOf(emptied)).toEqual([null, null, null]);
    expect(await holdOf(refunded)).toEqual(['stock', later, 'ada']);
  });
});

test('a cancel of unpaid orders is refused where one is paid while it waits for the lock of the order', async () => {
  const rule = { action: 'cancel', filter: { status: 'PENDING' } } as const;
  const only = { where: matching(rule), refusal: noLongerMatches };
  const cancel = (id: SessionId) =>
    requestCancel(db, { sessionId: id, reason: 'other', key: 'bulk', actor: 'ada', only, at: later });
  const [paid, unpaid] = [await opened(line('song', 'DIGITAL')), await opened(line('song', 'DIGITAL'))];
  let cancelling = Promise.resolve<unknown>(null);
  await db.$transaction(async (tx) => {
    await lockKnownOrder(tx, paid);
    cancelling = cancel(paid);
    await waitsForLock(db);
    await tx.order.update({ where: { sessionId: paid }, data: { paymentStatus: 'PAID' } });
  });
  expect(await cancelling).toEqual({
    outcome: 'refused',
    reason: expect.stringMatching(/no longer matches what was asked for: it is PENDING, its payment is PAID/),
  });
  expect((await orderOf(paid)).cancelRequestedAt).toBeNull();
  expect(await cancel(unpaid)).toEqual({ outcome: 'recorded' });
});

test('a cancel that has ended the order is known by its key, and is refused where the order went on all the same', async () => {
  const [undone, sold] = [await opened(line('song', 'DIGITAL')), await opened(line('song', 'DIGITAL'))];
  const cancel = (sessionId: SessionId, key: string) =>
    requestCancel(db, { sessionId, reason: 'other', key, actor: 'ada', at: later });
  const moved = (sessionId: SessionId, status: 'CANCELLED' | 'COMPLETED') =>
    db.order.update({ where: { sessionId }, data: { status, cancelRequestedAt: null, cancelReason: null } });
  for (const id of [undone, sold]) expect(await cancel(id, 'first')).toEqual({ outcome: 'recorded' });
  await moved(undone, 'CANCELLED');
  expect(await cancel(undone, 'first')).toEqual({ outcome: 'carried-out' });
  expect(await cancel(undone, 'second')).toMatchObject({ outcome: 'refused' });
  await moved(sold, 'COMPLETED');
  expect(await cancel(sold, 'first')).toMatchObject({ outcome: 'refused' });
});

test('an order that staff have cancelled ends under their name, even if its session is found expired first', async () => {
  const id = await opened(line('song', 'DIGITAL'));
  await requestCancel(db, { sessionId: id, reason: 'other', actor: 'ada', at });
  const event = { type: 'expired', message: 'At the end of the hold', actor: 'holdfast' };
  const ending = {
    status: 'EXPIRED',
    paymentFailed: false,
    recoverableUntil: later,
    event,
    ifCancelled: 'Cancelled',
  } as const;
  expect(await endUnpaid(db, { sessionId: id, ...ending, at: later })).toBe('CANCELLED');
  expect(await db.timelineEntry.findFirst({ where: { sessionId: id }, orderBy: { id: 'desc' } })).toMatchObject({
    ...{ type: 'cancelled', message: 'Cancelled', actor: 'ada' },
  });
});

describe('a decision', () => {
  const call = (step: string) => ({ step, subject: `${step}-1`, reason: 'found out', since: at.toISOString() });
  const told = async (data: Prisma.OrderUpdateInput) => {
    const id = await opened(line('decided', 'DIGITAL'));
    const call = { attentionReason: 'found out', attentionSince: at };
    await db.order.update({ where: { sessionId: id }, data: { ...call, ...data } });
    return id;
  };
  const flagsOf = async (id: SessionId) => {
    const { attentionStep, fraudWarning } = await orderOf(id);
    return { attentionStep, fraudWarning };
  };

  test('about a lost dispute leaves the warning of fraud to be decided about next, also of an ended order', async () => {
    for (const status of ['PREPARING', 'COMPLETED'] as const) {
      const calls = [call('dispute-lost'), call('fraud-warning')];
      const id = await told({ status, attentionStep: 'dispute-lost', fraudWarning: true, calls });
      const onlyEnded = status === 'COMPLETED';
      expect(await decide(db, { sessionId: id, onlyEnded, actor: 'staff', at })).toBe('dispute-lost');
      expect(await flagsOf(id)).toEqual({ attentionStep: 'fraud-warning', fraudWarning: true });
      expect(await decide(db, { sessionId: id, onlyEnded, actor: 'staff', at: later })).toBe('fraud-warning');
      expect(await flagsOf(id)).toEqual({ attentionStep: null, fraudWarning: false });
      expect(await decide(db, { sessionId: id, onlyEnded, actor: 'staff', at: later })).toBeNull();
    }
  });

  test('of ended orders alone leaves what their workflow or a new refund answers', async () => {
    const running = await told({ status: 'PREPARING', attentionStep: 'dispute-lost' });
    const failed = await told({ status: 'COMPLETED', attentionStep: 'refund-failed' });
    for (const id of [running, failed])
      expect(await decide(db, { sessionId: id, onlyEnded: true, actor: 'staff', at })).toBeNull();
    expect(await flagsOf(failed)).toMatchObject({ attentionStep: 'refund-failed' });
  });

  test('is not made where a step only waits for its own retry', async () => {
    const id = await told({ attentionStep: 'commit' });
    expect(await decide(db, { sessionId: id, actor: 'staff', at })).toBeNull();
    expect(await flagsOf(id)).toMatchObject({ attentionStep: 'commit' });
  });
});

test('times are what they were in a database of another time zone', async () => {
  const elsewhere = await createTestDatabase();
  const name = new URL(elsewhere.url).pathname.slice(1);
  await onServer((client) => client.query(`ALTER DATABASE ${name} SET timezone = 'Europe/Berlin'`));
  const there = connectDatabase(elsewhere.url, 1);
  try {
    const asked = checkout([line('tour', 'DIGITAL')]);
    const id = sessionId('cs_test_elsewhere');
    await writeCheckout(there, asked);
    await saveSession(there, { id: asked.id, session: id, url: 'https://stripe.example/pay' });
    const order = await openOrder(there, { sessionId: id, hold: true, at });
    expect(new Date(order?.order.holdUntil ?? 0)).toEqual(later);
    expect((await there.order.findUniqueOrThrow({ where: { sessionId: id } })).holdUntil).toEqual(later);
  } finally {
    await there.$disconnect();
    await elsewhere.drop();
  }
});
