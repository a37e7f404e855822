import { toldSince } from '../../../workflows/order/told';

const HOUR = 3_600_000;
const at = Date.UTC(2026, 11, 1, 9, 5);
const refund = { key: 'r', amount: 400, status: 'succeeded', origin: 'STAFF', restock: [], at: at + HOUR } as const;
const order = {
  currency: 'eur',
  refunds: [{ ...refund, restock: [] }],
  told: [
    { key: 'a', text: 'Corrected the e-mail address', at },
    { key: 'b', text: 'Corrected the e-mail address and the postal address', at: at + 2 * HOUR },
  ],
};

test('a run that begins tells what was refunded and corrected before it, the oldest first', () => {
  expect(toldSince(order)).toEqual([
    'Corrected the e-mail address, 1 December 2026, 09:05 UTC',
    'Refund of €4.00 by staff: given back, 1 December 2026, 10:05 UTC',
    'Corrected the e-mail address and the postal address, 1 December 2026, 11:05 UTC',
  ]);
});

test('an order that is read again tells only what is new', () => {
  const before = { ...order, told: order.told.slice(0, 1) };
  expect(toldSince(order, before)).toEqual([expect.stringContaining('and the postal address')]);
  expect(toldSince(order, order)).toEqual([]);
});
