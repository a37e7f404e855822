import { decimalsOf, formatMoney, isPossible, stepOf } from '../../domain/money';

/** https://docs.stripe.com/currencies: the amount that stands for five whole units, and the next one above it. */
test.each([
  ['eur', 500, 501, '€5.00'],
  ['jpy', 5, 6, '¥5'],
  ['isk', 500, 600, 'ISK 5'],
  ['ugx', 500, 600, 'UGX 5'],
  ['bhd', 5000, 5010, 'BHD 5.000'],
  ['jod', 5000, 5010, 'JOD 5.000'],
  ['kwd', 5000, 5010, 'KWD 5.000'],
  ['omr', 5000, 5010, 'OMR 5.000'],
  ['tnd', 5000, 5010, 'TND 5.000'],
])('five of %s are %i at Stripe, and %i comes next', (currency, five, next, written) => {
  expect(5 * 10 ** decimalsOf(currency)).toBe(five);
  expect(five + stepOf(currency)).toBe(next);
  expect([five, next, next - 1].map((amount) => isPossible({ amount, currency }))).toEqual([
    true,
    true,
    next - 1 === five,
  ]);
  expect(formatMoney({ amount: five, currency }).replaceAll('\u00a0', ' ')).toBe(written);
});

test('an amount that its currency cannot have is written as it is', () => {
  expect(formatMoney({ amount: 550, currency: 'isk' }).replaceAll('\u00a0', ' ')).toBe('ISK 5.5');
  expect(formatMoney({ amount: 5005, currency: 'kwd' }).replaceAll('\u00a0', ' ')).toBe('KWD 5.005');
});
