import {
  type Attempt,
  basketsOf,
  type CartLine,
  formatMoney,
  isFinal,
  isPaidFor,
  isSessionId,
  MOST_LINES,
  type Order,
  type Product,
  quantityOf,
  readCart,
  requestFor,
  storedCart,
  withMore,
  withoutBought,
  withQuantity,
} from '@holdfast/client';
import * as ids from '../../domain/ids';
import * as money from '../../domain/money';
import * as order from '../../domain/order';

const lines: CartLine[] = [
  { sku: 'mug', quantity: 2 },
  { sku: 'print', quantity: 1 },
];
const attempt: Attempt = { basketId: 'cart', request: '{}', key: 'k1', sessionId: 'cs_test_1', heldUntil: null };
const eur = (amount: number) => ({ amount, currency: 'eur' });
const product = (sku: string, parts: Partial<Product> = {}): Product => ({
  ...{ sku, name: sku, description: '', kind: 'PHYSICAL', imageUrl: null, prices: [eur(1_000)] },
  ...{ images: [], group: null, bundle: null, payWhatYouWant: null, available: null },
  ...parts,
});

describe('the lines of a cart', () => {
  test.each([
    [1, 1],
    [99, 99],
    [100, 99],
    [2.9, 2],
    [0, undefined],
    [-1, undefined],
    [Number.NaN, undefined],
  ])('a quantity of %d becomes %d', (wanted, kept) => {
    const next = withQuantity(lines, 'mug', wanted);
    expect(next.find(({ sku }) => sku === 'mug')?.quantity).toBe(kept);
    expect(quantityOf(next, 'print')).toBe(1);
  });

  test('more of a product is added to its line, or is a line of its own', () => {
    expect(withMore(withMore(lines, 'mug', 3), 'guide')).toEqual([
      { sku: 'mug', quantity: 5 },
      { sku: 'print', quantity: 1 },
      { sku: 'guide', quantity: 1 },
    ]);
  });

  test(`there are at most ${MOST_LINES}`, () => {
    const full = Array.from({ length: MOST_LINES }, (_, index) => ({ sku: `p${index}`, quantity: 1 }));
    expect(withMore(full, 'one-more')).toEqual(full);
    expect(quantityOf(withMore(full, 'p7'), 'p7')).toBe(2);
  });

  test('what was bought is taken out once, by the cart that the checkout began with', () => {
    const bought = [
      { sku: 'mug', quantity: 1 },
      { sku: 'print', quantity: 1 },
    ];
    const rest = withoutBought({ lines, attempts: [attempt] }, 'cs_test_1', bought);
    expect(rest).toEqual({ lines: [{ sku: 'mug', quantity: 1 }], attempts: [] });
    expect(rest && withoutBought(rest, 'cs_test_1', bought)).toBeNull();
    expect(withoutBought({ lines, attempts: [attempt] }, 'cs_test_other', bought)).toBeNull();
  });
});

describe('a stored cart', () => {
  test('is read as far as it is one, with equal SKUs added up', () => {
    const nonsense = [null, 7, {}, { sku: 1, quantity: 1 }, { sku: 'mug' }, { sku: 'mug', quantity: -2 }];
    const stored = { lines: [...nonsense, ...lines, ...lines], attempts: [{ ...attempt, sessionId: undefined }, 'x'] };
    expect(readCart(stored)).toEqual({
      lines: [
        { sku: 'mug', quantity: 4 },
        { sku: 'print', quantity: 2 },
      ],
      attempts: [{ ...attempt, sessionId: null }],
    });
    for (const none of [null, 'cart', { lines: 'mug' }]) expect(readCart(none)).toEqual({ lines: [], attempts: [] });
  });

  test('survives its page, and what is no JSON', () => {
    const kept = new Map<string, string>([['mine', '{']]);
    const storage = { getItem: (name: string) => kept.get(name) ?? null, setItem: kept.set.bind(kept) };
    expect(storedCart(storage, 'mine').get()).toEqual({ lines: [], attempts: [] });
    storedCart(storage, 'mine').set({ lines });
    storedCart(storage, 'mine').set({ attempts: [attempt] });
    expect(storedCart(storage, 'mine').get()).toEqual({ lines, attempts: [attempt] });
  });
});

describe('baskets', () => {
  const tip = { minimum: eur(100), suggested: eur(500) };
  const products = [
    product('mug', { prices: [eur(1_250), { amount: 1_400, currency: 'usd' }], available: 2 }),
    product('print', { prices: [eur(4_000)], available: 0 }),
    product('guide', { kind: 'DIGITAL', payWhatYouWant: tip, prices: [] }),
  ];

  test('are what can be paid together, and what is pay-what-you-want each alone', () => {
    const baskets = basketsOf([...lines, { sku: 'guide', quantity: 3 }], products);
    expect(baskets.map(({ id, total, ready, ships }) => ({ id, total, ready, ships }))).toEqual([
      { id: 'cart', total: eur(6_500), ready: true, ships: true },
      { id: 'guide', total: null, ready: true, ships: false },
    ]);
    const shopper = { email: ' ada@example.com ', country: 'DE', userId: 'user-7' };
    expect(baskets.map((basket) => requestFor(basket, shopper))).toEqual([
      { items: lines, currency: 'eur', email: 'ada@example.com', country: 'DE', userId: 'user-7' },
      { items: [{ sku: 'guide', quantity: 1 }], currency: 'eur', email: 'ada@example.com', userId: 'user-7' },
    ]);
    expect(baskets[0] && requestFor(baskets[0], { email: ' ', country: '' })).toEqual({
      items: lines,
      currency: 'eur',
    });
  });

  test('say what is wrong with a line: only what is certain to be refused stops the checkout', () => {
    const troubles = (wanted: CartLine[], currency?: string) => {
      const [basket] = basketsOf(wanted, products, currency);
      return [basket?.ready, ...(basket?.lines ?? []).map(({ trouble }) => trouble)];
    };
    expect(
      troubles([
        { sku: 'mug', quantity: 3 },
        { sku: 'print', quantity: 1 },
      ]),
    ).toEqual([true, 'too-many', 'sold-out']);
    expect(troubles([{ sku: 'old', quantity: 1 }])).toEqual([false, 'gone']);
    expect(troubles(lines, 'usd')).toEqual([false, null, 'other-currency']);
    expect(troubles(lines, 'jpy')).toEqual([true, null, 'sold-out']); // nothing is sold in yen: as if none was chosen
  });
});

describe('the client has the rules of the API', () => {
  test('money is written alike in every currency', () => {
    for (const currency of Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()))
      for (const amount of [0, 5, 1_250, -300])
        expect([currency, formatMoney({ amount, currency }, 'de')]).toEqual([
          currency,
          money.formatMoney({ amount, currency }, 'de'),
        ]);
  });

  test('orders end in the same statuses, and what is paid for is not bought again', () => {
    for (const status of order.ORDER_STATUSES)
      expect([status, isFinal({ status })]).toEqual([status, order.isFinal(status)]);
    const open = order.PAYMENT_STATUSES.filter(
      (paymentStatus: Order['paymentStatus']) => !isPaidFor({ paymentStatus }),
    );
    expect(open).toEqual(['UNPAID', 'FAILED']);
  });

  test('ids of sessions have the same form', () => {
    for (const id of [
      'cs_test_a1',
      'cs_live_B2',
      'cs_3',
      'cs_',
      'pi_1',
      '{CHECKOUT_SESSION_ID}',
      `cs_${'a'.repeat(201)}`,
    ])
      expect([id, isSessionId(id)]).toEqual([id, ids.isSessionId(id)]);
  });
});
