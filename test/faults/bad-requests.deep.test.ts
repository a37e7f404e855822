import { createHmac } from 'node:crypto';
import { Shop } from './shop';
import { System, WEBHOOK_SECRET } from './system';

let system: System;
let shop: Shop;
beforeAll(async () => {
  system = await System.start();
  shop = new Shop(system);
  await shop.product('mug', { stock: 10 });
});
afterAll(() => system?.stop());

/** Everything that a request could have started. */
const started = async () => ({
  checkouts: await system.db.checkout.count(),
  orders: await system.db.order.count(),
  workflows: (await system.temporal.workflow.count()).count,
  atStripe: (await shop.requests('POST', /^\/v1\/checkout/)).length,
});

const mug = { sku: 'mug', quantity: 1 };

test.each<[string, unknown, number, string]>([
  ['a body that is not JSON', '{"items": [', 400, 'invalid_request'],
  ['a negative quantity', { items: [{ ...mug, quantity: -1 }] }, 400, 'invalid_request'],
  ['half a mug', { items: [{ ...mug, quantity: 0.5 }] }, 400, 'invalid_request'],
  ['10,000 items', { items: Array(10_000).fill(mug) }, 400, 'invalid_request'],
  ['a price', { items: [{ ...mug, price: 1 }] }, 400, 'invalid_request'],
  ['an amount for the whole', { items: [mug], amount: 1 }, 400, 'invalid_request'],
  ['an unknown SKU', { items: [{ sku: 'unicorn', quantity: 1 }] }, 404, 'unknown_sku'],
  ['more than there is', { items: [{ ...mug, quantity: 11 }] }, 409, 'out_of_stock'],
])('a checkout with %s is refused and starts nothing', async (_, body, status, code) => {
  const before = await started();
  const answer = await shop.post('/checkout', body);
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(await started()).toEqual(before);
});

const event = {
  object: 'event',
  id: 'evt_1',
  type: 'checkout.session.completed',
  livemode: false,
  data: { object: { id: 'cs_test_of_a_stranger', object: 'checkout.session', mode: 'payment' } },
};

test.each<[string, string, string, number, string]>([
  ['signed by somebody else', JSON.stringify(event), 'whsec_of_somebody_else', 400, 'invalid_signature'],
  ['signed, and not JSON', '{"object": "event"', WEBHOOK_SECRET, 400, 'invalid_payload'],
  ['signed, and no event', '{}', WEBHOOK_SECRET, 400, 'invalid_payload'],
])('a webhook %s is refused and starts nothing', async (_, body, secret, status, code) => {
  const before = await started();
  const now = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${now}.${body}`).digest('hex');
  const answer = await shop.post('/webhooks/stripe', body, { 'stripe-signature': `t=${now},v1=${signature}` });
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(await started()).toEqual(before);
});
