import { type CardCharge, chooseEarlierOrders, isQualifying, type PaidOrder } from '../../domain/earlier-orders';

const DAY = 86_400_000;
const PAID = Date.parse('2026-11-23T10:30:00Z');
const HOME = {
  line1: '12 St James’s Sq.',
  line2: 'Flat 2',
  city: 'London',
  state: 'Greater London',
  postal_code: 'SW1Y 4JH',
  country: 'GB',
};

const order = (number: string, change: Partial<PaidOrder> = {}): PaidOrder => ({
  ...{ sessionId: `cs_${number}`, number, chargeId: `ch_${number}`, description: `1 × Mug ${number}`, digital: false },
  ...{ ip: '203.0.113.7', email: 'ada@example.com', userId: 'user-7', address: HOME },
  ...change,
});
const disputed = order('9');
/** Charges by the age in days of each order, all of one card. */
const charges =
  (ages: Record<string, number>, change: Record<string, Partial<CardCharge>> = {}) =>
  ({ number }: PaidOrder): CardCharge | undefined =>
    number in ages
      ? {
          createdAt: new Date(PAID - (ages[number] ?? 0) * DAY),
          fingerprint: 'card',
          sound: true,
          ...change[number],
        }
      : undefined;
const numbers = (chosen: ReturnType<typeof chooseEarlierOrders>) => chosen?.orders.map(({ number }) => number) ?? null;

test('two orders 120 and 364 days older are named, with all that the three have in common', () => {
  const writtenApart = order('1', { address: { ...HOME, line1: '12 ST JAMES’S SQ' }, email: 'Ada@example.com' });
  const chosen = chooseEarlierOrders(disputed, [writtenApart, order('2')], charges({ 9: 0, 1: 120, 2: 364 }));
  expect(chosen).toEqual({
    orders: [
      { sessionId: 'cs_1', number: '1' },
      { sessionId: 'cs_2', number: '2' },
    ],
    identifiers: ['customer_purchase_ip', 'customer_email_address', 'customer_account_id', 'shipping_address'],
    evidence: {
      disputed_transaction: {
        product_description: '1 × Mug 9',
        merchandise_or_services: 'merchandise',
        customer_purchase_ip: '203.0.113.7',
        customer_email_address: 'ada@example.com',
        customer_account_id: 'user-7',
        shipping_address: HOME,
      },
      prior_undisputed_transactions: [
        expect.objectContaining({ charge: 'ch_1', product_description: '1 × Mug 1' }),
        expect.objectContaining({ charge: 'ch_2', product_description: '1 × Mug 2' }),
      ],
    },
  });
});

test.each([
  ['a day too young', { 9: 0, 1: 119, 2: 200 }, {}],
  ['a day too old', { 9: 0, 1: 365, 2: 200 }, {}],
  ['by another card', { 9: 0, 1: 200, 2: 200 }, { 1: { fingerprint: 'other' } }],
  ['disputed, or given back', { 9: 0, 1: 200, 2: 200 }, { 1: { sound: false } }],
  ['unknown to Stripe', { 9: 0, 2: 200 }, {}],
])('one that is %s does not count, and one alone proves nothing', (_, ages, change) => {
  expect(chooseEarlierOrders(disputed, [order('1'), order('2')], charges(ages, change))).toBeNull();
});

test('a payment by no card has no forerunners', () => {
  const debit = { fingerprint: null };
  const found = charges({ 9: 0, 1: 200, 2: 200 }, { 9: debit, 1: debit, 2: debit });
  expect(chooseEarlierOrders(disputed, [order('1'), order('2')], found)).toBeNull();
});

test('a pair that Visa takes comes before a later one that it does not, and of two such the later', () => {
  const elsewhere = { ip: '198.51.100.1' };
  const found = charges({ 9: 0, 1: 130, 2: 140, 3: 200, 4: 210, 5: 220 });
  const guest = { userId: null, address: null };
  const guests = [order('5', guest), order('3', guest), order('4', guest)];
  const earlier = [order('1', elsewhere), order('2', elsewhere), ...guests];
  const chosen = chooseEarlierOrders(disputed, earlier, found);
  expect(numbers(chosen)).toEqual(['3', '4']);
  expect(isQualifying(chosen?.identifiers ?? [])).toBe(true);
});

test('what one of the three does not share is not said of any', () => {
  const moved = order('2', { ip: null, userId: null, address: { ...HOME, line1: '1 Elsewhere' } });
  const chosen = chooseEarlierOrders(disputed, [order('1'), moved], charges({ 9: 0, 1: 200, 2: 210 }));
  expect(chosen?.identifiers).toEqual(['customer_email_address']);
  expect(isQualifying(chosen?.identifiers ?? [])).toBe(false);
  expect(JSON.stringify(chosen?.evidence)).not.toMatch(/203\.0\.113\.7|user-7|St James/);
});

test.each(Object.keys(HOME) as (keyof typeof HOME)[])(
  'an address without %s is not one that Stripe takes: it counts for nothing, and no part of it is sent',
  (field) => {
    for (const lacking of [null, ' ']) {
      const address = { ...HOME, [field]: lacking };
      const [one, two, three] = ['9', '1', '2'].map((number) => order(number, { address })) as [
        PaidOrder,
        ...PaidOrder[],
      ];
      const chosen = chooseEarlierOrders(one, [two, three] as PaidOrder[], charges({ 9: 0, 1: 200, 2: 210 }));
      expect(chosen?.identifiers).toEqual(['customer_purchase_ip', 'customer_email_address', 'customer_account_id']);
      expect(JSON.stringify(chosen?.evidence)).not.toContain('shipping_address');
    }
  },
);

test('what was only downloaded is a service, and anything with goods is merchandise', () => {
  const found = charges({ 9: 0, 1: 200, 2: 210 });
  const kindOf = (digital: boolean) =>
    chooseEarlierOrders(order('9', { digital }), [order('1'), order('2')], found)?.evidence.disputed_transaction
      .merchandise_or_services;
  expect([kindOf(true), kindOf(false)]).toEqual(['services', 'merchandise']);
});

test('a stranger with the same card has nothing in common', () => {
  const stranger = { ip: null, email: 'bob@example.com', userId: null, address: null };
  const earlier = [order('1', stranger), order('2', stranger)];
  expect(chooseEarlierOrders(disputed, earlier, charges({ 9: 0, 1: 200, 2: 210 }))).toBeNull();
});
