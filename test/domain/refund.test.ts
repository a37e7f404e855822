import {
  isNews,
  openFailures,
  openRefundsOf,
  type RefundSoFar,
  refundedOf,
  refundUpdateId,
  requestKeyOf,
} from '../../domain/refund';
import {
  cappedRestock,
  mustNameAmount,
  type RefundableOrder,
  remainingOf,
  whyNotRefund,
} from '../../domain/refundable';

const order = (change: Partial<RefundableOrder> = {}): RefundableOrder => ({
  status: 'COMPLETED',
  currency: 'eur',
  total: 2000,
  lostAmount: 0,
  paymentIntentId: 'pi_1',
  disputed: false,
  sold: true,
  items: [
    { sku: 'mug', kind: 'PHYSICAL', quantity: 2, restocked: 0, returned: 0, replaced: 0 },
    { sku: 'ebook', kind: 'DIGITAL', quantity: 1, restocked: 0, returned: 0, replaced: 0 },
  ],
  ...change,
});
const refund = (change: Partial<RefundSoFar> = {}): RefundSoFar => ({
  status: 'succeeded',
  amount: 500,
  attempt: 1,
  restock: [],
  ...change,
});

describe('the refunded amount', () => {
  test.each([
    ['pending', 500],
    ['requires_action', 500],
    ['succeeded', 500],
    ['failed', 0],
    ['canceled', 0],
    ['requested', 0],
    ['refused', 0],
  ])('a refund that is %s counts %i', (status, counted) => {
    expect(refundedOf([refund({ status })])).toBe(counted);
  });

  test.each<[string, Partial<RefundSoFar>, number]>([
    ['succeeded', { status: 'succeeded' }, 1500],
    ['failed', { status: 'failed' }, 2000],
    ['refused', { status: 'refused' }, 2000],
    ['sent to Stripe', { status: 'requested' }, 1500],
    ['sent to Stripe for everything left', { status: 'requested', amount: null }, 0],
    ['stored, but not sent yet', { status: 'requested', attempt: 0 }, 1500],
  ])('what remains beside a refund that is %s', (_what, change, left) => {
    expect(remainingOf(order(), [refund(change)])).toBe(left);
  });
});

test.each<[string, Partial<RefundableOrder>, RefundSoFar[], boolean]>([
  ['nothing was given back', {}, [], false],
  ['Stripe has refunded a part', {}, [refund()], false],
  ['a dispute has taken a part', { lostAmount: 1 }, [], true],
  ['a part was settled elsewhere', {}, [refund({ status: 'settled_elsewhere' })], true],
  ['a refund was withdrawn', {}, [refund({ status: 'withdrawn' })], false],
])('where %s, a refund of the rest names its amount or not', (_what, change, others, isNamed) => {
  expect(mustNameAmount(order(change), others)).toBe(isNamed);
});

test('a request that is judged anew has an update of its own, and the same key', () => {
  const key = 'ab'.repeat(32);
  expect(new Set([0, 1, 2].map((refusals) => refundUpdateId(key, refusals))).size).toBe(3);
  for (const refusals of [0, 1, 2]) expect(requestKeyOf(refundUpdateId(key, refusals))).toBe(key);
  expect(requestKeyOf('by-hand/after-refusal-1')).toBe('by-hand/after-refusal-1');
});

describe('a status only moves forward', () => {
  test.each([
    ['requested', 'pending', true],
    ['refused', 'succeeded', true],
    ['pending', 'requires_action', true],
    ['requires_action', 'pending', true],
    ['pending', 'succeeded', true],
    ['succeeded', 'failed', true],
    ['succeeded', 'pending', false],
    ['failed', 'succeeded', false],
    ['canceled', 'pending', false],
  ])('from %s to %s: %p', (known, seen, news) => {
    expect(isNews(known, seen)).toBe(news);
  });
});

describe('staff', () => {
  test('can refund what is left, and restock goods that are not back yet', () => {
    expect(whyNotRefund(order(), [], {})).toBeNull();
    expect(whyNotRefund(order(), [refund()], { amount: 1500, restock: [{ sku: 'mug', quantity: 2 }] })).toBeNull();
  });

  test.each<[string, RefundableOrder, RefundSoFar[], Parameters<typeof whyNotRefund>[2], string, RegExp]>([
    [
      'of an unpaid order',
      order({ paymentIntentId: null, status: 'PENDING' }),
      [],
      {},
      'invalid_transition',
      /PENDING/,
    ],
    ['of a free order', order({ total: 0 }), [], {}, 'invalid_transition', /no money/],
    [
      'over what a lost dispute has left',
      order({ lostAmount: 500 }),
      [],
      { amount: 1501 },
      'refund_exceeds_remaining',
      /€15\.00/,
    ],
    [
      'of what the customer has by a lost dispute',
      order({ lostAmount: 2000 }),
      [],
      {},
      'refund_exceeds_remaining',
      /lost dispute/,
    ],
    ['while disputed', order({ disputed: true }), [], { amount: 1 }, 'disputed', /bank/],
    ['over what is left', order(), [refund()], { amount: 1501 }, 'refund_exceeds_remaining', /€15\.00/],
    ['of all when nothing is left', order(), [refund({ amount: 2000 })], {}, 'refund_exceeds_remaining', /Nothing/],
    [
      'while everything left is already requested',
      order(),
      [refund({ status: 'requested', amount: null })],
      {},
      'refund_exceeds_remaining',
      /./,
    ],
    [
      'with more goods than bought',
      order(),
      [],
      { restock: [{ sku: 'mug', quantity: 3 }] },
      'invalid_transition',
      /3.*2/,
    ],
    [
      'with goods that another request restocks',
      order(),
      [refund({ status: 'requested', restock: [{ sku: 'mug', quantity: 1 }] })],
      { amount: 1, restock: [{ sku: 'mug', quantity: 2 }] },
      'invalid_transition',
      /2.*1/,
    ],
    [
      'that restocks downloads',
      order(),
      [],
      { restock: [{ sku: 'ebook', quantity: 1 }] },
      'invalid_transition',
      /ebook/,
    ],
    [
      'that restocks what was not bought',
      order(),
      [],
      { restock: [{ sku: 'lamp', quantity: 1 }] },
      'invalid_transition',
      /lamp/,
    ],
    [
      'that restocks goods that were never sold',
      order({ sold: false }),
      [],
      { restock: [{ sku: 'mug', quantity: 1 }] },
      'invalid_transition',
      /stock/,
    ],
  ])('cannot make a refund %s', (_what, of, others, asked, code, reason) => {
    expect(whyNotRefund(of, others, asked)).toEqual({ code, reason: expect.stringMatching(reason) });
  });

  test('restock only what can still come back, if goods have come back another way meanwhile', () => {
    const items = [{ sku: 'mug', kind: 'PHYSICAL', quantity: 2, restocked: 1, returned: 0, replaced: 0 }];
    expect(cappedRestock(items, [{ sku: 'mug', quantity: 2 }])).toEqual([{ sku: 'mug', quantity: 1 }]);
    expect(cappedRestock([{ ...items[0], restocked: 2 } as never], [{ sku: 'mug', quantity: 1 }])).toEqual([]);
  });

  test('do not restock a unit that a return has brought back', () => {
    const items = [{ sku: 'mug', kind: 'PHYSICAL', quantity: 2, restocked: 0, returned: 1, replaced: 0 }];
    const both = [{ sku: 'mug', quantity: 2 }];
    expect(whyNotRefund(order({ items }), [], { amount: 1, restock: both })?.reason).toMatch(/2.*only 1/);
    expect(cappedRestock(items, both)).toEqual([{ sku: 'mug', quantity: 1 }]);
  });
});

describe('a failed refund', () => {
  const at = (minutes: number) => new Date(minutes * 60_000);
  const made = (stripeId: string, change: Partial<Parameters<typeof openFailures>[0][number]> = {}) => ({
    ...{
      stripeId,
      origin: 'STAFF' as const,
      retryOf: null,
      status: 'succeeded',
      amount: 500,
      createdAt: at(0),
      updatedAt: at(0),
    },
    ...change,
  });
  const failed = made('pyr_1', { status: 'failed', updatedAt: at(10) });
  const ids = (refunds: Parameters<typeof openFailures>[0]) =>
    openFailures(refunds, 2000).map(({ stripeId }) => stripeId);

  test('needs a decision until something replaces it', () => {
    expect(ids([failed])).toEqual(['pyr_1']);
    expect(ids([failed, made('re_2', { createdAt: at(5) })])).toEqual(['pyr_1']);
    expect(ids([failed, made('re_2', { createdAt: at(11), amount: 499 })])).toEqual(['pyr_1']);
  });

  test('is replaced by the refund that asks for it again, once Stripe has made that, whatever becomes of it', () => {
    const again = made('re_2', { retryOf: 'pyr_1', createdAt: at(11) });
    expect(ids([failed, again])).toEqual([]);
    expect(ids([failed, { ...again, stripeId: null, status: 'requested' }])).toEqual(['pyr_1']);
    expect(ids([failed, { ...again, status: 'failed', updatedAt: at(12) }])).toEqual(['re_2']);
  });

  test('is replaced by any other refund of at least as much that was made since, each by one', () => {
    const second = made('re_3', { status: 'failed', updatedAt: at(9) });
    expect(ids([failed, made('re_2', { createdAt: at(11) })])).toEqual([]);
    expect(ids([failed, second, made('re_2', { createdAt: at(11) })])).toEqual(['re_3']);
  });

  test('is not replaced by one that came with a return, which pays for other goods', () => {
    expect(ids([failed, made('re_2', { createdAt: at(11), ofReturn: true })])).toEqual(['pyr_1']);
    const again = made('re_3', { retryOf: 'pyr_1', createdAt: at(12) });
    expect(ids([failed, made('re_2', { createdAt: at(11), ofReturn: true }), again])).toEqual([]);
  });

  test('is answered for good by goods that were sent in its place', () => {
    expect(ids([{ ...failed, answeredAt: at(11) }])).toEqual([]);
  });

  test('is listed as open until it is replaced or asked for again, and stands for what Stripe refused since', () => {
    const open = (refunds: Parameters<typeof openFailures>[0], refundable = 2000) =>
      openRefundsOf(
        refunds.map((one) => ({ ...one, refusedAt: one.status === 'refused' ? at(12) : null })),
        refundable,
      ).map(({ stripeId, status }) => [stripeId, status]);
    const again = { ...made('', { retryOf: 'pyr_1', createdAt: at(11) }), stripeId: null };
    expect(open([failed])).toEqual([['pyr_1', 'failed']]);
    expect(open([failed], 0)).toEqual([]);
    expect(open([failed, { ...again, status: 'requested' }])).toEqual([[null, 'requested']]);
    expect(open([failed, { ...again, status: 'refused' }])).toEqual([['pyr_1', 'failed']]);
    expect(open([failed, made('re_2', { createdAt: at(11), status: 'pending' })])).toEqual([['re_2', 'pending']]);
    expect(open([made('re_2', { status: 'settled_elsewhere' }), made('re_3', { status: 'withdrawn' })])).toEqual([]);
  });

  test('is not replaced by one of ours that was made just before; Stripe’s own time is exact to the second', () => {
    const createdAt = new Date(at(10).getTime() - 500);
    expect(ids([failed, made('re_2', { createdAt })])).toEqual(['pyr_1']);
    expect(ids([failed, made('re_2', { createdAt, origin: 'STRIPE' })])).toEqual([]);
  });
});
