import type { OrderFactsNow } from '../../../activities/order/facts';
import { reportOf } from '../../../workflows/order/report';

const shown = (returnRequests: object[]) =>
  reportOf({
    order: {
      number: 'A-1',
      status: 'SHIPPED',
      total: 1_000,
      currency: 'eur',
      skus: ['mug'],
      returnRequests,
    } as never as OrderFactsNow,
    ...{ waitingFor: 'a report of delivery', parked: [], payment: null, happened: [], mails: [] },
  }).returnRequests;

test('a history in which a worker of the version before passed on a request to return as the database tells of it can be read', () => {
  const raw = { id: 'r1', at: '2026-11-26T12:00:00.000Z', items: [{ sku: 'mug', quantity: 1 }], declined: false };
  expect(shown([raw])).toEqual([]);
  expect(shown([{ id: 'r1', at: 0, awaited: raw.items }])).toEqual([
    { id: 'r1', at: '1970-01-01T00:00:00.000Z', awaited: raw.items },
  ]);
});
