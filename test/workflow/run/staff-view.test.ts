import type { OrderFactsNow } from '../../../activities/order/facts';
import { UPDATES } from '../../../domain/action-facts';
import { whyNot } from '../../../domain/actions';
import { DECISIONS, isFinal, ORDER_STATUSES } from '../../../domain/order';
import { StaffView } from '../../../workflows/order/staff-view';
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

test('the details say what happened, what it waits for and what needs attention, in this order', () => {
  const view = new StaffView();
  view.happened.push('Paid; the stock is sold to this order');
  view.waitingFor = 'staff to ship it';
  view.show(order(), [{ step: 'confirm', reason: 'Stripe does not answer' }]);
  expect(seen.details).toMatch(/### Order 1042: PREPARING[\s\S]*Needs attention[\s\S]*staff to ship it[\s\S]*Paid;/);
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
