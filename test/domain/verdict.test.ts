import fc from 'fast-check';
import { amountsOf, judge, type LineFacts, type SessionFacts } from '../../domain/verdict';

const line = (over: Partial<LineFacts> = {}): LineFacts => ({
  sku: 'mug',
  quantity: 2,
  amount_subtotal: 2000,
  amount_discount: 0,
  amount_tax: 0,
  amount_total: 2000,
  ...over,
});
const session = (over: Partial<SessionFacts> = {}): SessionFacts => ({
  status: 'complete',
  payment_status: 'paid',
  currency: 'eur',
  amount_subtotal: 2000,
  amount_total: 2000,
  total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
  intentStatus: 'succeeded',
  received: null,
  lines: [line()],
  ...over,
});
const asked = { currency: 'eur', lines: [{ sku: 'mug', quantity: 2, total: 2000, minimum: null }] };

describe('where the money stands', () => {
  test.each<[string, Partial<SessionFacts>, ReturnType<typeof judge>]>([
    [
      'open: the shopper can still pay',
      { status: 'open', payment_status: 'unpaid', intentStatus: null },
      { seen: 'open' },
    ],
    [
      'open after a declined card',
      { status: 'open', payment_status: 'unpaid', intentStatus: 'requires_payment_method' },
      { seen: 'open' },
    ],
    ['paid', {}, { seen: 'paid', free: false }],
    ['nothing to pay', { payment_status: 'no_payment_required', intentStatus: null }, { seen: 'paid', free: true }],
    ['a delayed payment on its way', { payment_status: 'unpaid', intentStatus: 'processing' }, { seen: 'processing' }],
    [
      'a delayed payment that failed',
      { payment_status: 'unpaid', intentStatus: 'requires_payment_method' },
      { seen: 'failed' },
    ],
    [
      'a delayed payment that was cancelled',
      { payment_status: 'unpaid', intentStatus: 'canceled' },
      { seen: 'failed' },
    ],
    [
      'expired before the shopper confirmed a payment',
      { status: 'expired', payment_status: 'unpaid', intentStatus: null },
      { seen: 'expired', stockFree: true },
    ],
    [
      'expired after a declined card',
      { status: 'expired', payment_status: 'unpaid', intentStatus: 'requires_payment_method' },
      { seen: 'expired', stockFree: true },
    ],
    [
      'expired with a 3-D Secure in flight',
      { status: 'expired', payment_status: 'unpaid', intentStatus: 'requires_action' },
      { seen: 'expired', stockFree: false },
    ],
    [
      'expired while processing',
      { status: 'expired', payment_status: 'unpaid', intentStatus: 'processing' },
      { seen: 'expired', stockFree: false },
    ],
    [
      'expired, authorised but not captured',
      { status: 'expired', payment_status: 'unpaid', intentStatus: 'requires_capture' },
      { seen: 'expired', stockFree: false },
    ],
    [
      'expired, but paid',
      { status: 'expired', payment_status: 'unpaid', intentStatus: 'succeeded' },
      { seen: 'paid', free: false },
    ],
  ])('%s', (_name, over, verdict) => {
    expect(judge(session(over), asked)).toEqual(verdict);
  });
});

describe('what was paid, compared with what was requested', () => {
  const explained = (
    discount: number,
    shipping: number,
    tax: number,
    total: number,
    over: Partial<SessionFacts> = {},
  ) =>
    judge(
      session({
        amount_total: total,
        total_details: { amount_discount: discount, amount_shipping: shipping, amount_tax: tax },
        ...over,
      }),
      asked,
    );
  const freight = (amount_tax: number, amount_total: number) => ({ amount_subtotal: 500, amount_tax, amount_total });

  test.each<[string, ReturnType<typeof judge>]>([
    ['a promotion', explained(500, 0, 0, 1500, { lines: [line({ amount_discount: 500, amount_total: 1500 })] })],
    ['shipping', explained(0, 490, 0, 2490)],
    ['tax on top', explained(0, 0, 380, 2380, { lines: [line({ amount_tax: 380, amount_total: 2380 })] })],
    ['tax inside the price', explained(0, 0, 319, 2000, { lines: [line({ amount_tax: 319 })] })],
    [
      'tax on top of goods and shipping',
      explained(0, 500, 475, 2975, {
        lines: [line({ amount_tax: 380, amount_total: 2380 })],
        shipping_cost: freight(95, 595),
      }),
    ],
    [
      'tax on top of goods, inside shipping',
      explained(0, 500, 460, 2880, {
        lines: [line({ amount_tax: 380, amount_total: 2380 })],
        shipping_cost: freight(80, 500),
      }),
    ],
    // Stripe spreads a discount of 5.00 and rounds 19 % over three lines; its totals are not the sums of the lines.
    [
      'a discount and a tax that were rounded over the lines',
      judge(
        session({
          amount_subtotal: 2000,
          amount_total: 1786,
          total_details: { amount_discount: 500, amount_shipping: 0, amount_tax: 286 },
          lines: [
            line({ quantity: 1, amount_subtotal: 667, amount_discount: 167, amount_tax: 95, amount_total: 595 }),
            line({ quantity: 1, amount_subtotal: 1333, amount_discount: 333, amount_tax: 190, amount_total: 1190 }),
          ],
        }),
        asked,
      ),
    ],
    ['a discount that no line has', explained(500, 0, 0, 1500, { lines: [line()] })],
    ['a tax on top that no line has', explained(0, 0, 380, 2380)],
    ['a tax inside that no line has', explained(0, 0, 319, 2000)],
    [
      'a line that is rounded by one unit',
      explained(0, 0, 0, 1999, { amount_subtotal: 1999, lines: [line({ amount_subtotal: 1999, amount_total: 1999 })] }),
    ],
    [
      'everything at once',
      explained(500, 490, 285, 2275, {
        lines: [line({ amount_discount: 500, amount_tax: 285, amount_total: 1785 })],
      }),
    ],
  ])('%s is lawful', (_name, verdict) => {
    expect(verdict).toEqual({ seen: 'paid', free: false });
  });

  test.each<[string, Partial<SessionFacts>, RegExp]>([
    [
      'a discount without a lower total',
      { total_details: { amount_discount: 500, amount_shipping: 0, amount_tax: 0 } },
      /€20\.00.*€15\.00/,
    ],
    [
      'a tax that is charged twice',
      {
        amount_total: 2760,
        total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 380 },
        lines: [line({ amount_tax: 380, amount_total: 2380 })],
      },
      /€27\.60.*€23\.80/,
    ],
    [
      'a line that is off by two units',
      { amount_subtotal: 1998, amount_total: 1998, lines: [line({ amount_subtotal: 1998, amount_total: 1998 })] },
      /€19\.98.*€20\.00/,
    ],
    ['a line that costs more than its price and tax', { lines: [line({ amount_total: 2100 })] }, /€21\.00.*€20\.00/],
    ['less received than the total', { received: 1999 }, /€19\.99.*€20\.00/],
  ])('%s needs a person', (_name, over, reason) => {
    expect(judge(session(over), asked)).toMatchObject({ seen: 'differs', reason: expect.stringMatching(reason) });
  });

  test.each<[string, Partial<SessionFacts>, RegExp]>([
    ['one cent too little', { amount_total: 1999 }, /€19\.99.*€20\.00/],
    ['one cent too much', { amount_total: 2001 }, /€20\.01.*€20\.00/],
    ['another currency', { currency: 'usd' }, /usd.*eur/],
    [
      'another quantity',
      {
        lines: [line({ quantity: 3, amount_subtotal: 3000, amount_total: 3000 })],
        amount_subtotal: 3000,
        amount_total: 3000,
      },
      /3.*2/,
    ],
    [
      'another price',
      { lines: [line({ amount_subtotal: 1000, amount_total: 1000 })], amount_subtotal: 1000, amount_total: 1000 },
      /€10\.00.*€20\.00/,
    ],
    [
      'a line with an unknown product',
      { lines: [line(), line({ sku: null, amount_subtotal: 0, amount_total: 0 })] },
      /no known product/,
    ],
    [
      'a line that was never requested',
      { lines: [line(), line({ sku: 'cup', amount_subtotal: 0, amount_total: 0 })] },
      /never requested/,
    ],
    ['a line missing', { lines: [] }, /0 at Stripe, expected 2/],
  ])('%s needs a person, with both numbers in the reason', (_name, over, reason) => {
    const verdict = judge(session(over), asked);
    expect(verdict).toMatchObject({ seen: 'differs', reason: expect.stringMatching(reason) });
  });

  test('two lines of one SKU are added up', () => {
    const half = line({ quantity: 1, amount_subtotal: 1000, amount_total: 1000 });
    expect(judge(session({ lines: [half, half] }), asked).seen).toBe('paid');
  });

  test('pay-what-you-want accepts any amount from the minimum up', () => {
    const wanted = { currency: 'eur', lines: [{ sku: 'mug', quantity: 1, total: 900, minimum: 500 }] };
    const paying = (amount: number) =>
      judge(
        session({
          amount_subtotal: amount,
          amount_total: amount,
          lines: [line({ quantity: 1, amount_subtotal: amount, amount_total: amount })],
        }),
        wanted,
      ).seen;
    expect([paying(499), paying(500), paying(5000)]).toEqual(['differs', 'paid', 'paid']);
  });
});

/** A part of a total as Stripe builds it: a price, a discount, and tax that is included, on top, or both. */
const part = (discounted: boolean, taxed = true) =>
  fc
    .record({
      price: fc.nat(5_000_000),
      discount: discounted ? fc.nat(100) : fc.constant(0),
      tax: taxed ? fc.nat(40) : fc.constant(0),
      onTop: fc.oneof(fc.constant(0), fc.constant(100), fc.nat(100)),
    })
    .map(({ price, discount, tax, onTop }) => {
      const amount_discount = Math.floor((price * discount) / 100);
      const amount_tax = Math.round(((price - amount_discount) * tax) / 100);
      const added = Math.floor((amount_tax * onTop) / 100);
      return { amount_subtotal: price, amount_discount, amount_tax, amount_total: price - amount_discount + added };
    });

const sumOf = (parts: ReturnType<typeof build>['parts'], amount: (one: (typeof parts)[number]) => number) =>
  parts.reduce((sum, one) => sum + amount(one), 0);

/** A session with these lines and this shipping, and the request that it fits. */
function build(lines: Omit<LineFacts, 'sku' | 'quantity'>[], shipping: Omit<LineFacts, 'sku' | 'quantity'> | null) {
  const parts = shipping ? [...lines, shipping] : lines;
  const amount_total = sumOf(parts, (one) => one.amount_total);
  const facts = session({
    lines: lines.map((one, index) => ({ ...one, sku: `sku-${index}`, quantity: index + 1 })),
    amount_subtotal: sumOf(lines, (one) => one.amount_subtotal),
    amount_total,
    received: amount_total,
    shipping_cost: shipping,
    total_details: {
      amount_discount: sumOf(parts, (one) => one.amount_discount),
      amount_shipping: shipping?.amount_subtotal ?? 0,
      amount_tax: sumOf(parts, (one) => one.amount_tax),
    },
  });
  const wanted = {
    currency: 'eur',
    lines: facts.lines.map(({ sku, quantity, amount_subtotal }) => ({
      sku: sku as string,
      quantity,
      total: amount_subtotal,
      minimum: null,
    })),
  };
  return { parts, facts, wanted };
}

const untaxed = fc
  .tuple(fc.array(part(true, false), { minLength: 1, maxLength: 12 }), fc.option(part(false, false)))
  .map(([lines, shipping]) => build(lines, shipping));
const lawful = fc
  .tuple(fc.array(part(true), { minLength: 1, maxLength: 12 }), fc.option(part(false)))
  .map(([lines, shipping]) => build(lines, shipping));

type Details = NonNullable<SessionFacts['total_details']>;
type Change = (facts: SessionFacts, cents: number, line: number) => SessionFacts;

const ofSession =
  (field: 'amount_total' | 'amount_subtotal' | 'received'): Change =>
  (facts, cents) => ({ ...facts, [field]: (facts[field] ?? 0) + cents });
const ofDetails =
  (field: 'amount_discount' | 'amount_tax'): Change =>
  (facts, cents) => {
    const details = facts.total_details as Details;
    return { ...facts, total_details: { ...details, [field]: details[field] + cents } };
  };
const ofLine =
  (field: 'amount_subtotal' | 'amount_discount' | 'amount_tax' | 'amount_total'): Change =>
  (facts, cents, line) => ({
    ...facts,
    lines: facts.lines.map((one, index) => (index === line ? { ...one, [field]: one[field] + cents } : one)),
  });

/** Amounts that must be right to within one unit a line, with a function that changes each. */
const TOTALS: [string, Change][] = [
  ['the total', ofSession('amount_total')],
  ['the subtotal', ofSession('amount_subtotal')],
  ['what was received', ofSession('received')],
  ['the discount', ofDetails('amount_discount')],
  ['a line’s price', ofLine('amount_subtotal')],
];
/** What Stripe rounds over the lines. */
const ROUNDED: [string, Change][] = [
  ['a line’s price', ofLine('amount_subtotal')],
  ['a line’s discount', ofLine('amount_discount')],
  ['a line’s tax', ofLine('amount_tax')],
  ['a line’s total', ofLine('amount_total')],
];

describe('for any session', () => {
  test('a total that adds up is accepted, and its parts add up', () => {
    fc.assert(
      fc.property(lawful, ({ facts, wanted }) => {
        expect(judge(facts, wanted)).toEqual({ seen: 'paid', free: false });
        const { subtotal, discount, shipping, tax, taxIncluded, total } = amountsOf(facts);
        expect(subtotal - discount + shipping + (tax - taxIncluded)).toBe(total);
        expect(taxIncluded).toBeGreaterThanOrEqual(0);
        expect(taxIncluded).toBeLessThanOrEqual(tax);
      }),
    );
  });

  test.each(ROUNDED)('%s rounded by one unit is accepted', (_name, change) => {
    fc.assert(
      fc.property(lawful, fc.constantFrom(1, -1), fc.nat(), ({ facts, wanted }, cent, at) => {
        expect(judge(change(facts, cent, at % facts.lines.length), wanted).seen).toBe('paid');
      }),
    );
  });

  test.each(TOTALS)('%s changed by more than the lines can be rounded is never accepted', (_name, change) => {
    fc.assert(
      fc.property(lawful, fc.constantFrom(1, -1), fc.nat(), ({ facts, wanted }, sign, at) => {
        const tax = (facts.total_details as Details).amount_tax;
        const cents = sign * (2 * (facts.lines.length + 1) + tax + 1);
        const verdict = judge(change(facts, cents, at % facts.lines.length), wanted);
        expect(verdict).toMatchObject({ seen: 'differs', reason: expect.stringMatching(/\d.*\d/) });
      }),
    );
  });

  test('where nothing is taxed, the total is right to the cent', () => {
    fc.assert(
      fc.property(untaxed, fc.constantFrom(1, -1), ({ facts, wanted }, cent) => {
        for (const change of [ofSession('amount_total'), ofSession('received'), ofDetails('amount_discount')])
          expect(judge(change(facts, cent, 0), wanted).seen).toBe('differs');
      }),
    );
  });

  test('the included tax stays within its bounds even if nothing adds up', () => {
    const cents = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(lawful, cents, cents, ({ facts }, total, tax) => {
        const [first] = facts.lines as [LineFacts];
        const details = facts.total_details as Details;
        const amounts = amountsOf({
          ...facts,
          lines: [{ ...first, amount_total: first.amount_total + total }, ...facts.lines.slice(1)],
          total_details: { ...details, amount_tax: Math.max(0, details.amount_tax + tax) },
        });
        expect(amounts.taxIncluded).toBeGreaterThanOrEqual(0);
        expect(amounts.taxIncluded).toBeLessThanOrEqual(amounts.tax);
      }),
    );
  });
});
