import { examplesOf } from '../../../domain/action-examples';
import type { UpdateAction } from '../../../domain/action-facts';
import { checkReplace, checkReturn, checkShip } from '../../../workflows/order/requests';

const parcel = { carrier: 'DHL', trackingNumber: '1' };

test.each([
  ['carrier', { ...parcel, carrier: 'D\0HL' }],
  ['trackingNumber', { ...parcel, trackingNumber: '1\ud83d' }],
  ['trackingUrl', { ...parcel, trackingUrl: 'https://example.com/\0' }],
])('a %s that PostgreSQL cannot store is refused in the Temporal UI too', (field, request) => {
  expect(() => checkShip(request)).toThrow(field);
  expect(() => checkShip(parcel)).not.toThrow();
});

test('a block that staff pasted from the details and did not fill in is refused, in one sentence without a stack', () => {
  const lines = [{ sku: 'mug', quantity: 1, shipped: 0, returned: 0, toShip: 1 }];
  const order = { total: 1, currency: 'eur', disputed: false, isAboutRefund: false, lines };
  const blockOf = (action: UpdateAction) => examplesOf(action, order)[0]?.data as never;
  const refusals = [caught(() => checkShip(blockOf('ship'))), caught(() => checkReplace(blockOf('replace')))];
  expect(refusals.map((refusal) => [refusal?.message, refusal?.stack])).toEqual([
    ['put the parcel’s own number in place of …', ''],
    ['put the SKU to send in place of …', ''],
  ]);
});

const items = [{ sku: 'mug', quantity: 1 }];

test.each<[string, object, RegExp]>([
  ['no goods', {}, /^items must be a list/],
  ['goods twice', { items: [...items, ...items], condition: 'restock' }, /named twice/],
  ['goods in no condition', { items }, /^condition must be one of restock, write_off$/],
  ['a note', { items, condition: 'restock', note: 'broken' }, /note is taken by the staff API alone/],
  ['half a refund', { items, condition: 'restock', refund: 100 }, /^refund must be { "amount" }, or {} for what/],
  [
    'a field in another spelling',
    { items, 'condi-tion': 'restock' },
    /^condi-tion is not known: there is items, condition, refund$/,
  ],
  ['a field that is no name', { items, 'Ada Lovelace': 1 }, /^a name has blanks or signs in it: there is items,/],
  ['goods by their name', { items: ['mug'], condition: 'restock' }, /^items must be a list of { "sku", "quantity" }$/],
  ['an amount that the currency has not', { items, condition: 'restock', refund: { amount: 5 } }, /multiple of 100/],
  ['no money', { items, condition: 'restock', refund: { amount: 0 } }, /absent for what the units cost/],
])('a return of %s is refused before it is accepted', (_what, request, why) => {
  expect(() => checkReturn(request as never, 'isk')).toThrow(why);
  expect(() => checkReturn({ items, condition: 'restock', refund: {} }, 'isk')).not.toThrow();
});

test.each<[string, object, RegExp]>([
  ['no goods', {}, /^items must be a list/],
  ['half a line', { items: ['mug'] }, /^items must be a list of { "sku", "quantity" }$/],
  ['half of them', { items: { sku: 'mug' } }, /^items must be a list/],
  [
    'goods as themselves',
    { items: [{ ...items[0], with: 'mug' }] },
    /with must be another stock keeping unit than mug/,
  ],
  ['goods as nothing that has a SKU', { items: [{ ...items[0], with: 'no SKU' }] }, /with must be another/],
  ['what else', { items, refund: {} }, /^refund is not known: there is items$/],
])('a replacement of %s is refused before it is accepted', (_what, request, why) => {
  expect(() => checkReplace(request as never)).toThrow(why);
  expect(() => checkReplace({ items: [{ sku: 'mug', quantity: 1, with: 'cup' }] })).not.toThrow();
});

function caught(work: () => void): Error | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
