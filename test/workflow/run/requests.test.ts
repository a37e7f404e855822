import { checkShip } from '../../../workflows/order/requests';

const parcel = { carrier: 'DHL', trackingNumber: '1' };

test.each([
  ['carrier', { ...parcel, carrier: 'D\0HL' }],
  ['trackingNumber', { ...parcel, trackingNumber: '1\ud83d' }],
  ['trackingUrl', { ...parcel, trackingUrl: 'https://example.com/\0' }],
])('a %s that PostgreSQL cannot store is refused in the Temporal UI too', (field, request) => {
  expect(() => checkShip(request)).toThrow(field);
  expect(() => checkShip(parcel)).not.toThrow();
});
