import { createHmac } from 'node:crypto';
import { tendAccount } from '../../activities/account/tend';
import { holdForAgent } from '../../api/webhooks/hold-for-agent';
import { type SessionId, sessionId } from '../../domain/ids';
import { noteLeft } from '../../store/orders/timeline';
import { SANDBOX_ACCOUNT, Shop, until } from './shop';

const DECLINED_CARD = '4000000000009995';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({ HOLD_TTL_SECONDS: '3600', STRIPE_AGENT_ORDERS: 'on' });
  await shop.listenToStripe();
});
afterAll(() => shop?.close());
afterEach(async () => {
  shop.world.env.STRIPE_AGENT_ORDERS = 'on';
  await shop.world.noFaults();
});

interface Bought {
  outcome: 'complete' | 'declined' | 'not_approved';
  reason?: string;
  id: SessionId;
}

const itemOf = async (sku: string, quantity = 1) => {
  const { stripePriceId: price } = await shop.world.db.price.findFirstOrThrow({ where: { sku, current: true } });
  return { price, sku, quantity };
};

/** An agent buys, as through Stripe's Agentic Commerce Suite. */
async function agentBuys(
  sku: string,
  { quantity = 1, ...how }: { quantity?: number; hook?: boolean; card?: string } = {},
): Promise<Bought> {
  const answer = await shop.world.at<Omit<Bought, 'id'> & { session: { id: string } }>('/agents/buy', {
    ...{ items: [await itemOf(sku, quantity)], email: 'ada@example.com', name: 'Ada Lovelace', ...how },
  });
  const id = sessionId(answer.session.id);
  shop.world.know(id);
  return { ...answer, id };
}

const completes = (id: SessionId, how: Record<string, unknown> = {}) =>
  shop.world.at<Bought>(`/agents/checkouts/${id}/complete`, { email: 'ada@example.com', ...how });

/** A session that an agent has made, and not asked to complete. */
async function agentCheckout(sku: string, quantity = 1): Promise<SessionId> {
  const made = await shop.world.at<{ id: string }>('/agents/checkouts', { items: [await itemOf(sku, quantity)] });
  return sessionId(made.id);
}

/** What staff are told of orders of agents, as long as it is so. */
const alarms = async () => {
  const open = await shop.world.db.accountAlarm.findMany({ where: { cause: 'agents_changed', resolvedAt: null } });
  return open.map(({ subject }) => subject);
};

const isAt = (id: SessionId, status: string) =>
  until(async () => (await shop.world.db.order.findUnique({ where: { sessionId: id } }))?.status === status);

const statusAtStripe = async (id: SessionId) => (await shop.world.stripe.checkout.sessions.retrieve(id)).status;

/** The hook as Stripe sends it, about whatever it is given. */
function asks(data: Record<string, unknown>, rest: Record<string, unknown> = {}, secret?: string) {
  const body = JSON.stringify({
    ...{ id: 'evt_hook', type: 'v1.delegated_checkout.finalize_checkout', livemode: false, context: SANDBOX_ACCOUNT },
    data: { currency: 'eur', ...data },
    ...rest,
  });
  const at = Math.floor(shop.world.now() / 1000);
  const key = secret ?? (shop.world.env.STRIPE_WEBHOOK_SECRET[0] as string);
  return shop.http
    .post('/webhooks/stripe/order-approval')
    .set('content-type', 'application/json; charset=utf-8')
    .set('stripe-signature', `t=${at},v1=${createHmac('sha256', key).update(`${at}.${body}`).digest('hex')}`)
    .send(body);
}
const lineOf = (sku_id: string, quantity = 1, unit_amount = 1250) => ({ sku_id, name: sku_id, quantity, unit_amount });
const approval = (body: { manual_approval_details?: { type: string; declined?: { reason: string } } }) =>
  [body.manual_approval_details?.type, body.manual_approval_details?.declined?.reason ?? null] as const;

describe('what an agent bought', () => {
  test('is known by the references of its lines, taken up and shipped', async () => {
    await shop.world.product('tulips', { stock: 3 });
    const { id, outcome } = await agentBuys('tulips', { quantity: 2 });
    expect(outcome).toBe('complete');
    await isAt(id, 'PREPARING');
    expect(await shop.world.order(id)).toMatchObject({
      ...{ origin: 'ELSEWHERE', total: 2500n, attentionStep: null },
      items: [{ sku: 'tulips', quantity: 2, total: 2500n }],
      customer: { email: 'ada@example.com', name: 'Ada Lovelace', address: { country: 'DE' } },
    });
    expect(await shop.world.stock('tulips')).toEqual({ onHand: 1, held: 0 });
    expect(await shop.world.deliver(id)).toBe('COMPLETED');
  });

  test('of a bundle takes what is in it from stock', async () => {
    await shop.world.product('agent-mug', { amount: 3000, stock: 4 });
    await shop.world.sellBundle('agent-box', [{ sku: 'agent-mug', quantity: 2 }], { amount: 5000 });
    const { id } = await agentBuys('agent-box', { hook: true });
    await isAt(id, 'PREPARING');
    expect(await shop.world.order(id)).toMatchObject({
      attentionStep: null,
      items: [{ sku: 'agent-mug', quantity: 2, total: 5000n }],
      bundles: [{ sku: 'agent-box', quantity: 1 }],
    });
    expect(await shop.world.stock('agent-mug')).toEqual({ onHand: 2, held: 0 });
  });

  test('is given back once where it sold out before it was paid, and nobody was asked', async () => {
    await shop.world.product('last-rose', { stock: 1 });
    const first = await agentBuys('last-rose');
    await isAt(first.id, 'PREPARING');
    const second = await agentBuys('last-rose');
    await isAt(second.id, 'REFUNDED');
    expect((await shop.world.order(second.id)).refunds).toMatchObject([{ amount: 1250n, reason: 'out_of_stock' }]);
    expect(await shop.world.stock('last-rose')).toEqual({ onHand: 0, held: 0 });
  });

  test('is left alone and counted while that is off, and so is its hook', async () => {
    await shop.world.product('not-for-agents', { stock: 1 });
    shop.world.env.STRIPE_AGENT_ORDERS = 'off';
    const { id } = await agentBuys('not-for-agents');
    const stray = () => shop.world.db.straySession.findUnique({ where: { sessionId: id } });
    await until(async () => (await stray()) !== null);
    expect(await stray()).toMatchObject({ kind: 'UNKNOWN_LINES' });
    expect(await shop.world.db.order.count({ where: { sessionId: id } })).toBe(0);
    const answer = await asks({ checkout_session: id, line_item_details: [lineOf('not-for-agents')] });
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
  });
});

describe('once Stripe refuses the preview', () => {
  beforeEach(() =>
    shop.world.at('/faults', {
      ...{ kind: 'invalid', match: { method: 'GET', path: '/line_items$' }, times: 1_000 },
      message: 'Invalid Stripe API version: 2025-12-15.preview',
    }),
  );

  test('a session whose lines are not known is counted, and does not stand still', async () => {
    await shop.world.product('cacti', { stock: 1 });
    const { id } = await agentBuys('cacti');
    const stray = () => shop.world.db.straySession.findUnique({ where: { sessionId: id } });
    await until(async () => (await stray()) !== null);
    expect(await stray()).toMatchObject({ kind: 'UNKNOWN_LINES' });
  });

  test('it is one alarm, however many sessions there are, until Stripe takes it again', async () => {
    for (const sku of ['figs', 'dates']) {
      await shop.world.product(sku, { stock: 1 });
      const { id } = await agentBuys(sku);
      await until(async () => (await shop.world.db.straySession.findUnique({ where: { sessionId: id } })) !== null);
    }
    expect(await alarms()).toEqual(['the references of lines']);
    await shop.world.noFaults();
    await isAt((await agentBuys('figs')).id, 'PREPARING');
    expect(await alarms()).toEqual([]);
  });

  test('a hold for an agent ends all the same, without a look at its lines', async () => {
    await shop.world.product('ivy', { stock: 1 });
    const { id } = await agentBuys('ivy', { hook: true, card: DECLINED_CARD });
    expect(await shop.world.end(id)).toBe('EXPIRED');
    expect(await shop.world.stock('ivy')).toEqual({ onHand: 1, held: 0 });
    expect((await shop.world.requests()).filter(({ path }) => path.endsWith(`${id}/line_items`))).toEqual([]);
  });
});

describe('the order approval hook', () => {
  test('holds the stock before the money is taken; after a declined card the agent asks again, for the same order', async () => {
    await shop.world.product('peonies', { stock: 2 });
    const { id, outcome } = await agentBuys('peonies', { hook: true, card: DECLINED_CARD });
    expect(outcome).toBe('declined');
    expect(await shop.world.order(id)).toMatchObject({ status: 'PENDING', stock: 'HELD' });
    expect(await shop.world.stock('peonies')).toEqual({ onHand: 2, held: 1 });
    expect(await completes(id, { hook: true })).toMatchObject({ outcome: 'complete' });
    await isAt(id, 'PREPARING');
    expect(await shop.world.stock('peonies')).toEqual({ onHand: 1, held: 0 });
    expect(await shop.world.order(id)).toMatchObject({ attentionStep: null, items: [{ sku: 'peonies' }] });
    expect(await shop.world.deliver(id)).toBe('COMPLETED');
    // A repeat that comes late gets the answer that let it be.
    const { body } = await asks({ checkout_session: id, line_item_details: [lineOf('peonies')] });
    expect(approval(body)).toEqual(['approved', null]);
  });

  test('asked twenty times at once holds once, under one number', async () => {
    await shop.world.product('asters', { stock: 5 });
    const id = await agentCheckout('asters', 2);
    const request = () => asks({ checkout_session: id, line_item_details: [lineOf('asters', 2)] });
    const answers = await Promise.all(Array.from({ length: 20 }, request));
    expect(answers.map(({ status, body }) => [status, ...approval(body)])).toEqual(
      Array(20).fill([200, 'approved', null]),
    );
    expect(await shop.world.stock('asters')).toEqual({ onHand: 5, held: 2 });
    expect(await shop.world.db.checkout.count({ where: { sessionId: id } })).toBe(1);
    await completes(id);
    await isAt(id, 'PREPARING');
  });

  test('lets one of two agents have the last', async () => {
    await shop.world.product('orchid', { stock: 1 });
    const both = await Promise.all([agentBuys('orchid', { hook: true }), agentBuys('orchid', { hook: true })]);
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['complete', 'not_approved']);
    const loser = both.find(({ outcome }) => outcome === 'not_approved');
    expect(loser?.reason).toBe('Out of stock. The orchid: 1 wanted, 0 left.');
    const winner = both.find(({ outcome }) => outcome === 'complete');
    await isAt(winner?.id as SessionId, 'PREPARING');
    expect(await shop.world.stock('orchid')).toEqual({ onHand: 0, held: 0 });
    expect(await shop.world.db.refund.count({ where: { sessionId: { in: both.map(({ id }) => id) } } })).toBe(0);
  });

  test('says what is left, and the agent may take that in the same session', async () => {
    await shop.world.product('ferns', { stock: 2 });
    const id = await agentCheckout('ferns', 2);
    const wants = (quantity: number) => asks({ checkout_session: id, line_items_details: [lineOf('ferns', quantity)] });
    expect(approval((await wants(3)).body)).toEqual(['declined', 'Out of stock. The ferns: 3 wanted, 2 left.']);
    expect(await statusAtStripe(id)).toBe('open');
    expect(approval((await wants(2)).body)).toEqual(['approved', null]);
    // What is reserved is what is paid for: another cart needs another checkout.
    expect(approval((await wants(1)).body)).toEqual([
      'declined',
      'The cart was changed after it was reserved. Start a new checkout.',
    ]);
    expect(await shop.world.stock('ferns')).toEqual({ onHand: 2, held: 2 });
    await completes(id);
    await isAt(id, 'PREPARING');
  });

  test('approved, and never completed: the hold ends as any other, and its buyer gets no mail', async () => {
    await shop.world.product('lilies', { stock: 1 });
    const { id } = await agentBuys('lilies', { hook: true, card: DECLINED_CARD });
    expect(await shop.world.stock('lilies')).toEqual({ onHand: 1, held: 1 });
    expect(await shop.world.end(id)).toBe('EXPIRED');
    expect(await statusAtStripe(id)).toBe('expired');
    expect(await shop.world.stock('lilies')).toEqual({ onHand: 1, held: 0 });
    expect(await shop.world.mails(id)).toEqual([]);
    const { body } = await asks({ checkout_session: id, line_item_details: [lineOf('lilies')] });
    expect(approval(body)).toEqual(['declined', 'This checkout has ended. Start a new one.']);
  });

  test('no worker: declined before Stripe gives up, and once one runs nothing stays held', async () => {
    await shop.world.product('irises', { stock: 1 });
    await shop.world.stopWorkers();
    const { id, outcome, reason } = await agentBuys('irises', { hook: true });
    expect([outcome, reason]).toEqual([
      'not_approved',
      'The shop could not reserve this order in time. Start a new checkout.',
    ]);
    // What was given up is not approved later, though it may still be opened.
    const { body } = await asks({ checkout_session: id, line_item_details: [lineOf('irises')] });
    expect(approval(body)).toEqual(['declined', 'This checkout has ended. Start a new one.']);
    await shop.world.startWorkers();
    expect(await shop.world.end(id)).toBe('CANCELLED');
    expect(await shop.world.stock('irises')).toEqual({ onHand: 1, held: 0 });
    expect(await statusAtStripe(id)).toBe('expired');
  });

  test.each<[string, (id: SessionId) => Promise<unknown>]>([
    ['its buyer left', (id) => noteLeft(shop.world.db, { sessionId: id, at: new Date(), who: 'shopper' })],
    [
      'staff asked to cancel it',
      (sessionId) =>
        shop.world.db.order.update({
          where: { sessionId },
          data: { cancelRequestedAt: new Date(), cancelReason: 'requested_by_customer' },
        }),
    ],
  ])('a repeat after %s is declined, though the run still knows that it held the stock', async (what, give) => {
    const sku = what.replaceAll(' ', '-');
    await shop.world.product(sku, { stock: 1 });
    const { id } = await agentBuys(sku, { hook: true, card: DECLINED_CARD });
    const repeat = async () => approval((await asks({ checkout_session: id, line_item_details: [lineOf(sku)] })).body);
    expect(await repeat()).toEqual(['approved', null]);
    await give(id);
    expect(await repeat()).toEqual(['declined', 'This checkout has ended. Start a new one.']);
    await shop.world.end(id);
  });

  test('an order that is held and then given up says so, though its run does not hear of it', async () => {
    await shop.world.product('poppies', { stock: 1 });
    const { id: session } = await agentBuys('poppies', { hook: true, card: DECLINED_CARD });
    const temporal = { withDeadline: () => Promise.reject(new Error('Temporal is away')) } as never;
    const decision = await holdForAgent(
      { ...shop.api.deps, temporal },
      {
        ...{ id: 'evt_hook', livemode: false, context: SANDBOX_ACCOUNT, currency: 'eur', session },
        lines: [{ sku: 'poppies', name: 'poppies', quantity: 1, total: 1250 }],
      },
    );
    expect(decision).toMatchObject({ approved: false, reason: expect.stringContaining('in time') });
    const left = await shop.world.db.timelineEntry.findMany({ where: { sessionId: session, key: 'left' } });
    expect(left).toMatchObject([{ type: 'left', actor: 'holdfast' }]);
    await shop.world.end(session);
    expect(await shop.world.stock('poppies')).toEqual({ onHand: 1, held: 0 });
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    [
      'names no session',
      { checkout_session: null },
      {},
      'This order cannot be reserved: it names no Checkout Session.',
    ],
    [
      'has a line without a SKU',
      { line_item_details: [{ ...lineOf('x'), sku_id: null }] },
      {},
      'This order cannot be reserved: a line names no product of this shop.',
    ],
    ['sells what is not for sale', { line_item_details: [lineOf('nothing')] }, {}, 'Some of this is not for sale.'],
    [
      'is of another account',
      {},
      { context: 'acct_another' },
      'This shop does not sell for that account or in that mode.',
    ],
    ['is of the other mode', {}, { livemode: true }, 'This shop does not sell for that account or in that mode.'],
  ])('%s: declined, and nothing is written', async (what, data, rest, reason) => {
    await shop.world.db.product.upsert({
      where: { sku: 'known' },
      create: { sku: 'known', name: 'Known', kind: 'DIGITAL', createdAt: new Date(), updatedAt: new Date() },
      update: {},
    });
    const id = `cs_test_${what.replaceAll(' ', '')}`;
    const { body } = await asks({ checkout_session: id, line_item_details: [lineOf('known')], ...data }, rest);
    expect(approval(body)).toEqual(['declined', reason]);
    expect(await shop.world.db.checkout.count({ where: { sessionId: id } })).toBe(0);
  });

  test('unsigned, or not as expected: refused, and the log says which fields', async () => {
    const good = { checkout_session: 'cs_test_x', line_item_details: [lineOf('x')] };
    const forged = await asks(good, {}, 'whsec_of_nobody');
    expect([forged.status, forged.body.code]).toEqual([400, 'invalid_signature']);
    const changed = await asks({ ...good, line_item_details: [{ ...lineOf('x'), quantity: 'one' }] });
    expect([changed.status, changed.body.code]).toEqual([400, 'invalid_payload']);
    expect(shop.api.log).toContainEqual(
      expect.objectContaining({ level: 50, unread: ['data.line_item_details.0.quantity'] }),
    );
  });

  test('not as expected: one alarm, which no stranger can raise, and which the next that is readable ends', async () => {
    const at = new Date(shop.world.now());
    await shop.world.db.accountAlarm.updateMany({ data: { resolvedAt: at } });
    const good = { checkout_session: 'cs_test_unread', line_item_details: [lineOf('x')] };
    await asks({}, {}, 'whsec_of_nobody');
    await asks(good);
    expect(await alarms()).toEqual([]);
    for (let times = 0; times < 2; times++) await asks({ ...good, line_item_details: [] });
    await until(async () => (await alarms()).length > 0);
    expect(await alarms()).toEqual(['the order approval hook']);
    await asks(good);
    await until(async () => (await alarms()).length === 0);
    await asks({ ...good, line_item_details: [] });
    await until(async () => (await alarms()).length > 0);
    shop.world.env.STRIPE_AGENT_ORDERS = 'off';
    await tendAccount(shop.world.deps());
    expect(await alarms()).toEqual([]);
  });
});
