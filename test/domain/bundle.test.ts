import fc from 'fast-check';
import { asBought, bundlesLeft, type SoldBundle, unpack, weightOf } from '../../domain/bundle';
import { scarcestOf, shortagesOf, skusOf } from '../../domain/cart-stock';
import { shareOut } from '../../domain/money';
import type { CheckoutLine, LineContent } from '../../domain/session';

const content = (sku: string, quantity: number, eur: number | null) => ({
  ...{ sku, name: `The ${sku}`, kind: 'PHYSICAL' as const, quantity },
  prices: eur === null ? [] : [{ currency: 'eur', amount: eur }],
});
const totals = (contents: LineContent[]) => contents.map(({ total }) => total);

describe('the price of a bundle', () => {
  test('is shared out in proportion to what its contents cost alone, and what rounding leaves goes to the last', () => {
    const box = [content('mug', 1, 1800), content('guide', 2, 900), content('card', 1, 300)];
    expect(unpack({ quantity: 3, total: 7000 }, box, 'eur')).toEqual([
      { sku: 'mug', name: 'The mug', kind: 'PHYSICAL', quantity: 3, total: 3230 },
      { sku: 'guide', name: 'The guide', kind: 'PHYSICAL', quantity: 6, total: 3230 },
      { sku: 'card', name: 'The card', kind: 'PHYSICAL', quantity: 3, total: 540 },
    ]);
  });

  test.each([
    ['something in it has no price in the currency', 'usd', 1800],
    ['something in it is not sold alone', 'eur', null],
    ['all of it is free', 'eur', 0],
  ])('is shared out evenly over the units if %s', (_why, currency, eur) => {
    const box = [content('mug', 1, eur), content('guide', 3, 0)];
    expect(totals(unpack({ quantity: 1, total: 2000 }, box, currency))).toEqual([500, 1500]);
  });

  test('is shared out in steps that the currency can have', () => {
    const isk = (sku: string, amount: number) => ({ ...content(sku, 1, null), prices: [{ currency: 'isk', amount }] });
    const box = [isk('mug', 100_000), isk('card', 200_000)];
    expect(totals(unpack({ quantity: 1, total: 250_000 }, box, 'isk'))).toEqual([83_300, 166_700]);
  });

  test('is the sum of its parts, none of them below zero', () => {
    const weights = fc
      .array(fc.nat(999_999), { minLength: 1, maxLength: 20 })
      .filter((all) => all.some((one) => one > 0));
    fc.assert(
      fc.property(
        fc.nat(999_999_999),
        fc.constantFrom('eur', 'jpy', 'kwd', 'isk'),
        weights,
        (amount, currency, all) => {
          const parts = shareOut({ amount, currency }, all);
          expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount);
          expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

test('a bundle is available as often as the scarcest of its contents, and always if none can run out', () => {
  expect(
    bundlesLeft([
      { quantity: 2, available: 5 },
      { quantity: 1, available: 9 },
      { quantity: 1, available: null },
    ]),
  ).toBe(2);
  expect(bundlesLeft([{ quantity: 1, available: null }])).toBeNull();
});

test('a bundle weighs what its contents weigh, as far as that is known', () => {
  expect(
    weightOf([
      { quantity: 2, weight: 420 },
      { quantity: 1, weight: null },
    ]),
  ).toBe(840);
  expect(weightOf([{ quantity: 1, weight: null }])).toBeNull();
});

type Line = Pick<CheckoutLine, 'sku' | 'quantity' | 'contents'>;
const part = (sku: string, quantity: number): LineContent => ({ sku, name: sku, kind: 'PHYSICAL', quantity, total: 0 });
const mugs = (quantity: number): Line => ({ sku: 'mug', quantity });
/** A box has a mug and two cards. */
const boxes = (quantity: number): Line => ({
  ...{ sku: 'box', quantity },
  contents: [part('mug', quantity), part('card', 2 * quantity)],
});

describe('what of a cart is missing', () => {
  const free = (mug: number, card: number) =>
    new Map([
      ['mug', mug],
      ['card', card],
    ]);

  test('is said in terms of the cart: how many bundles there are', () => {
    expect(shortagesOf([boxes(3)], free(9, 5))).toEqual([{ sku: 'box', requested: 3, available: 2 }]);
    expect(shortagesOf([boxes(2)], free(2, 4))).toEqual([]);
  });

  test('counts what the lines before it take, alone or in a bundle', () => {
    expect(shortagesOf([mugs(2), boxes(2)], free(3, 9))).toEqual([{ sku: 'box', requested: 2, available: 1 }]);
    expect(shortagesOf([boxes(2), mugs(2)], free(3, 9))).toEqual([{ sku: 'mug', requested: 2, available: 1 }]);
  });

  test('never includes what cannot run out', () => {
    expect(shortagesOf([{ sku: 'song', quantity: 99 }, boxes(99)], new Map())).toEqual([]);
  });

  test('is such that the cart can be bought at what is available', () => {
    const some = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(some, some, fc.boolean(), fc.nat(12), fc.nat(24), (alone, boxed, boxesFirst, mug, card) => {
        const cart = boxesFirst ? [boxes(boxed), mugs(alone)] : [mugs(alone), boxes(boxed)];
        const short = shortagesOf(cart, free(mug, card));
        const sold = (name: string) => {
          const quantity = cart.find(({ sku }) => sku === name)?.quantity ?? 0;
          return short.find(({ sku }) => sku === name)?.available ?? quantity;
        };
        expect(sold('mug') + sold('box')).toBeLessThanOrEqual(mug);
        expect(2 * sold('box')).toBeLessThanOrEqual(card);
      }),
    );
  });
});

test('the scarcest of a cart is what it takes most of, whichever line takes it', () => {
  expect(
    scarcestOf(
      [mugs(1), boxes(2)],
      new Map([
        ['mug', 7],
        ['card', 40],
      ]),
    ),
  ).toEqual({ sku: 'mug', left: 2 });
  expect(scarcestOf([mugs(1)], new Map())).toBeNull();
  expect(skusOf([mugs(1), boxes(2)])).toEqual(['mug', 'card']);
});

describe('an order as it was in the cart', () => {
  const item = (sku: string, quantity: number, total: number, unitAmount = Math.floor(total / quantity)) => ({
    ...{ sku, name: `The ${sku}`, quantity, unitAmount, total },
  });
  const box: SoldBundle = {
    ...{ sku: 'box', name: 'The box', quantity: 2 },
    contents: [
      { ...part('mug', 2), total: 3001 },
      { ...part('card', 4), total: 999 },
    ],
  };
  const boxLine = { ...item('box', 2, 4000), contents: box.contents };

  test('has each bundle in one line at its price, and beside it what was bought alone', () => {
    expect(asBought([item('book', 1, 700), item('mug', 3, 4801), item('card', 4, 999)], [box])).toEqual([
      { ...item('book', 1, 700), contents: null },
      boxLine,
      { ...item('mug', 1, 1800), contents: null },
    ]);
    expect(asBought([item('book', 2, 1401, 700)], [])).toEqual([{ ...item('book', 2, 1401, 700), contents: null }]);
  });

  test('shows what is delivered where something of a bundle was exchanged, and adds up all the same', () => {
    const exchanged = [item('mug', 1, 1500), item('card', 4, 999), item('cup', 1, 1501)];
    expect(asBought(exchanged, [box])).toEqual(exchanged.map((line) => ({ ...line, contents: null })));
    // As many units as before, but at other prices.
    const alike = [item('mug', 2, 3000), item('card', 4, 999)];
    expect(asBought(alike, [box])).toEqual(alike.map((line) => ({ ...line, contents: null })));
  });
});
