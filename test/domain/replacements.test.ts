import { planReplacement, type ReplaceableItem, type ReplacedLine, type Substitute } from '../../domain/replacements';

const mug = (change: Partial<ReplaceableItem> = {}): ReplaceableItem => ({
  ...{ sku: 'mug', name: 'Mug', kind: 'PHYSICAL', quantity: 3, unitAmount: 1000, total: 3000 },
  ...{ shipped: 3, restocked: 0, returned: 0, replaced: 0 },
  ...change,
});
const PRODUCTS = new Map<string, Substitute>([
  ['cup', { name: 'Cup', kind: 'PHYSICAL', price: 1000, isBundle: false, isDraft: false }],
  ['jug', { name: 'Jug', kind: 'PHYSICAL', price: 1200, isBundle: false, isDraft: false }],
  ['pin', { name: 'Pin', kind: 'PHYSICAL', price: null, isBundle: false, isDraft: false }],
  ['box', { name: 'Box', kind: 'PHYSICAL', price: 1000, isBundle: true, isDraft: false }],
  ['new', { name: 'New', kind: 'PHYSICAL', price: 1000, isBundle: false, isDraft: true }],
  ['song', { name: 'Song', kind: 'DIGITAL', price: 1000, isBundle: false, isDraft: false }],
]);
const plan = (items: ReplaceableItem[], lines: ReplacedLine[], refunded: [string, number][] = []) =>
  planReplacement({ items, currency: 'eur' }, lines, PRODUCTS, new Map(refunded));
const one = (change: Partial<ReplacedLine> = {}): ReplacedLine[] => [{ sku: 'mug', quantity: 1, ...change }];

describe('goods are sent again', () => {
  test('by owing them once more, from the shelf', () => {
    expect(plan([mug()], one({ quantity: 2 }))).toEqual({
      ...{ lines: [mug({ replaced: 2 })], take: [{ sku: 'mug', quantity: 2 }], back: [] },
    });
  });

  test('once what was sent again has been shipped, in turn', () => {
    expect(plan([mug({ shipped: 4, replaced: 1 })], one())).toMatchObject({ lines: [{ replaced: 2 }] });
  });

  test('also if their money went back: that is for staff to decide', () => {
    expect(plan([mug()], one({ quantity: 3 }), [['mug', 3]])).toMatchObject({ lines: [{ replaced: 3 }] });
  });

  test('and what a refund had restocked counts as returned from then on, so that it is not taken for unsent', () => {
    expect(plan([mug({ restocked: 1 })], one())).toMatchObject({ lines: [{ restocked: 0, returned: 1, replaced: 1 }] });
  });
});

describe('what came in a bundle', () => {
  const boxed = mug({ shipped: 0, unitAmount: 733, total: 2199, alone: 1000 });

  test('is replaced by what costs as much alone, and its part of the price moves with it', () => {
    expect(plan([boxed], one({ quantity: 2, with: 'cup' }))).toMatchObject({
      lines: [
        { sku: 'mug', quantity: 1, total: 733 },
        { sku: 'cup', quantity: 2, unitAmount: 733, total: 1466 },
      ],
      ...{ take: [{ sku: 'cup', quantity: 2 }], back: [{ sku: 'mug', quantity: 2 }] },
    });
    expect(plan([boxed], one({ with: 'jug' }))).toMatch(/jug costs €12\.00, and mug €10\.00/);
  });

  test('is not put on a line that was bought at another price, nor replaced by a bundle', () => {
    const cup = { ...mug({ quantity: 1, total: 1000, shipped: 0 }), sku: 'cup' };
    expect(plan([boxed, cup], one({ with: 'cup' }))).toMatch(/cup costs €10\.00, and mug €7\.33/);
    expect(plan([mug()], one({ with: 'box' }))).toBe('box is a bundle: name something that is in it');
  });
});

describe('other goods are sent instead', () => {
  test('only if they are finished: a draft has no price at Stripe', () => {
    expect(plan([mug()], one({ with: 'new' }))).toBe('new is a draft: give it a price at Stripe first');
  });

  test('of those that have not left, which go back on the shelf: the line is exchanged', () => {
    expect(plan([mug({ shipped: 1 })], one({ quantity: 2, with: 'cup' }))).toEqual({
      lines: [
        mug({ shipped: 1, quantity: 1, total: 1000 }),
        { ...mug({ shipped: 0, quantity: 2, total: 2000 }), sku: 'cup', name: 'Cup' },
      ],
      ...{ take: [{ sku: 'cup', quantity: 2 }], back: [{ sku: 'mug', quantity: 2 }] },
    });
  });

  test('of those that have left, whose purchase moves with them', () => {
    expect(plan([mug()], one({ with: 'cup' }))).toMatchObject({
      lines: [
        { sku: 'mug', quantity: 2, total: 2000, shipped: 3, replaced: 1 },
        { sku: 'cup', quantity: 1, total: 1000, shipped: 0, replaced: 0 },
      ],
      ...{ take: [{ sku: 'cup', quantity: 1 }], back: [] },
    });
  });

  test('first of those that have not left', () => {
    expect(plan([mug({ shipped: 2 })], one({ quantity: 3, with: 'cup' }))).toMatchObject({
      lines: [
        { quantity: 0, total: 0, replaced: 2 },
        { quantity: 3, total: 3000 },
      ],
      ...{ take: [{ sku: 'cup', quantity: 3 }], back: [{ sku: 'mug', quantity: 1 }] },
    });
  });

  test('on a line that the order has, at the price that both were bought at', () => {
    const cup = { ...mug({ quantity: 1, total: 1000, shipped: 1 }), sku: 'cup', name: 'Cup' };
    expect(plan([mug({ shipped: 0 }), cup], one({ quantity: 3, with: 'cup' }))).toMatchObject({
      lines: [
        { sku: 'mug', quantity: 0, replaced: 0 },
        { sku: 'cup', quantity: 4, total: 4000, shipped: 1 },
      ],
    });
    expect(plan([mug(), { ...cup, unitAmount: 900 }], one({ with: 'cup' }))).toMatch(
      /cup costs €9\.00, and mug €10\.00/,
    );
  });

  test('in a circle, and the shelf gives and takes only the difference', () => {
    const cup = { ...mug({ shipped: 0, quantity: 1, total: 1000 }), sku: 'cup' };
    const itself = { name: 'Mug', kind: 'PHYSICAL', price: 1000, isBundle: false, isDraft: false } as const;
    const products = new Map([...PRODUCTS, ['mug', itself]]);
    const circle = [...one({ quantity: 2, with: 'cup' }), { sku: 'cup', quantity: 1, with: 'mug' }];
    const items = [mug({ shipped: 0 }), cup];
    expect(planReplacement({ items, currency: 'eur' }, circle, products, new Map())).toMatchObject({
      ...{ take: [{ sku: 'cup', quantity: 1 }], back: [{ sku: 'mug', quantity: 1 }] },
    });
  });
});

test.each<[string, Partial<ReplaceableItem>, ReplacedLine[], [string, number][], string]>([
  ['before they are shipped', { shipped: 1 }, one({ quantity: 2 }), [], 'mug: 1 shipped and not yet replaced, 2 asked'],
  ['twice', { replaced: 3 }, one(), [], 'mug: 0 shipped and not yet replaced, 1 asked'],
  [
    'as others once they are refunded',
    {},
    one({ quantity: 2, with: 'cup' }),
    [['mug', 2]],
    'mug: 0 unshipped, 1 shipped and neither replaced nor refunded yet, 2 asked',
  ],
  [
    'as others when they are owed for units that were refunded',
    { replaced: 2 },
    one({ quantity: 2, with: 'cup' }),
    [['mug', 2]],
    'mug: 1 paid for and not refunded, 2 asked',
  ],
  [
    'instead of more than there are',
    { shipped: 1 },
    one({ quantity: 4, with: 'cup' }),
    [],
    'mug: 2 unshipped, 1 shipped and neither replaced nor refunded yet, 4 asked',
  ],
  ['that are downloads', { kind: 'DIGITAL' }, one(), [], 'mug is not a physical item of this order'],
  ['that were not bought', {}, one({ sku: 'lamp' }), [], 'lamp is not a physical item of this order'],
  ['as themselves', {}, one({ with: 'mug' }), [], 'mug is what the order has: name another SKU, or leave it out'],
  ['as a download', {}, one({ with: 'song' }), [], 'song is not a physical product of this shop'],
  ['as what there is not', {}, one({ with: 'lamp' }), [], 'lamp is not a physical product of this shop'],
  [
    'as what costs more',
    {},
    one({ with: 'jug' }),
    [],
    'jug costs €12.00, and mug €10.00: only goods of one price replace each other',
  ],
  [
    'as what is not sold for this money',
    {},
    one({ with: 'pin' }),
    [],
    'pin costs nothing in eur, and mug €10.00: only goods of one price replace each other',
  ],
])('goods are not sent again %s, and the refusal names the numbers', (_what, item, lines, refunded, reason) => {
  expect(plan([mug(item)], lines, refunded)).toBe(reason);
});
