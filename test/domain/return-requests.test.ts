import type { ReturnableItem } from '../../domain/parcel';
import { type AskedReturn, followed, type ReturnedOrder, returnable, whyNotAsked } from '../../domain/return-requests';

const item = (sku: string, change: Partial<ReturnableItem> = {}): ReturnableItem => ({
  ...{ sku, kind: 'PHYSICAL', quantity: 3, shipped: 3, returned: 0, restocked: 0, replaced: 0, ...change },
});
const asked = (id: string, at: number, units: Record<string, number>, declined = false): AskedReturn => ({
  ...{ id, at, declined, items: linesOf(units) },
});
const linesOf = (units: Record<string, number>) => Object.entries(units).map(([sku, quantity]) => ({ sku, quantity }));
const back = (at: number, units: Record<string, number>) => ({ at, items: linesOf(units) });

/** What is awaited of each request, by its id, and its state. */
const story = (requests: AskedReturn[], order: ReturnedOrder) =>
  followed(requests, order).map(({ id, state, awaited }) => [
    ...[id, state, awaited.map(({ sku, quantity }) => `${quantity} ${sku}`).join(', ')],
  ]);

test.each<[string, AskedReturn[], ReturnedOrder, string[][]]>([
  [
    'a request waits for all that it names',
    [asked('a', 1, { mug: 2, lamp: 1 })],
    { items: [item('mug'), item('lamp')], returns: [] },
    [['a', 'open', '2 mug, 1 lamp']],
  ],
  [
    'a part comes back',
    [asked('a', 1, { mug: 2, lamp: 1 })],
    { items: [item('mug', { returned: 1 }), item('lamp')], returns: [back(2, { mug: 1 })] },
    [['a', 'open', '1 mug, 1 lamp']],
  ],
  [
    'what comes back answers the oldest request first',
    [asked('a', 1, { mug: 1 }), asked('b', 2, { mug: 2 })],
    { items: [item('mug', { returned: 2 })], returns: [back(3, { mug: 2 })] },
    [
      ['a', 'returned', ''],
      ['b', 'open', '1 mug'],
    ],
  ],
  [
    'what came back before it was asked for does not answer it',
    [asked('a', 5, { mug: 2 })],
    { items: [item('mug', { returned: 1 })], returns: [back(4, { mug: 1 })] },
    [['a', 'open', '2 mug']],
  ],
  [
    'a refund that put shipped goods back into stock answers it, too',
    [asked('a', 1, { mug: 3 })],
    { items: [item('mug', { restocked: 3 })], returns: [] },
    [['a', 'returned', '']],
  ],
  [
    'nothing is awaited of one that is declined, and nothing answers it',
    [asked('a', 1, { mug: 1 }, true), asked('b', 2, { mug: 1 })],
    { items: [item('mug', { returned: 1 })], returns: [back(3, { mug: 1 })] },
    [
      ['a', 'declined', ''],
      ['b', 'returned', ''],
    ],
  ],
])('%s', (_, requests, order, is) => expect(story(requests, order)).toEqual(is));

test('what may be asked for is what the customer has, less what is awaited already', () => {
  const items = [
    item('mug', { returned: 1 }),
    item('lamp', { shipped: 0 }),
    item('ebook', { kind: 'DIGITAL', shipped: 0 }),
  ];
  expect(returnable(items, [])).toEqual([{ sku: 'mug', quantity: 2 }]);
  const left = returnable(items, [{ awaited: [{ sku: 'mug', quantity: 1 }] }]);
  expect(left).toEqual([{ sku: 'mug', quantity: 1 }]);
  expect(whyNotAsked(left, linesOf({ mug: 1 }))).toBeNull();
  expect(whyNotAsked(left, linesOf({ mug: 2 }))).toBe('mug: 1 can be returned, 2 asked');
  expect(whyNotAsked(left, linesOf({ ebook: 1 }))).toBe('ebook: 0 can be returned, 1 asked');
  expect(returnable(items, [{ awaited: [{ sku: 'mug', quantity: 2 }] }])).toEqual([]);
});
