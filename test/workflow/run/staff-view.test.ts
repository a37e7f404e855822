import type { OrderFactsNow } from '../../../activities/order/facts';
import { examplesOf, PLACEHOLDER } from '../../../domain/action-examples';
import { UPDATES, type UpdateAction } from '../../../domain/action-facts';
import { whyNot } from '../../../domain/actions';
import { awaitedToFulfil } from '../../../domain/awaited';
import { DECISIONS, isFinal, ORDER_STATUSES } from '../../../domain/order';
import { progressOf } from '../../../domain/parcel';
import {
  checkCancel,
  checkHold,
  checkRefund,
  checkReplace,
  checkResolve,
  checkReturn,
  checkShip,
} from '../../../workflows/order/requests';
import { StaffView } from '../../../workflows/order/staff-view';
import type { Parked } from '../../../workflows/parking';
import { reset, seen } from './temporal';

jest.mock('@temporalio/workflow', () => jest.requireActual('./temporal').fakeTemporal);

const order = (change: Partial<OrderFactsNow> = {}): OrderFactsNow => ({
  ...{ number: '1042', status: 'PREPARING', stock: 'COMMITTED', total: 1250, currency: 'eur', skus: ['mug'] },
  ...{
    digital: false,
    holdUntil: 0,
    anythingShipped: false,
    disputed: false,
    reviewOpen: false,
    fraudWarning: false,
    lost: false,
  },
  ...{
    pendingDecision: null,
    staleAttention: false,
    unreached: null,
    abandoned: false,
    cancelRequested: null,
    shippedAt: null,
    autoCompleteMs: 1,
  },
  ...{ cancelRefused: false, refundRefused: false },
  ...change,
});

/** The blocks of data in the text in the Temporal UI. */
const dataIn = (details: string) =>
  [...details.matchAll(/```json\n(.*)\n {2}```/g)].map(([, data]) => JSON.parse((data as string).trim()));
/** The updates that the text in the Temporal UI offers. */
const offeredIn = (details: string) => [...details.matchAll(/^- `(\w+)` — /gm)].map(([, action]) => action);

beforeEach(reset);

test('only changes of an attribute are written, for each is an event of the history', () => {
  const view = new StaffView();
  view.show(order(), []);
  expect(seen.attributes).toEqual([]);
  view.show(order({ disputed: true }), []);
  view.show(order({ disputed: true }), []);
  view.show(order(), [{ step: 'ship', reason: 'The database is down' }]);
  expect(seen.attributes).toEqual([{ Disputed: true }, { NeedsAttention: true, Disputed: false }]);
});

test('a total that a code has changed is written along with the next attribute, once', () => {
  const view = new StaffView();
  view.opened(order());
  reset();
  view.show(order({ total: 1000 }), []);
  expect(seen.attributes).toEqual([]);
  view.setStatus(order({ total: 1000 }));
  view.show(order({ total: 1000 }), [{ step: 'ship', reason: 'The database is down' }]);
  view.show(order({ total: 900, disputed: true }), []);
  expect(seen.attributes).toEqual([
    { OrderStatus: 'PREPARING', AmountTotal: 1000 },
    { NeedsAttention: true },
    { NeedsAttention: false, Disputed: true, AmountTotal: 900 },
  ]);
});

test('details alone are no command: a run that replays may show them at any moment', () => {
  const view = new StaffView();
  view.showDetails(order({ disputed: true }), [{ step: 'ship', reason: 'The database is down' }]);
  expect(seen.attributes).toEqual([]);
  expect(seen.details).toContain('The database is down');
  view.show(order({ disputed: true }), []);
  expect(seen.attributes).toEqual([{ Disputed: true }]);
});

test('the details say what happened, what it waits for and what needs attention, in this order', () => {
  const view = new StaffView();
  view.happened.push('Paid; the stock is sold to this order');
  view.waitingFor = 'staff to ship it';
  view.show(order(), [{ step: 'confirm', reason: 'Stripe does not answer' }]);
  expect(seen.details).toMatch(/### Order 1042: PREPARING[\s\S]*Needs attention[\s\S]*staff to ship it[\s\S]*Paid;/);
});

test('the details say where each mail is: in the database, or, if it is not over there, in this run', () => {
  const view = new StaffView();
  const at = Date.UTC(2026, 11, 1, 9, 5);
  view.mails = [
    { key: 'b', template: 'order_received', state: 'waiting', at },
    { key: 'c', template: 'order_shipped', state: 'under_way', at },
    { key: 'd', template: 'refund_failed', state: 'unsent', at: at + 3 },
    { key: 'f', template: 'return_received', state: 'sent', at },
  ];
  const mails = [
    { key: 'a', template: 'order_refunded', state: 'given_up', at: at - 1 } as const,
    { key: 'b', template: 'order_received', state: 'sent', at: at + 1 } as const,
    { key: 'e', template: 'dispute_opened', state: 'waiting', at: at + 2 } as const,
    { key: 'f', template: 'return_received', state: 'returned', at: at + 4 } as const,
  ];
  view.show(order({ mails }), []);
  const moment = '1 December 2026, 09:05 UTC';
  expect(seen.details).toContain(
    [
      '**Mails**\n',
      '- `order_refunded`: not sent, given up, 1 December 2026, 09:04 UTC',
      `- \`order_shipped\`: on its way to the mail provider since ${moment}`,
      `- \`order_received\`: sent, ${moment}`,
      `- \`dispute_opened\`: waits, because the provider takes no mails; it goes out by itself; since ${moment}`,
      `- \`refund_failed\`: not sent, as the order’s document explains, ${moment}`,
      `- \`return_received\`: did not reach its reader, as the order’s document explains, ${moment}`,
    ].join('\n'),
  );
});

test('what a bank took for good in a lost dispute is not left to give back', () => {
  new StaffView().show(order({ total: 7400, refunded: 1000, lostAmount: 400 }), []);
  expect(seen.details).toContain('€10.00 given back, €4.00 lost to the bank, €60.00 left (6000 in the smallest unit)');
  expect(dataIn(seen.details)).toContainEqual({ amount: 6000, reason: 'requested_by_customer' });
  new StaffView().show(order({ total: 7400, lostAmount: 400 }), []);
  expect(seen.details).toContain('€74.00 · €4.00 lost to the bank, €70.00 left (7000 in the smallest unit)');
});

test('what a cancel would do is said as it is true of this order, and nothing left as such', () => {
  const cancelled = (change: object) => {
    new StaffView().show(order({ total: 7400, stock: 'COMMITTED', ...change }), []);
    return /`cancel` — (.*)/.exec(seen.details)?.[1];
  };
  expect(cancelled({})).toBe('refunds all of it and returns the stock');
  expect(cancelled({ refunded: 1000 })).toBe('refunds all that is left and returns what is unshipped');
  expect(cancelled({ lostAmount: 400 })).toBe('refunds all that is left and returns what is unshipped');
  expect(cancelled({ stock: 'RETURNED' })).toBe('refunds all of it; the stock is back already');
  expect(cancelled({ total: 0 })).toBe('returns the stock and ends the order; no money was taken');
  new StaffView().show(order({ total: 7400, refunded: 7400 }), []);
  expect(seen.details).toContain('€74.00 given back, nothing left ·');
});

test('the details tell money, goods, parcels, refunds and disputes of the order, and offer its own SKUs to paste', () => {
  const view = new StaffView();
  view.show(
    order({
      ...{ total: 7400, refunded: 1000, skus: ['mug', 'pot'], disputed: true, paymentIntentId: 'pi_1' },
      lines: [
        { sku: 'mug', quantity: 3, shipped: 2, returned: 1, toShip: 1 },
        { sku: 'pot', quantity: 1, shipped: 1, returned: 0, toShip: 0 },
      ],
      parcels: [
        {
          ...{ carrier: 'DHL', trackingNumber: 'A1', at: Date.UTC(2026, 11, 1, 9, 5) },
          items: [{ sku: 'mug', quantity: 2 }],
        },
      ],
      returns: [{ id: 'r', items: [{ sku: 'mug', quantity: 1 }], condition: 'write_off' }],
      openRefunds: [
        { id: 're_1', amount: 500, status: 'failed', failureReason: 'lost_or_stolen_card' },
        { id: 're_2', amount: 600, status: 'canceled', failureReason: 'one_that_is_new' },
        { id: 're_3', amount: 700, status: 'failed' },
      ],
      disputes: [
        {
          ...{ id: 'du_1', amount: 7400, currency: 'eur', dueBy: Date.UTC(2026, 11, 2, 16, 46) },
          ...{ answerable: true, submitted: false },
        },
      ],
    }),
    [],
  );
  for (const said of [
    '€74.00 · €10.00 given back, €64.00 left (6400 in the smallest unit) · mug, pot',
    '> **Disputed** (€74.00): answer by 2 December 2026, 16:46 UTC.',
    '[du_1](/namespaces/shop/workflows/du_1)',
    '**Goods**\n\n- 3 × `mug`: 2 sent, 1 came back, 1 to send\n- 1 × `pot`: 1 sent, 0 to send',
    '- DHL `A1`, 1 December 2026, 09:05 UTC: 2 × `mug`',
    '- 1 × `mug`, written off',
    '- €5.00: failed (the card was reported lost or stolen), the money is back with the shop [re_1](/namespaces/shop/workflows/re_1)',
    '- €6.00: cancelled (Stripe does not explain why), the money is back with the shop [re_2]',
    '- €7.00: failed, the money is back with the shop [re_3]',
    'https://dashboard.stripe.com/test/payments/pi_1',
  ])
    expect(seen.details).toContain(said);
  expect(offeredIn(seen.details)).not.toContain('ship');
  expect(dataIn(seen.details)).toContainEqual({
    items: [
      { sku: 'mug', quantity: 1 },
      { sku: 'pot', quantity: 1 },
    ],
    condition: 'restock', // without money, while the bank decides about it
  });

  view.show(order({ lines: [{ sku: 'mug', quantity: 3, shipped: 2, returned: 0, toShip: 1 }] }), []);
  expect(dataIn(seen.details)[0]).toEqual({
    ...{ carrier: 'DHL', trackingNumber: '…' },
    items: [{ sku: 'mug', quantity: 1 }],
  });
});

test('each block to paste is taken by the update that it stands under', () => {
  const facts = order({
    lines: [{ sku: 'mug', quantity: 3, shipped: 2, returned: 0, toShip: 1 }],
    anythingShipped: true,
  });
  const offers = UPDATES.filter((action) => whyNot(action, { ...facts, pendingDecision: null }) === null);
  expect(offers).toEqual(expect.arrayContaining(['ship', 'hold', 'refund', 'return', 'replace']));
  const checks: Partial<Record<UpdateAction, (data: never) => void>> = {
    ...{ ship: checkShip, hold: checkHold, cancel: checkCancel, resolve: checkResolve, replace: checkReplace },
    refund: (data) => checkRefund(data, 'eur'),
    return: (data) => checkReturn(data, 'eur'),
  };
  for (const action of UPDATES)
    for (const { data } of examplesOf(action, { ...facts, isAboutRefund: true }))
      expect(() => checks[action]?.(filledIn(data) as never)).not.toThrow();
});

/** With what staff write in place of `…`. */
const filledIn = (data: object): object => JSON.parse(JSON.stringify(data).replaceAll(PLACEHOLDER, '4711'));

test('an order whose refund failed is not waited for to be shipped: its goods are back in stock, and ship takes them again', () => {
  const items = [
    { sku: 'mug', kind: 'PHYSICAL', quantity: 2, shipped: 0, restocked: 2, replaced: 0, returned: 0 } as const,
  ];
  const failed = order({
    ...{ stock: 'RETURNED', pendingDecision: { step: DECISIONS.refundFailed, reason: 'the bank sent it back' } },
    lines: progressOf([...items], true),
  });
  const view = new StaffView();
  view.waitingFor = awaitedToFulfil(failed);
  view.show(failed, [failed.pendingDecision as Parked]);
  expect(seen.details).toContain('- 2 × `mug`: 0 sent, 2 back in stock, 0 to send');
  expect(seen.details).toContain(
    '**It waits for** staff to decide about the refund that did not go through; its goods',
  );
  expect(seen.details).not.toContain('to ship it');
  expect(dataIn(seen.details)[0]).toMatchObject({ items: [{ sku: 'mug', quantity: 2 }] });
});

test.each([
  ['staff to answer the dispute', { answerable: true, submitted: false }],
  ['the bank to decide', { answerable: true, submitted: true }],
  ['the bank to decide', { answerable: false, submitted: false }],
])('a disputed order waits for %s: %j', (whom, answer) => {
  const dispute = { id: 'du_1', amount: 2_000, currency: 'eur', dueBy: null, ...answer };
  expect(awaitedToFulfil(order({ disputed: true, disputes: [dispute] }))).toMatch(new RegExp(`^${whom}`));
});

test('an order of downloads has no goods to tell of, a free one nothing to refund', () => {
  const view = new StaffView();
  view.show(order({ total: 0, digital: true }), []);
  expect(seen.details).not.toContain('Goods');
  expect(offeredIn(seen.details)).not.toContain('refund');
});

test('the details say that shipping is on hold, and why, as long as it is', () => {
  const view = new StaffView();
  view.show(order({ shippingHold: 'address' }), []);
  expect(seen.details).toContain('> **Shipping is on hold**: address');
  view.show(order({ shippingHold: null }), []);
  expect(seen.details).not.toContain('hold**');
});

test('what the details offer is what the table of actions allows, in every status and with every flag', () => {
  const flags = [
    ...['disputed', 'reviewOpen', 'fraudWarning', 'anythingShipped', 'nothingOut'].map((flag) => ({ [flag]: true })),
    { shippingHold: 'address' as const },
  ];
  for (const status of ORDER_STATUSES)
    for (const step of [null, ...Object.values(DECISIONS)])
      for (const flag of [null, ...flags]) {
        const facts = order({ status, pendingDecision: step && { step, reason: 'x' }, ...flag });
        new StaffView().show(facts, facts.pendingDecision ? [facts.pendingDecision] : []);
        const allowed = UPDATES.filter(
          (action) =>
            !isFinal(status) &&
            whyNot(action, { ...facts, pendingDecision: step, needsAttention: step !== null }) === null,
        );
        expect([status, step, flag, offeredIn(seen.details)]).toEqual([status, step, flag, allowed]);
      }
});
