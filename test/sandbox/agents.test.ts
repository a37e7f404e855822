/** Agents that sell for the shop, as through Stripe's Agentic Commerce Suite. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { PREVIEW_VERSION, readApprovalRequest, referenceOf } from '../../platform/stripe-agents';
import { type Rig, SIGNING_SECRET, startRig } from './rig';

let rig: Rig;
let shop: Server;
/** What the shop answers; null: nothing. */
let answer: { status: number; body: object } | null;
let asked: unknown[];
beforeEach(async () => {
  rig = await startRig();
  asked = [];
  shop = createServer(async (request, response) => {
    let payload = '';
    for await (const chunk of request) payload += chunk;
    const signed = String(request.headers['stripe-signature']);
    Stripe.webhooks.signature?.verifyHeader(payload, signed, SIGNING_SECRET);
    if (request.url === '/webhooks/stripe/order-approval') asked.push(JSON.parse(payload));
    if (answer !== null) response.writeHead(answer.status).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  const { port } = shop.address() as AddressInfo;
  await rig.stripe.webhookEndpoints.update('we_sandbox_default', { url: `http://127.0.0.1:${port}/webhooks/stripe` });
});
afterEach(async () => {
  await rig.end();
  shop.closeAllConnections();
  await new Promise((resolve) => shop.close(resolve));
});

/** A price of a product in the catalogue feed. */
async function inFeed(): Promise<string> {
  const { id: product } = await rig.stripe.products.create({ name: 'Mug' });
  const price = await rig.stripe.prices.create({
    product,
    unit_amount: 1250,
    currency: 'eur',
    metadata: { sku: 'mug' },
  });
  return price.id;
}

const buy = async (how: object = {}) =>
  rig.control('POST', '/agents/buy', { items: [{ price: await inFeed(), quantity: 2 }], ...how });

test('an agent buys: a plain session, whose lines name the feed’s id only to a preview’s version', async () => {
  answer = { status: 200, body: {} };
  const { outcome, session } = await buy();
  expect([outcome, session.status, session.payment_status, session.amount_total]).toEqual([
    ...['complete', 'complete', 'paid', 2500],
  ]);
  expect(asked).toEqual([]);
  const lines = (options: object = {}) => rig.stripe.checkout.sessions.listLineItems(session.id, {}, options);
  const [plain] = (await lines()).data;
  const [previewed] = (await lines({ apiVersion: PREVIEW_VERSION })).data;
  expect(plain && referenceOf(plain)).toBeNull();
  expect(previewed && referenceOf(previewed)).toBe('mug');
  expect(previewed?.price?.metadata).toEqual({});
});

test('where the account has the hook, the shop is asked before the money is taken, and again after a declined card', async () => {
  answer = { status: 200, body: { manual_approval_details: { type: 'approved' } } };
  const { outcome, session } = await buy({ hook: true, card: '4000000000009995' });
  expect([outcome, session.status]).toEqual(['declined', 'open']);
  const again = await rig.control('POST', `/agents/checkouts/${session.id}/complete`, { hook: true });
  expect([again.outcome, again.session.status]).toEqual(['complete', 'complete']);
  expect(asked.map(readApprovalRequest)).toEqual(
    Array(2).fill({
      ...{ id: expect.stringMatching(/^evt_/), livemode: false, context: 'acct_1SandboxHoldfast', currency: 'eur' },
      session: session.id,
      lines: [{ sku: 'mug', name: 'Mug', quantity: 2, total: 2500 }],
    }),
  );
});

test.each([
  [
    'declines',
    { status: 200, body: { manual_approval_details: { type: 'declined', declined: { reason: 'Gone.' } } } },
    'Gone.',
  ],
  ['fails', { status: 503, body: {} }, 'the hook answered 503'],
  ['answers something else', { status: 200, body: {} }, 'the hook’s answer is not one of an approval'],
  ['does not answer', null, 'no answer within 50 ms'],
])('a shop that %s: no money is taken, and the session stays open', async (_what, answers, reason) => {
  answer = answers;
  const bought = await buy({ hook: true, ...(answers === null && { patience: 50 }) });
  expect([bought.outcome, bought.reason]).toEqual(['not_approved', reason]);
  expect(bought.session).toMatchObject({ status: 'open', payment_intent: null });
});

test('the control page has a form for it', async () => {
  answer = { status: 200, body: { manual_approval_details: { type: 'approved' } } };
  const price = await inFeed();
  expect(await (await fetch(`${rig.sandbox.url}/_control`)).text()).toContain(`<option value="${price}">Mug, `);
  const form = {
    do: '/agents/buy',
    at: 'agents',
    label: 'Agent',
    'items[0][price]': price,
    'items[0][quantity]': '1',
    hook: 'true',
  };
  const body = new URLSearchParams(form);
  const page = await fetch(`${rig.sandbox.url}/_control/page`, { method: 'POST', body });
  expect(await page.text()).toMatch(/Agent: cs_test_\w+ is now complete/);
  expect(asked).toHaveLength(1);
});
