import type { OrderStatus } from '../../domain/order';
import type { OrderReport } from '../../messages/order';
import { describeOrder, NOTHING } from '../../workflows/order/details';

jest.mock('@temporalio/workflow', () => require('./run/temporal').fakeTemporal);

const order: OrderReport = {
  ...{ number: 'HF-1', status: 'COMPLETED', skus: ['VASE'], waitingFor: NOTHING, needsAttention: [], hold: null },
  ...{ parcels: [], returns: [], returnRequests: [], openRefunds: [], disputes: [], mails: [], happened: [] },
  ...{ paymentIntentId: null, staffUrl: null, temporalUi: null, actions: [] },
  money: { currency: 'eur', total: 1800, refunded: 0, lost: 0, left: 1800 },
  lines: [{ sku: 'VASE', quantity: 1, shipped: 1, returned: 0, toShip: 0 }],
};
const CONTACT = { step: 'contact', reason: 'A mail did not reach the customer' };
const FAILED = { step: 'refund-failed', reason: 'The bank sent the refund back' };
const shown = (more: Partial<OrderReport>) => describeOrder({ ...order, ...more });
const money = (more: Partial<OrderReport['money']>) => ({ ...order.money, ...more });
const back = [{ sku: 'VASE', quantity: 1, shipped: 1, returned: 1, toShip: 0 }];

test.each([
  ['it waits for its last mails', { waitingFor: 'its last mails' }],
  ['a mail is stuck', { needsAttention: [{ step: 'mail', reason: 'The mail provider refuses it' }] }],
  ['goods are to be sent', { status: 'PREPARING' as const }],
])('an order has not ended while %s', (_what, more) => {
  expect(shown({})).toContain('It has ended');
  expect(shown(more)).not.toContain('It has ended');
});

test.each<[string, OrderStatus, Partial<OrderReport>, string | null]>([
  ['completed', 'COMPLETED', {}, 'refunds it, takes goods back and sends goods again'],
  ['a download', 'COMPLETED', { lines: [] }, 'refunds it'],
  ['free', 'COMPLETED', { money: money({ total: 0, left: 0 }) }, 'takes goods back and sends goods again'],
  ['lost to the bank', 'COMPLETED', { money: money({ lost: 1800, left: 0 }) }, 'takes goods back'],
  ['refunded', 'REFUNDED', { money: money({ refunded: 1800, left: 0 }) }, 'takes goods back'],
  ['refunded, and back', 'REFUNDED', { money: money({ refunded: 1800, left: 0 }), lines: back }, null],
  [
    'not reached',
    'COMPLETED',
    { lines: [], needsAttention: [CONTACT] },
    'corrects the e-mail address, sends the mail again and refunds it',
  ],
  [
    'its refund failed',
    'COMPLETED',
    { lines: [], needsAttention: [FAILED] },
    'takes `retry` and `resolve` about what needs attention and refunds it',
  ],
  ['unpaid', 'EXPIRED', { lines: [{ sku: 'VASE', quantity: 1, shipped: 0, returned: 0, toShip: 0 }] }, null],
])('what can still be done with an order that has ended: %s', (_what, status, more, still) => {
  const said = /The staff API (.*?)\./.exec(shown({ ...more, status }));
  expect(said?.[1] ?? null).toBe(still);
});

const line = { sku: 'VASE', quantity: 1, shipped: 0, returned: 0, toShip: 1 };

test.each<[string, OrderReport['lines'][number], string]>([
  ['never sent, of an order that has ended', { ...line, toShip: 0, unsent: 1 }, '1 × `VASE`: 0 sent, 0 to send'],
  [
    'sent again',
    { ...line, quantity: 2, shipped: 1, replaced: 1 },
    '2 × `VASE`, 1 of them at no charge: 1 sent, 1 to send',
  ],
  [
    'sent instead of another',
    { ...line, insteadOf: [{ sku: 'POT', quantity: 1 }] },
    '1 × `VASE` instead of `POT`: 0 sent, 1 to send',
  ],
  [
    'partly sent instead of another',
    { ...line, quantity: 3, toShip: 3, insteadOf: [{ sku: 'POT', quantity: 1 }] },
    '3 × `VASE`, 1 of them instead of `POT`: 0 sent, 3 to send',
  ],
  [
    'exchanged once it was sent',
    { ...line, shipped: 1, toShip: 0, replaced: 1, sentAgain: 0, exchangedFor: ['POT'] },
    '1 × `VASE` exchanged for `POT`: 1 sent, 0 to send',
  ],
])('goods that were %s are told as such', (_what, one, told) => {
  expect(shown({ lines: [one] })).toContain(`- ${told}\n`);
});

test('the details link the order’s page for staff, where it is known', () => {
  const staffUrl = 'https://shop.example/staff/orders/HF-1';
  expect(shown({ staffUrl })).toMatch(
    /\n\n\[The page of order HF-1 for staff\]\(https:\/\/shop\.example\/staff\/orders\/HF-1\)$/,
  );
  expect(shown({})).not.toContain('for staff');
});

test('the details link the runs of disputes and refunds where the Temporal UI is, or as if it was at the root', () => {
  const disputes = [
    { ...{ id: 'du_1', amount: 1800, currency: 'eur' }, dueBy: null, answerable: false, submitted: false },
  ];
  const openRefunds = [{ id: 're_1', amount: 1800, status: 'pending' }];
  const links = (temporalUi: string | null) =>
    shown({ disputes, openRefunds, temporalUi }).match(/\[(du|re)_1\]\(.*\)/g);
  const at = (ui: string) => ['du_1', 're_1'].map((id) => `[${id}](${ui}/namespaces/shop/workflows/${id})`);
  expect(links('https://ops.example.com/temporal')).toEqual(at('https://ops.example.com/temporal'));
  expect(links(null)).toEqual(at(''));
});

test('a refund that Stripe had not answered when the run ended is not said to wait still', () => {
  const openRefunds = [{ id: null, amount: 1800, status: 'requested' }];
  expect(shown({ openRefunds })).toContain('of which Stripe is asked for €18.00 · ');
  expect(shown({ openRefunds })).toContain('- €18.00: was being asked for when this run ended; the order’s page shows');
  expect(shown({ openRefunds, waitingFor: 'its last mails' })).toContain('- €18.00: not answered by Stripe yet');
});
