import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { refundFollowing } from '../../activities/refund/follow';
import type { Action, ActionFacts } from '../../domain/action-facts';
import { whyNot } from '../../domain/actions';
import type { SessionId } from '../../domain/ids';
import { changedSignal } from '../../messages/order';
import { readable } from '../workflow/history-text';
import { until } from '../workflow/world';
import { invalidAt, problem } from './admin-office';
import { Shop } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
  await shop.world.product('mug', { amount: 1250, stock: 1000 });
  await shop.world.product('lamp', { amount: 4000, stock: 1000 });
  await shop.world.product('ebook', { amount: 900 });
});
afterAll(() => shop?.close());

const ask = (id: string, step: string, body?: unknown, key?: string, api = shop.api) => {
  const asked = api.http
    .post(`/admin/orders/${id}/${step}`)
    .set('authorization', `Bearer ${shop.world.env.ADMIN_TOKEN}`);
  if (key !== undefined) asked.set('idempotency-key', key);
  return body === undefined ? asked : asked.send(body as object);
};
const parcel = (more: Record<string, unknown> = {}) => ({ carrier: 'Post', trackingNumber: 'P-1', ...more });

/** An order that is paid and waits to be shipped. */
async function preparing(...lines: { sku: string; quantity?: number }[]): Promise<SessionId> {
  return shop.world.paidOrder(lines.length > 0 ? lines : [{ sku: 'mug', quantity: 2 }]);
}

async function pending(...lines: { sku: string; quantity?: number }[]): Promise<SessionId> {
  const { id } = await shop.world.checkout(lines.length > 0 ? lines : [{ sku: 'mug', quantity: 2 }]);
  return id;
}

const refused = (words: RegExp, code = 'invalid_transition') =>
  problem(409, code, { detail: expect.stringMatching(words) });

describe('ship', () => {
  test('records the parcel and answers with the order, shipped', async () => {
    const id = await preparing();
    const answer = await ask(id, 'ship', parcel({ trackingUrl: 'https://post.example.com/P-1' }));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      sessionId: id,
      status: 'SHIPPED',
      shipments: [
        { carrier: 'Post', trackingNumber: 'P-1', trackingUrl: 'https://post.example.com/P-1', deliveredAt: null },
      ],
      customer: { email: 'ada@example.com', name: 'Ada Lovelace' },
      paymentIntentId: expect.stringMatching(/^pi_/),
      attention: null,
    });
    await until(async () => (await shop.world.mails(id)).includes('order_shipped'));
  });

  test('in parts stays PREPARING until everything is shipped', async () => {
    const id = await preparing({ sku: 'mug', quantity: 2 }, { sku: 'lamp' });
    const { number } = await shop.world.order(id);
    const first = await ask(number, 'ship', parcel({ items: [{ sku: 'mug', quantity: 2 }] }));
    expect([first.status, first.body.status]).toEqual([200, 'PREPARING']);
    const second = await ask(number, 'ship', parcel({ trackingNumber: 'P-2' }));
    expect([second.body.status, second.body.shipments.length]).toEqual(['SHIPPED', 2]);
  });

  test('again with the same carrier and number changes nothing', async () => {
    const id = await preparing({ sku: 'mug', quantity: 2 }, { sku: 'lamp' });
    const asked = parcel({ items: [{ sku: 'mug', quantity: 1 }] });
    await ask(id, 'ship', asked);
    const again = await ask(id, 'ship', asked);
    expect([again.status, again.body.shipments.length]).toEqual([200, 1]);
    expect((await shop.world.order(id)).items.find(({ sku }) => sku === 'mug')?.shipped).toBe(1);
  });

  test('again when nothing is left to ship, or the order is done, changes nothing either; another parcel is refused', async () => {
    const id = await preparing({ sku: 'mug', quantity: 2 });
    for (const status of ['SHIPPED', 'SHIPPED', 'COMPLETED']) {
      if (status === 'COMPLETED') await ask(id, 'deliver');
      const again = await ask(id, 'ship', parcel());
      expect([again.status, again.body.status, again.body.shipments.length]).toEqual([200, status, 1]);
      const other = await ask(id, 'ship', parcel({ trackingNumber: 'P-other' }));
      expect([other.status, other.body]).toEqual([409, refused(new RegExp(status))]);
    }
  });

  test('refuses more than is unshipped', async () => {
    const id = await preparing({ sku: 'mug', quantity: 2 });
    const answer = await ask(id, 'ship', parcel({ items: [{ sku: 'mug', quantity: 3 }] }));
    expect([answer.status, answer.body]).toEqual([409, refused(/./)]);
    expect((await shop.world.order(id)).shipments).toEqual([]);
  });

  test('refuses an unpaid order', async () => {
    const id = await pending();
    const answer = await ask(id, 'ship', parcel());
    expect([answer.status, answer.body]).toEqual([409, refused(/PENDING/)]);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['no carrier', { carrier: undefined }, ['carrier']],
    ['an empty carrier', { carrier: '' }, ['carrier']],
    ['a long carrier', { carrier: 'x'.repeat(61) }, ['carrier']],
    ['no number', { trackingNumber: undefined }, ['trackingNumber']],
    ['a long number', { trackingNumber: 'x'.repeat(101) }, ['trackingNumber']],
    ['two lines', { trackingNumber: 'a\nb' }, ['trackingNumber']],
    ['an address of another kind', { trackingUrl: 'javascript:alert(1)' }, ['trackingUrl']],
    ['no address', { trackingUrl: 'P-1' }, ['trackingUrl']],
    ['no items in the list', { items: [] }, ['items']],
    ['none of an item', { items: [{ sku: 'mug', quantity: 0 }] }, ['items.0.quantity']],
    ['less than none', { items: [{ sku: 'mug', quantity: -1 }] }, ['items.0.quantity']],
    ['half an item', { items: [{ sku: 'mug', quantity: 0.5 }] }, ['items.0.quantity']],
    ['an item without SKU', { items: [{ quantity: 1 }] }, ['items.0.sku']],
    ['a SKU that is none', { items: [{ sku: 'a b', quantity: 1 }] }, ['items.0.sku']],
    [
      'a SKU twice',
      {
        items: [
          { sku: 'mug', quantity: 1 },
          { sku: 'mug', quantity: 1 },
        ],
      },
      ['items'],
    ],
    ['an unknown field', { note: 'x' }, ['']],
  ])('with %s is 400', async (_what, change, paths) => {
    const answer = await ask('cs_test_nobody', 'ship', parcel(change));
    expect([answer.status, answer.body]).toEqual([400, invalidAt(...paths)]);
  });
});

test('every step bears the name of the token that it was asked with', async () => {
  const ada = { name: 'ada', secret: 'the-token-of-ada-lovelace' };
  const api = await shop.another({ ADMIN_TOKENS: [ada] });
  const step = (id: string, name: string, body?: object) => {
    const asked = api.http.post(`/admin/orders/${id}/${name}`).set('authorization', `Bearer ${ada.secret}`);
    return asked.set('idempotency-key', name).send(body);
  };
  const [kept, cancelled] = [await preparing({ sku: 'mug' }), await preparing({ sku: 'mug' })];
  const sentAgain = await preparing({ sku: 'mug' });
  await step(kept, 'ship', parcel());
  await step(kept, 'deliver');
  await shop.world.end(kept);
  const restock = [{ sku: 'mug', quantity: 1 }];
  const { body } = await step(kept, 'refund', { reason: 'damaged', restock, note: 'A crack' });
  const { body: other } = await step(cancelled, 'cancel', { reason: 'other', note: 'Twice' });
  await step(sentAgain, 'ship', parcel());
  await step(sentAgain, 'replace', { items: restock });
  const returned = { items: restock, condition: 'restock', refund: { amount: 100 } };
  const { body: third } = await step(sentAgain, 'returns', returned);
  await api.close();
  const byStaff = ({ timeline }: { timeline: { type: string; actor: string }[] }) =>
    timeline.filter(({ actor }) => actor === 'ada').map(({ type }) => type);
  expect(byStaff(body)).toEqual(['shipped', 'completed', 'note', 'refund']);
  expect(byStaff(other)).toEqual(['note', 'cancel', 'refund']);
  expect(byStaff(third)).toEqual(['shipped', 'replaced', 'returned', 'refund']);
  expect([...third.returns, ...third.replacements].map(({ actor }) => actor)).toEqual(['ada', 'ada']);
  const moved = await shop.world.db.stockMovement.findMany({
    where: { kind: { in: ['RESTOCK', 'TAKE', 'RETURN'] }, reference: { in: [kept, sentAgain] } },
    orderBy: { id: 'asc' },
  });
  expect(moved.map(({ kind, actor }) => [kind, actor])).toEqual([
    ['RESTOCK', 'ada'],
    ['TAKE', 'ada'],
    ['RETURN', 'ada'],
  ]);
});

describe('deliver', () => {
  test('completes a shipped order', async () => {
    const id = await preparing();
    await ask(id, 'ship', parcel());
    const answer = await ask(id, 'deliver');
    expect([answer.status, answer.body.status]).toEqual([200, 'COMPLETED']);
    expect(answer.body.shipments[0].deliveredAt).toEqual(expect.any(String));
    expect(await shop.world.end(id)).toBe('COMPLETED');
  });

  test('needs a shipped order', async () => {
    const id = await preparing();
    const answer = await ask(id, 'deliver', {});
    expect([answer.status, answer.body]).toEqual([409, refused(/PREPARING/)]);
  });

  test('accepts no fields', async () => {
    expect((await ask('cs_test_nobody', 'deliver', { at: 'noon' })).body).toEqual(invalidAt(''));
  });
});

describe('hold and release', () => {
  const hold = { reason: 'address', since: expect.any(String), actor: 'staff' };

  test('show in the document, with the note on the timeline, and ship is refused meanwhile', async () => {
    const id = await preparing();
    const answer = await ask(id, 'hold', { reason: 'address', note: 'Ada moves in May' });
    expect([answer.status, answer.body.hold]).toEqual([200, hold]);
    expect(answer.body.timeline.map(({ message }: { message: string }) => message)).toEqual(
      expect.arrayContaining(['Shipping is on hold (address)', 'Asked to hold shipping (address): Ada moves in May']),
    );
    const held = await ask(id, 'ship', parcel());
    expect([held.status, held.body]).toEqual([409, refused(/^Shipping is on hold \(address\): release it first\.?$/)]);
    const released = await ask(id, 'release', { note: 'She has' });
    expect([released.status, released.body.hold]).toEqual([200, null]);
    expect((await ask(id, 'ship', parcel())).body.status).toBe('SHIPPED');
    const history = readable((await shop.world.history(id)).events ?? []);
    for (const word of ['Ada moves', 'She has']) expect(history).not.toContain(word);
  });

  test('under the same key happen once', async () => {
    const id = await preparing();
    await ask(id, 'hold', { reason: 'stock' }, 'h1');
    await ask(id, 'release', {}, 'r1');
    const again = await ask(id, 'hold', { reason: 'stock' }, 'h1');
    expect([again.status, again.body.hold]).toEqual([200, null]);
    expect((await ask(id, 'release', {}, 'r1')).status).toBe(200);
  });

  test.each([
    ['hold', {}, 'reason'],
    ['hold', { reason: 'mood' }, 'reason'],
    ['hold', { reason: 'fraud', until: 'noon' }, ''],
    ['release', { reason: 'fraud' }, ''],
  ])('%s with %j is 400', async (step, body, path) => {
    const answer = await ask('cs_test_nobody', step, body);
    expect([answer.status, answer.body]).toEqual([400, invalidAt(path)]);
  });
});

describe('cancel', () => {
  test('of an unpaid order expires the session and returns the stock', async () => {
    const id = await pending();
    const before = await shop.world.stock('mug');
    const answer = await ask(id, 'cancel', { reason: 'requested_by_customer' });
    expect([answer.status, answer.body.status]).toEqual([200, 'CANCELLED']);
    expect((await shop.world.stripe.checkout.sessions.retrieve(id)).status).toBe('expired');
    expect(await shop.world.stock('mug')).toEqual({ ...before, held: before.held - 2 });
  });

  test('of a paid order refunds it and returns the stock', async () => {
    const id = await preparing();
    const before = await shop.world.stock('mug');
    const answer = await ask(id, 'cancel', { reason: 'out_of_stock' });
    expect(answer.body).toMatchObject({
      status: 'REFUNDED',
      paymentStatus: 'REFUNDED',
      refunded: { amount: 2500, currency: 'eur' },
      refunds: [{ id: expect.stringMatching(/^re_/), amount: { amount: 2500, currency: 'eur' } }],
    });
    expect(await shop.world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 2 });
  });

  test('stores the note before anything else, and it never leaves the database', async () => {
    const id = await pending();
    const remark = 'Ada called: +44 20 7946 0018';
    const answer = await ask(id, 'cancel', { reason: 'duplicate', note: remark });
    expect(answer.body.timeline).toContainEqual({
      at: expect.any(String),
      type: 'note',
      message: `Asked to cancel (a duplicate): ${remark}`,
      actor: 'staff',
    });
    // Beside the note stands the cancel itself.
    expect(answer.body.timeline).toContainEqual(expect.objectContaining({ type: 'cancel', actor: 'staff' }));
    await shop.world.end(id);
    expect(JSON.stringify(await shop.world.history(id))).not.toContain(
      Buffer.from('Ada called').toString('base64').slice(0, 12),
    );
    expect(JSON.stringify(await shop.world.history(id))).not.toContain('7946');
  });

  test('keeps the note even when the cancel is refused', async () => {
    const id = await preparing({ sku: 'mug', quantity: 2 });
    await ask(id, 'ship', parcel({ items: [{ sku: 'mug', quantity: 1 }] }));
    const answer = await ask(id, 'cancel', { reason: 'other', note: 'Changed their mind' });
    expect([answer.status, answer.body]).toEqual([409, refused(/shipped/)]);
    expect((await shop.world.order(id)).timeline.map(({ note }) => note)).toContain('Changed their mind');
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['no reason', {}, ['reason']],
    ['a reason of its own', { reason: 'fraudulent' }, ['reason']],
    ['an empty remark', { reason: 'other', note: '' }, ['note']],
    ['a long remark', { reason: 'other', note: 'x'.repeat(2_001) }, ['note']],
    ['a remark PostgreSQL cannot keep', { reason: 'other', note: 'a\u0000' }, ['note']],
    ['an unknown field', { reason: 'other', amount: 5 }, ['']],
  ])('with %s is 400', async (_what, body, paths) => {
    const answer = await ask('cs_test_nobody', 'cancel', body);
    expect([answer.status, answer.body]).toEqual([400, invalidAt(...paths)]);
  });
});

describe('retry', () => {
  test('runs the step that needs attention again', async () => {
    const id = await pending();
    await shop.world.pay(id);
    const parkedBy = (currency: string) =>
      shop.world.db.checkout.update({ where: { sessionId: id }, data: { currency } });
    await parkedBy('usd');
    await shop.world.webhook(id);
    await until(async () => (await shop.world.order(id)).attentionStep);
    const listed = await shop.api.http
      .get('/admin/orders?attention=true')
      .set('authorization', `Bearer ${shop.world.env.ADMIN_TOKEN}`);
    expect(listed.body.data.map(({ sessionId }: { sessionId: string }) => sessionId)).toContain(id);
    await parkedBy('eur');
    const answer = await ask(id, 'retry');
    expect(answer.status).toBe(200);
    await until(async () => (await shop.world.order(id)).status === 'PREPARING');
    await until(async () => (await shop.world.order(id)).attentionStep === null);
  });

  test('counts although the run has not heard yet of what staff are shown', async () => {
    const id = await preparing();
    await until(async () => (await shop.world.mails(id)).includes('order_received'));
    const attention = { attentionStep: 'refund-failed', attentionReason: 'It failed', attentionSince: new Date() };
    await shop.world.db.order.update({ where: { sessionId: id }, data: attention });
    const answer = await ask(id, 'retry');
    expect([answer.status, answer.body.attention]).toEqual([200, null]);
    await shop.world.db.order.update({ where: { sessionId: id }, data: attention });
    const taken = await ask(id, 'resolve', { how: 'accept' });
    expect(taken.body.detail ?? '').not.toMatch(/[Nn]othing needs attention/);
  });

  test.each([
    ['retry', undefined, 'REFUNDED'],
    ['ship', parcel(), 'SHIPPED'],
  ])(
    '%s counts although the run of an order that a failed refund opens again is not started yet',
    async (step, body, status) => {
      const id = await preparing();
      expect((await ask(id, 'cancel', { reason: 'other' })).body.status).toBe('REFUNDED');
      await shop.world.end(id);
      const [refund] = (await ask(id, 'resend-email', { template: 'order_refunded' })).body.refunds;
      await shop.world.at(`/refunds/${refund.id}/fail`);
      // The refund's workflow writes it down, and starts the order's run only after that.
      await refundFollowing(shop.world.deps()).followRefund({ refundId: refund.id });
      const answer = await ask(id, step, body);
      expect([answer.status, answer.body.status]).toEqual([200, status]);
    },
  );

  test('of an order that needs no attention is refused', async () => {
    const answer = await ask(await preparing(), 'retry');
    expect([answer.status, answer.body]).toEqual([409, refused(/[Nn]othing needs attention/)]);
  });
});

describe('the 409 of every action is the sentence of the table of actions', () => {
  interface Refused {
    order: () => Promise<SessionId>;
    request: (id: SessionId) => ReturnType<typeof ask>;
    /** What of the order stands in the way. */
    facts: Omit<ActionFacts, 'status'>;
  }
  const partlyShipped = async () => {
    const id = await preparing({ sku: 'mug', quantity: 2 });
    await ask(id, 'ship', parcel({ items: [{ sku: 'mug', quantity: 1 }] }));
    return id;
  };
  const completed = async () => {
    const id = await pending({ sku: 'ebook' });
    await shop.world.pay(id);
    await shop.world.webhook(id);
    await shop.world.end(id);
    return id;
  };
  const address = { line1: '1 High Street', city: 'London', postal_code: 'N1 1AA', country: 'GB' };
  const untrue = { title: 'Order confirmation', isTrue: false, lacksAddress: false };

  /** A page refuses the shopper, and a request has to be made before it can be declined: test/api/return-requests. */
  type Elsewhere = 'cancel as the shopper' | 'ask to return as the shopper' | 'decline a return';
  const REFUSED: Record<Exclude<Action, Elsewhere>, Refused> = {
    ship: { order: () => pending(), request: (id) => ask(id, 'ship', parcel()), facts: {} },
    deliver: { order: () => preparing(), request: (id) => ask(id, 'deliver'), facts: {} },
    hold: {
      order: () => pending({ sku: 'ebook' }),
      request: (id) => ask(id, 'hold', { reason: 'other' }),
      facts: { digital: true },
    },
    release: { order: () => preparing(), request: (id) => ask(id, 'release', {}), facts: {} },
    cancel: {
      order: partlyShipped,
      request: (id) => ask(id, 'cancel', { reason: 'other' }),
      facts: { anythingShipped: true },
    },
    refund: {
      order: () => pending(),
      request: (id) => ask(id, 'refund', { amount: 100, reason: 'other' }, randomUUID()),
      facts: {},
    },
    return: {
      order: () => preparing(),
      request: (id) => ask(id, 'returns', { items: [{ sku: 'mug', quantity: 1 }], condition: 'restock' }, randomUUID()),
      facts: { nothingOut: true },
    },
    replace: {
      order: () => pending(),
      request: (id) => ask(id, 'replace', { items: [{ sku: 'mug', quantity: 1 }] }, randomUUID()),
      facts: {},
    },
    retry: { order: () => preparing(), request: (id) => ask(id, 'retry'), facts: {} },
    resolve: { order: () => preparing(), request: (id) => ask(id, 'resolve', { how: 'withdraw' }), facts: {} },
    accept: { order: completed, request: (id) => ask(id, 'resolve', { how: 'accept' }), facts: {} },
    'send a mail again': {
      order: () => pending(),
      request: (id) => ask(id, 'resend-email', { template: 'order_confirmation' }),
      facts: { mail: untrue },
    },
    'correct e-mail': {
      order: partlyShipped,
      request: (id) => ask(id, 'contact', { email: 'right@example.net' }),
      facts: { anythingShipped: true },
    },
    'correct address': {
      order: () => pending({ sku: 'ebook' }),
      request: (id) => ask(id, 'contact', { address }),
      facts: { digital: true },
    },
    erase: { order: () => preparing(), request: (id) => ask(id, 'erase'), facts: {} },
    abandon: {
      order: () => preparing(),
      request: (id) => shop.api.http.post(`/orders/${id}/abandon`),
      facts: { paymentStatus: 'PAID' },
    },
  };

  test.each(Object.entries(REFUSED) as [Action, Refused][])('%s', async (action, { order, request, facts }) => {
    const id = await order();
    const { status } = await shop.world.order(id);
    const sentence = whyNot(action, { ...facts, status });
    expect(sentence).not.toBeNull();
    const answer = await request(id);
    expect([answer.status, answer.body.code, answer.body.detail?.replace(/\.$/, '')]).toEqual([
      409,
      'invalid_transition',
      sentence,
    ]);
  });
});

describe('a final order', () => {
  test.each(['ship', 'deliver', 'cancel', 'retry'])('refuses %s, and says where it stands', async (step) => {
    const id = await pending({ sku: 'ebook' });
    await shop.world.pay(id);
    await shop.world.webhook(id);
    await shop.world.end(id);
    const body = { ship: parcel(), cancel: { reason: 'other' } }[step];
    const answer = await ask(id, step, body);
    expect([answer.status, answer.body]).toEqual([409, refused(/COMPLETED/)]);
    expect((await shop.world.order(id)).status).toBe('COMPLETED');
  });

  test('whose run was terminated is healed by the request, and continues from what the database says', async () => {
    const id = await preparing();
    await shop.world.handle(id).terminate('by hand');
    const answer = await ask(id, 'ship', parcel());
    expect([answer.status, answer.body.status]).toEqual([200, 'SHIPPED']);
  });
});

describe('an Idempotency-Key', () => {
  test('makes a request happen once, even if its first response was lost', async () => {
    const id = await preparing({ sku: 'mug', quantity: 2 }, { sku: 'lamp' });
    const key = randomUUID();
    const body = parcel({ items: [{ sku: 'mug', quantity: 1 }] });
    const [one, two] = await Promise.all([ask(id, 'ship', body, key), ask(id, 'ship', body, key)]);
    expect([one.status, two.status]).toEqual([200, 200]);
    const accepted = (await shop.world.history(id)).events?.filter(
      (event) => event.workflowExecutionUpdateAcceptedEventAttributes,
    );
    expect(
      accepted?.filter(
        (event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name === 'ship',
      ),
    ).toHaveLength(1);
  });

  test('stores a note once', async () => {
    const id = await preparing();
    await ask(id, 'ship', parcel());
    for (let n = 0; n < 2; n += 1) await ask(id, 'cancel', { reason: 'other', note: 'Once' }, 'k');
    expect((await shop.world.order(id)).timeline.filter(({ note }) => note === 'Once')).toHaveLength(1);
  });

  test('of a request that ended the order still gets the same answer', async () => {
    const id = await pending();
    const key = 'cancel-7';
    const first = await ask(id, 'cancel', { reason: 'other' }, key);
    await shop.world.end(id);
    const again = await ask(id, 'cancel', { reason: 'other' }, key);
    expect([first.status, again.status, again.body.status]).toEqual([200, 200, 'CANCELLED']);
    expect((await ask(id, 'cancel', { reason: 'other' }, 'another')).status).toBe(409);
    expect((await ask(id, 'deliver', undefined, key)).status).toBe(409);
  });

  test('never reaches Temporal unhashed', async () => {
    const id = await preparing();
    await ask(id, 'ship', parcel(), 'ada@example.com');
    expect(JSON.stringify(await shop.world.history(id))).not.toContain('ada@example.com');
  });

  test('that is not valid is 400', async () => {
    expect((await ask('cs_test_nobody', 'deliver', undefined, 'two words')).body).toEqual(invalidAt('idempotency-key'));
  });
});

describe('when a response takes longer than 8 s', () => {
  test('a cancel is answered with the order as it stands, and the rest follows; a parcel with 503', async () => {
    const [cancelled, shipped] = [await preparing(), await preparing()];
    await shop.world.at('/faults', { match: { method: 'POST', path: '^/v1/refunds$' }, kind: 'delay', ms: 10_000 });
    const locker = new pg.Client({ connectionString: shop.world.env.DATABASE_URL });
    await locker.connect();
    await locker.query('BEGIN');
    await locker.query('SELECT 1 FROM orders WHERE session_id = $1 FOR UPDATE', [shipped]);
    const start = performance.now();
    const [cancel, ship] = await Promise.all([
      ask(cancelled, 'cancel', { reason: 'other' }),
      ask(shipped, 'ship', parcel()),
    ]);
    expect(performance.now() - start).toBeLessThan(9_500);
    await locker.end();
    expect([cancel.status, cancel.body.status]).toEqual([200, 'PREPARING']);
    expect([ship.status, ship.body]).toEqual([503, problem(503, 'unavailable')]);
    await until(async () => (await shop.world.order(cancelled)).status === 'REFUNDED');
    expect((await shop.world.order(cancelled)).refunds).toHaveLength(1);
    await until(async () => (await shop.world.order(shipped)).status === 'SHIPPED');
  });
});

describe('when no worker can take the request', () => {
  test('a parcel is 503 within 10 s, without a worker as without Temporal, and the order is as it was', async () => {
    const [one, other] = [await preparing(), await preparing()];
    const temporal = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    const api = await shop.another({}, { temporal });
    await shop.world.stopWorkers();
    const start = performance.now();
    const [noWorker, noTemporal] = await Promise.all([
      ask(one, 'ship', parcel()),
      ask(other, 'ship', parcel(), undefined, api),
    ]);
    expect(performance.now() - start).toBeLessThan(10_000);
    await shop.world.handle(one).terminate('the test server leaves its task with the worker that is gone');
    await shop.world.startWorkers();
    await api.close();
    for (const answer of [noWorker, noTemporal]) {
      expect([answer.status, answer.body]).toEqual([503, problem(503, 'unavailable')]);
      expect(answer.headers['retry-after']).toEqual(expect.any(String));
    }
    for (const id of [one, other]) expect((await shop.world.order(id)).status).toBe('PREPARING');
    expect((await ask(one, 'ship', parcel())).body.status).toBe('SHIPPED');
  });

  test('a cancel is stored, answered 200, and carried out once a run hears of it', async () => {
    const [unpaid, paid] = [await pending(), await preparing()];
    const temporal = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    const api = await shop.another({}, { temporal });
    const cancel = { reason: 'damaged', note: 'Kept' };
    const withoutTemporal = await ask(unpaid, 'cancel', cancel, undefined, api);
    await api.close();
    expect([withoutTemporal.status, withoutTemporal.body.status]).toEqual([200, 'PENDING']);
    await shop.world.handle(unpaid).signal(changedSignal); // as the sweep does
    expect(await shop.world.end(unpaid)).toBe('CANCELLED');

    await shop.world.stopWorkers();
    const withoutWorker = await ask(paid, 'cancel', cancel);
    expect([withoutWorker.status, withoutWorker.body.status]).toEqual([200, 'PREPARING']);
    await shop.world.handle(paid).terminate('the test server leaves its task with the worker that is gone');
    await shop.world.startWorkers();
    await shop.world.webhook(paid);
    expect(await shop.world.end(paid)).toBe('REFUNDED');
    const { timeline, refunds } = await shop.world.order(paid);
    expect(timeline.map(({ note }) => note)).toContain('Kept');
    expect(refunds).toMatchObject([{ reason: 'damaged' }]);
  });

  test('a hold is recorded and answered 200 all the same, and nothing ships', async () => {
    const id = await preparing();
    const temporal = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    const api = await shop.another({}, { temporal });
    const held = await ask(id, 'hold', { reason: 'fraud' }, undefined, api);
    await api.close();
    expect([held.status, held.body.hold?.reason]).toEqual([200, 'fraud']);
    expect((await ask(id, 'ship', parcel())).status).toBe(409);
    expect((await ask(id, 'release')).body.hold).toBeNull();
    expect((await ask(id, 'ship', parcel())).body.status).toBe('SHIPPED');
  });

  test('a cancel that makes no sense is refused all the same, without Temporal', async () => {
    const id = await preparing();
    await ask(id, 'ship', parcel());
    const temporal = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    const api = await shop.another({}, { temporal });
    const answer = await ask(id, 'cancel', { reason: 'other', note: 'Too late?' }, undefined, api);
    await api.close();
    expect([answer.status, answer.body]).toEqual([409, refused(/SHIPPED/)]);
  });
});
