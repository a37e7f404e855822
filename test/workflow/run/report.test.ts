import type { OrderFactsNow } from '../../../activities/order/facts';
import { reportOf } from '../../../workflows/order/report';

test('nothing of an order that has ended is to be sent, whether its stock was ever sold to it or not', () => {
  const lines = [{ sku: 'mug', quantity: 2, shipped: 1, returned: 0, toShip: 1 }];
  const order = { number: 'A-1', total: 1_000, currency: 'eur', skus: ['mug'], lines };
  const linesOnce = (status: string) =>
    reportOf({
      order: { ...order, status } as never as OrderFactsNow,
      ...{ waitingFor: 'nothing', parked: [], payment: null, mails: [], happened: [] },
    }).lines;
  expect(linesOnce('PREPARING')).toEqual(lines);
  for (const status of ['EXPIRED', 'CANCELLED', 'REFUNDED'])
    expect(linesOnce(status)).toEqual([{ ...lines[0], toShip: 0, unsent: 1 }]);
});

const shown = (returnRequests: object[], happened: string[] = []) =>
  reportOf({
    order: {
      number: 'A-1',
      status: 'SHIPPED',
      total: 1_000,
      currency: 'eur',
      skus: ['mug'],
      returnRequests,
    } as never as OrderFactsNow,
    ...{ waitingFor: 'a report of delivery', parked: [], payment: null, mails: [], happened },
  });

test('a history in which a worker of the version before passed on a request to return as the database tells of it can be read', () => {
  const raw = { id: 'r1', at: '2026-11-26T12:00:00.000Z', items: [{ sku: 'mug', quantity: 1 }], declined: false };
  expect(shown([raw]).returnRequests).toEqual([]);
  expect(shown([{ id: 'r1', at: 0, awaited: raw.items }]).returnRequests).toEqual([
    { id: 'r1', at: '1970-01-01T00:00:00.000Z', awaited: raw.items },
  ]);
});

test('of a long story the latest thirty events are told, and how many came before', () => {
  const story = Array.from({ length: 32 }, (_, n) => `event ${n + 1}`);
  expect(shown([], story.slice(0, 30)).happened).toEqual(story.slice(0, 30));
  expect(shown([], story).happened).toEqual(['2 earlier: the order’s document has all of them', ...story.slice(2)]);
});
