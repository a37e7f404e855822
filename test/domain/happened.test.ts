import { endedLostInWords, shippedInWords, unpaidInWords } from '../../domain/happened';

test('a parcel is told with its carrier and with what is left, where that is known', () => {
  expect(shippedInWords('DHL', 'SHIPPED', 0)).toBe('Shipped with DHL');
  expect(shippedInWords('DHL', 'PREPARING', 2)).toBe('Shipped in part with DHL; 2 still to ship');
  expect(shippedInWords('DHL', 'PREPARING')).toBe('Shipped in part with DHL');
});

test('an order whose hold ended because it was cancelled is told as cancelled', () => {
  expect(unpaidInWords('expired', 'EXPIRED')).toBe('Closed unpaid at the end of the hold');
  expect(unpaidInWords('expired', 'CANCELLED')).toBe('Cancelled before any money came');
  expect(unpaidInWords('payment-failed', 'CANCELLED')).toBe('The delayed payment failed');
});

test('an order that ends after a lost dispute is told with who has the money', () => {
  expect(endedLostInWords({ lostAmount: 1800, currency: 'eur' })).toMatch(
    /because the customer has €18\.00 from the bank$/,
  );
});
