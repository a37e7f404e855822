import { judge, type LineFacts, type SessionFacts } from '../../domain/verdict';

const line = (over: Partial<LineFacts> = {}): LineFacts => ({
  sku: 'mug',
  quantity: 2,
  amount_subtotal: 2000,
  amount_discount: 0,
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
  lines: [line()],
  ...over,
});
const asked = { currency: 'eur', lines: [{ sku: 'mug', quantity: 2, total: 2000, minimum: null }] };

describe('where the money stands', () => {
  test.each<[string, Partial<SessionFacts>, ReturnType<typeof judge>]>([
    [
      'open: a shopper can still pay',
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
      'expired before anybody confirmed',
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
      'expired, authorised and not captured',
      { status: 'expired', payment_status: 'unpaid', intentStatus: 'requires_capture' },
      { seen: 'expired', stockFree: false },
    ],
    [
      'expired, and paid all the same',
      { status: 'expired', payment_status: 'unpaid', intentStatus: 'succeeded' },
      { seen: 'paid', free: false },
    ],
  ])('%s', (_name, over, verdict) => {
    expect(judge(session(over), asked)).toEqual(verdict);
  });
});

describe('what was paid against what was asked', () => {
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

  test.each<[string, ReturnType<typeof judge>]>([
    ['a promotion', explained(500, 0, 0, 1500, { lines: [line({ amount_discount: 500, amount_total: 1500 })] })],
    ['shipping', explained(0, 490, 0, 2490)],
    ['tax on top', explained(0, 0, 380, 2380, { lines: [line({ amount_total: 2380 })] })],
    ['tax inside the price', explained(0, 0, 319, 2000)],
    [
      'tax on top of goods and shipping',
      explained(0, 500, 475, 2975, { lines: [line({ amount_total: 2380 })], shipping_cost: { amount_tax: 95 } }),
    ],
    [
      'everything at once',
      explained(500, 490, 285, 2275, { lines: [line({ amount_discount: 500, amount_total: 1785 })] }),
    ],
  ])('%s is lawful', (_name, verdict) => {
    expect(verdict.seen).toBe('paid');
  });

  test.each<[string, Partial<SessionFacts>, RegExp]>([
    ['one cent too little', { amount_total: 1999 }, /1999.*2000/],
    ['one cent too much', { amount_total: 2001 }, /2001.*2000/],
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
      /1000.*2000/,
    ],
    [
      'a line nobody knows',
      { lines: [line(), line({ sku: null, amount_subtotal: 0, amount_total: 0 })] },
      /no product known/,
    ],
    [
      'a line nobody asked for',
      { lines: [line(), line({ sku: 'cup', amount_subtotal: 0, amount_total: 0 })] },
      /never asked/,
    ],
    ['a line missing', { lines: [] }, /0 at Stripe, 2 asked/],
  ])('%s needs a person, with both numbers in the reason', (_name, over, reason) => {
    const verdict = judge(session(over), asked);
    expect(verdict).toMatchObject({ seen: 'differs', reason: expect.stringMatching(reason) });
  });

  test('two lines of one SKU are added up', () => {
    const half = line({ quantity: 1, amount_subtotal: 1000, amount_total: 1000 });
    expect(judge(session({ lines: [half, half] }), asked).seen).toBe('paid');
  });

  test('pay-what-you-want is lawful from its minimum on', () => {
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
