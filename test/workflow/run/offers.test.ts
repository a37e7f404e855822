import type { OrderFactsNow } from '../../../activities/order/facts';
import { isAboutRefund } from '../../../domain/action-rules';
import { whyNot } from '../../../domain/actions';
import { awaitedToFulfil } from '../../../domain/awaited';
import { DECISIONS, type Decision, type HoldReason } from '../../../domain/order';
import { count, type ParcelLine, takenAgain, unshipped, whyNotThisParcel } from '../../../domain/parcel';
import { whyNotAmount } from '../../../domain/refundable';
import { planReplacement, type ReplaceableItem, type Substitute } from '../../../domain/replacements';
import { costOf, whyNotReturned } from '../../../domain/returns';
import type { OrderReport } from '../../../messages/order';
import { factsOf, reportOf } from '../../../workflows/order/report';
import { line, orderOf, pot, updates } from './offered-order';

/** What the details say, held against what the steps that do the work would say to it. */

/** What became of the goods, by how staff would call it. Only what the database lets happen together. */
const GOODS: Record<string, Pick<OrderFactsNow, 'status' | 'stock'> & { items: ReplaceableItem[] }> = {
  'nothing sent': { status: 'PREPARING', stock: 'COMMITTED', items: [line(), pot()] },
  'a part sent': { status: 'PREPARING', stock: 'COMMITTED', items: [line({ shipped: 1 }), pot()] },
  'one line called off': { status: 'PREPARING', stock: 'COMMITTED', items: [line({ restocked: 2 }), pot()] },
  'sent, one to be sent again': {
    ...{ status: 'PREPARING', stock: 'COMMITTED' },
    items: [line({ shipped: 2, replaced: 1 })],
  },
  'everything went back with a refund that failed': {
    ...{ status: 'PREPARING', stock: 'RETURNED' },
    items: [line({ restocked: 2 }), pot({ restocked: 2 })],
  },
  'the rest went back with a refund that failed': {
    ...{ status: 'PREPARING', stock: 'RETURNED' },
    items: [line({ shipped: 1, restocked: 1 }), pot({ restocked: 2 })],
  },
  'a unit sent was restocked, and the rest went back': {
    ...{ status: 'PREPARING', stock: 'RETURNED' },
    items: [line({ shipped: 1, restocked: 2, undone: 1 }), pot({ restocked: 2, undone: 2 })],
  },
  'a unit was called off, and the rest went back': {
    ...{ status: 'PREPARING', stock: 'RETURNED' },
    items: [line({ restocked: 2, undone: 1 }), pot({ restocked: 2, undone: 0 })],
  },
  'everything sent': { status: 'SHIPPED', stock: 'COMMITTED', items: [line({ shipped: 2 }), pot({ shipped: 2 })] },
  'sent, and came back': { status: 'SHIPPED', stock: 'COMMITTED', items: [line({ shipped: 2, returned: 2 })] },
  'sent, one came back with its money, and was sent again': {
    ...{ status: 'SHIPPED', stock: 'COMMITTED' },
    items: [line({ quantity: 1, shipped: 2, returned: 1, replaced: 1, refunded: 1 })],
  },
  'sent, all came back with their money': {
    ...{ status: 'SHIPPED', stock: 'COMMITTED' },
    items: [line({ shipped: 2, returned: 2, refunded: 2 }), pot({ shipped: 2 })],
  },
  'a part sent, and came back with its money': {
    ...{ status: 'PREPARING', stock: 'COMMITTED' },
    items: [line({ shipped: 1, returned: 1, refunded: 1 })],
  },
  'sent, and free of charge': {
    ...{ status: 'SHIPPED', stock: 'COMMITTED' },
    items: [line({ shipped: 2, total: 0, free: true }), pot({ shipped: 2, returned: 2 })],
  },
  'sent, and one restocked with a refund': {
    ...{ status: 'SHIPPED', stock: 'COMMITTED' },
    items: [line({ shipped: 2, restocked: 1 })],
  },
};

const FLAGS: Partial<OrderFactsNow>[] = [
  {},
  { disputed: true },
  { reviewOpen: true },
  { fraudWarning: true },
  { shippingHold: 'address' satisfies HoldReason },
  { reports: [DECISIONS.disputeLost] },
  { reports: [DECISIONS.disputeLost], lostAmount: 2_000, lost: true },
  { refunded: 500 },
  { refunded: 500, openRefunds: [{ id: 're_1', amount: 500, status: 'requires_action' }] },
  { openRefunds: [{ id: null, amount: 500, status: 'requested' }] },
  { refunded: 500, openRefunds: [{ id: null, amount: 1_500, status: 'requested' }] },
  { openRefunds: [{ id: null, amount: null, status: 'requested' }] },
  { refundRefused: true, cancelRefused: true },
  { cancelRequested: 'other' },
  { returnRequests: [{ id: 'r', at: 0, awaited: [{ sku: 'mug', quantity: 1 }] }] },
];

function* everyOrder(): Generator<{ title: string; order: OrderFactsNow; items: ReplaceableItem[] }> {
  for (const [title, { items, ...goods }] of Object.entries(GOODS))
    for (const step of [null, ...Object.values(DECISIONS)])
      for (const flags of FLAGS)
        yield {
          title: `${title}; ${step}; ${JSON.stringify(flags)}`,
          items,
          order: orderOf({ ...goods, ...flags, ...decision(step, flags.reports) }, items),
        };
}

/** Whatever is not about a refund was reported. */
const decision = (step: Decision | null, reports: Decision[] = []) => ({
  pendingDecision: step && { step, reason: 'x' },
  reports: step === null || isAboutRefund(step) ? reports : [...reports, step],
});

const reported = (order: OrderFactsNow): OrderReport =>
  reportOf({
    ...{ order, waitingFor: awaitedToFulfil(order), payment: null, happened: [], mails: [] },
    parked: order.pendingDecision ? [order.pendingDecision] : [],
  });

test('an order waits to be shipped only while ship is offered and something is to be sent, or while staff hold it', () => {
  for (const { title, order } of everyOrder()) {
    const { actions, waitingFor, lines } = reported(order);
    const isOffered = actions.some(({ action }) => action === 'ship');
    const open = lines.reduce((sum, { toShip }) => sum + toShip, 0);
    if (order.cancelRequested !== null) continue; // its run cancels it, and does not wait here
    const afterHold = whyNot('ship', { ...factsOf(order, [], null), shippingHold: null }) === null;
    expect([title, /to ship it/.test(waitingFor)]).toEqual([title, open > 0 && afterHold]);
    expect([title, /to release it/.test(waitingFor)]).toEqual([title, open > 0 && afterHold && !isOffered]);
    if (isOffered && open === 0) expect([title, waitingFor]).toEqual([title, expect.stringMatching(/back in stock/)]);
    if (/nothing ships/.test(waitingFor)) expect([title, isOffered]).toEqual([title, false]);
  }
});

test('each block that is offered is one that the work takes', () => {
  let blocks = 0;
  for (const { title, order, items } of everyOrder())
    for (const { action, examples } of reported(order).actions)
      for (const { data } of examples) {
        blocks++;
        const refusal = REFUSALS[action]?.(data as never, { order, items }) ?? null;
        expect([title, action, data, refusal]).toEqual([title, action, data, null]);
      }
  expect(blocks).toBeGreaterThan(3_000);
});

interface Asked {
  order: OrderFactsNow;
  items: ReplaceableItem[];
}
type Refuses = (data: never, asked: Asked) => string | null;

/** Why the work would refuse the data, as it judges under the order's lock; null if it would not. */
const REFUSALS: Partial<Record<string, Refuses>> = {
  ship: ({ items: parcel }: { items: ParcelLine[] }, { order, items }) =>
    whyNotThisParcel(unshipped(order.stock === 'RETURNED' ? takenAgain(items) : items), parcel),
  refund: ({ amount }: { amount?: number }, { order }) => tooMuch(order, amount ?? 1),
  return: ({ items: back, refund }: { items: ParcelLine[]; refund?: object }, { order, items }) =>
    whyNotReturned(items, back) ??
    (count(back) === 0 ? 'nothing' : null) ??
    (refund ? whyNotRefunded({ order, items }, back) : null),
  replace: ({ items: lines }: { items: (ParcelLine & { with?: string })[] }, { items }) => {
    const named = lines.map((one) => ({ ...one, ...(one.with !== undefined && { with: 'cup' }) }));
    const cup: Substitute = { name: 'Cup', kind: 'PHYSICAL', price: 500, isDraft: false, isBundle: false };
    const plan = planReplacement({ items, currency: 'eur' }, named, new Map([['cup', cup]]), refundedOf(items));
    return typeof plan === 'string' ? plan : null;
  },
  resolve: ({ how }: { how: string }, { order }) =>
    how === 'accept' && order.reports?.length === 0 ? whyNot('accept', factsOf(order, [], null)) : null,
};

const whyNotRefunded = ({ order, items }: Asked, back: ParcelLine[]): string | null =>
  whyNot('refund', factsOf(order, [], null)) ??
  tooMuch(order, 1) ??
  (costOf({ ...PAID, items }, back, refundedOf(items)) === 0 ? 'nothing was paid for them' : null);

const PAID = { currency: 'eur', total: 2_000, discount: 0, shipping: 0 };
const refundedOf = (items: ReplaceableItem[]) => new Map(items.map(({ sku, refunded = 0 }) => [sku, refunded]));

const tooMuch = (order: OrderFactsNow, amount: number): string | null => {
  const { total, refunded = 0, lostAmount = 0, openRefunds = [] } = order;
  const counted = { status: 'succeeded', amount: refunded, attempt: 1, restock: [] };
  const others = openRefunds.filter(({ status }) => status === 'requested');
  const all = [counted, ...others.map((one) => ({ ...one, attempt: 1, restock: [] }))];
  return whyNotAmount({ total, lostAmount, currency: 'eur' }, all, amount)?.reason ?? null;
};

test('an order that is being cancelled offers nothing that the cancel stands in the way of', () => {
  for (const { title, order } of everyOrder()) {
    if (order.cancelRequested === null) continue;
    const wrong = updates(reported(order)).filter((action) => ['ship', 'hold', 'replace', 'cancel'].includes(action));
    expect([title, wrong]).toEqual([title, []]);
  }
});
