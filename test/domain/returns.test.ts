import fc from 'fast-check';
import { isPossible } from '../../domain/money';
import { withCustomer } from '../../domain/parcel';
import { costOf, type PaidOrder, whyNotReturned } from '../../domain/returns';

const mug = (change: Partial<Parameters<typeof withCustomer>[0][number]> = {}) => ({
  ...{ sku: 'mug', kind: 'PHYSICAL' as const, quantity: 3, shipped: 3, restocked: 0, returned: 0, replaced: 0 },
  ...change,
});
const out = (change: Parameters<typeof mug>[0]) => withCustomer([mug(change)])[0]?.quantity ?? 0;
const some = (quantity: number, sku = 'mug') => [{ sku, quantity }];

describe('what the customer has', () => {
  test.each<[string, Parameters<typeof mug>[0], number]>([
    ['all that was shipped', {}, 3],
    ['nothing before it is shipped', { shipped: 0 }, 0],
    ['less what came back', { returned: 1 }, 2],
    ['whatever was called off before it was shipped', { shipped: 1, restocked: 2 }, 1],
    ['less what a refund restocked beyond that', { shipped: 1, restocked: 3 }, 0],
    ['less both', { restocked: 1, returned: 1 }, 1],
    ['with what was sent again', { shipped: 4, replaced: 1, returned: 1 }, 3],
    ['whatever of that was called off', { replaced: 1, restocked: 1 }, 3],
  ])('is %s', (_what, item, left) => {
    expect(out(item)).toBe(left);
  });
});

describe('goods can have come back', () => {
  test('if they were shipped and have not come back yet', () => {
    expect(whyNotReturned([mug({ shipped: 2, returned: 1 })], some(1))).toBeNull();
  });

  test.each<[string, Parameters<typeof mug>[0], { sku: string; quantity: number }[], string]>([
    ['more than were shipped', { shipped: 1 }, some(2), 'mug: 1 shipped and not yet returned, 2 asked'],
    ['twice', { returned: 3 }, some(1), 'mug: 0 shipped and not yet returned, 1 asked'],
    ['downloads', { kind: 'DIGITAL' }, some(1), 'mug is not a physical item of this order'],
    ['what was not bought', {}, some(1, 'lamp'), 'lamp is not a physical item of this order'],
  ])('but not %s, and the refusal names what can', (_what, item, lines, reason) => {
    expect(whyNotReturned([mug(item)], lines)).toBe(reason);
  });
});

describe('what units cost', () => {
  const order = (change: Partial<PaidOrder> = {}): PaidOrder => ({
    ...{ currency: 'eur', total: 3000, discount: 0, shipping: 0 },
    items: [
      { sku: 'mug', quantity: 2, total: 2000 },
      { sku: 'lamp', quantity: 1, total: 1000 },
    ],
    ...change,
  });
  const cost = (of: PaidOrder, lines = some(1), refunded: [string, number][] = []) =>
    costOf(of, lines, new Map(refunded));

  test.each<[string, PaidOrder, number]>([
    ['their price', order(), 1000],
    ['without shipping', order({ shipping: 590, total: 3590 }), 1000],
    ['less their part of the discount', order({ discount: 300, total: 2700 }), 900],
    ['with their part of the tax on top', order({ total: 3570 }), 1190],
    ['of both, where shipping is taxed too', order({ shipping: 1000, total: 4760 }), 1190],
    ['at what was paid, where staff accepted another amount', order({ total: 1500 }), 500],
    ['nothing of a free order', order({ discount: 3000, total: 0 }), 0],
    ['in steps that the currency can have', order({ currency: 'isk', total: 250_100 }), 83_300],
  ])('is %s', (_what, of, amount) => {
    expect(cost(of)).toBe(amount);
  });

  test('is given once a unit: units that were refunded before cost nothing any more', () => {
    const thirds = order({ total: 100, items: [{ sku: 'mug', quantity: 3, total: 100 }] });
    expect([0, 1, 2, 3].map((before) => cost(thirds, some(1), [['mug', before]]))).toEqual([33, 33, 34, 0]);
    expect(cost(thirds, some(3), [['mug', 1]])).toBe(67);
  });

  const line = fc.record({ quantity: fc.integer({ min: 1, max: 99 }), total: fc.integer({ min: 0, max: 99_999_999 }) });
  const anOrder = fc
    .record({
      lines: fc.array(line, { minLength: 1, maxLength: 6 }),
      currency: fc.constantFrom('eur', 'jpy', 'isk', 'kwd'),
      discounted: fc.double({ min: 0, max: 1, noNaN: true }),
      shipping: fc.integer({ min: 0, max: 10_000 }),
      taxed: fc.double({ min: 1, max: 1.3, noNaN: true }),
    })
    .map(({ lines, currency, discounted, shipping, taxed }) => {
      const listed = lines.reduce((sum, { total }) => sum + total, 0);
      const discount = Math.floor(listed * discounted);
      const total = Math.floor(((listed - discount + shipping) * taxed) / 100) * 100;
      return order({ currency, discount, shipping, total, items: lines.map((one, n) => ({ sku: `s${n}`, ...one })) });
    });

  test('adds up: however its units come back, a line never costs more than was paid for it, an order never more than its goods', () => {
    fc.assert(
      fc.property(anOrder, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (of, sizes) => {
        let all = 0;
        for (const { sku, quantity } of of.items) {
          const paid = cost(of, [{ sku, quantity }]);
          let given = 0;
          for (let before = 0; before < quantity; ) {
            const units = Math.min(sizes.next().value, quantity - before);
            const amount = cost(of, [{ sku, quantity: units }], [[sku, before]]);
            expect(amount >= 0 && isPossible({ amount, currency: of.currency })).toBe(true);
            given += amount;
            before += units;
          }
          expect(given).toBe(paid);
          all += paid;
        }
        const whole = of.items.map(({ sku, quantity }) => ({ sku, quantity }));
        expect(cost(of, whole)).toBe(all);
        expect(all).toBeLessThanOrEqual(of.total);
      }),
    );
  });
});
