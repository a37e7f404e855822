import { eraseCustomer } from '../../../store/customers/erase';
import { exportCustomer } from '../../../store/customers/export';
import type { Db } from '../../../store/database';
import { listByAttention, listOrders, type OrderFilter, type OrderPosition } from '../../../store/orders/list';
import { findOrderId, readStaffOrder } from '../../../store/orders/staff-view';
import { readSweep } from '../../../store/reconciliation/sweeps';
import { adjustStock, readShelf } from '../../../store/stock/shelves';
import { GOODS } from '../orders';
import { paymentOf, sessionOf } from '../shops';
import { ageOf, createdAt, expect, type Probe, type Visit } from './probe';

/** A page of a list is 50 orders, and one more that tells whether there is another page. */
const LIMIT = 51;

/** `GET /admin/orders`, with each filter that it has, and the list at `/staff` that is sorted otherwise. */
export const LISTS: Probe[] = [
  list('all orders', {}, LIMIT),
  list('all orders, from the middle of the past', {}, 0, (visit) => positionOf(visit, 50, 50)),
  list('status PENDING', { status: 'PENDING' }, 10),
  list('status PREPARING', { status: 'PREPARING' }, 40),
  list('status COMPLETED', { status: 'COMPLETED' }, LIMIT),
  list('status REFUNDED', { status: 'REFUNDED' }, 30),
  list('status SHIPPED (hardly any)', { status: 'SHIPPED' }, 0),
  list('needs attention', { attention: true }, 4),
  {
    name: 'needs attention, the longest waiting first',
    run: async (db) => {
      const orders = await listByAttention(db, { after: null, limit: LIMIT });
      expect(orders.length >= 4, 'needs attention, the longest waiting first');
    },
  },
  list('disputed', { disputed: true }, 3),
  list('status PREPARING, needs attention', { status: 'PREPARING', attention: true }, 4),
  list('status COMPLETED, disputed', { status: 'COMPLETED', disputed: true }, 3),
  list('status EXPIRED, disputed (none)', { status: 'EXPIRED', disputed: true }, 0),
];

/** `POST /admin/orders/search`, by each field that it has. */
export const SEARCHES: Probe[] = [
  search('number', (visit) => ({ number: numberOf(visit) }), 1),
  search('number that nobody has', () => ({ number: '9-unknown' }), 0),
  search('payment', (visit) => ({ paymentIntentId: paymentOf(ageOf(visit, ...LOOKED_FOR)) }), 1),
  search('e-mail', (visit) => ({ email: emailOf(visit) }), 5),
  search('e-mail that nobody has', ({ turn }) => ({ email: `nobody${turn}@example.com` }), 0),
  search('user', (visit) => ({ userId: `user-${customerOf(visit)}` }), 5),
  search('e-mail and user', (visit) => ({ email: emailOf(visit), userId: `user-${customerOf(visit)}` }), 5),
  search('e-mail and number', (visit) => ({ email: emailOf(visit), number: numberOf(visit) }), 1),
];

export const STAFF: Probe[] = [
  {
    name: 'show an order, by its number',
    run: async (db, visit) => {
      const id = await findOrderId(db, { ref: numberOf(visit) });
      expect(id !== null && (await readStaffOrder(db, id)).timeline.length >= 7, 'the order');
    },
  },
  {
    name: 'export a customer',
    run: async (db, visit) => {
      const { orders } = await exportCustomer(db, { email: emailOf(visit), actor: 'staff', at: visit.at });
      expect(orders.length === 5, 'five orders');
    },
  },
  {
    name: 'erase a customer',
    run: async (db, visit) => {
      const sessionId = sessionOf(ageOf(visit, ...ERASED));
      const refused = await eraseCustomer(db, { sessionId, actor: 'staff', at: visit.at });
      expect(refused === null, `erased: ${refused}`);
    },
  },
  {
    name: 'show a shelf and its movements',
    run: async (db, { turn }) => {
      const shelf = await readShelf(db, { sku: `good-${turn % GOODS}`, movements: 50 });
      expect(shelf.onHand > 0 && shelf.movements.length > 0, 'the shelf');
    },
  },
  {
    name: 'count a shelf',
    run: async (db, { turn, at }) => {
      const change = { sku: `good-${turn % GOODS}`, delta: 1, reason: 'counted', actor: 'staff', key: `v${turn}` };
      expect((await adjustStock(db, { ...change, at })) === 'adjusted', 'counted');
    },
  },
  { name: 'show the latest sweep', run: async (db) => expect((await readSweep(db, 'latest')) !== null, 'a sweep') },
];

/** Of other customers than those that are looked for. */
const LOOKED_FOR: [number, number] = [10, 49];
const ERASED: [number, number] = [56, 58];

function list(
  name: string,
  filter: OrderFilter,
  least: number,
  after: (visit: Visit) => OrderPosition | null = () => null,
): Probe {
  return {
    name,
    run: async (db, visit) => expect((await page(db, filter, after(visit))).length >= least, name),
  };
}

function search(name: string, filter: (visit: Visit) => OrderFilter, found: number): Probe {
  return {
    name: `by ${name}`,
    run: async (db, visit) => {
      const { length } = await page(db, filter(visit), null);
      expect(length === found, `${name}: ${length} found`);
    },
  };
}

const page = (db: Db, filter: OrderFilter, after: OrderPosition | null) =>
  listOrders(db, { filter, after, limit: LIMIT });

const positionOf = (visit: Visit, from: number, to: number): OrderPosition => {
  const age = ageOf(visit, from, to);
  return { createdAt: createdAt(visit.shop, age), sessionId: sessionOf(age) };
};
/** The customer of each fifth order of the past is the same. */
const customerOf = (visit: Visit): number => Math.floor(ageOf(visit, ...LOOKED_FOR) / 5);
const emailOf = (visit: Visit): string => `shopper${customerOf(visit)}@example.com`;
const numberOf = (visit: Visit): string => `${visit.shop.orders + 1000 - ageOf(visit, ...LOOKED_FOR)}`;
