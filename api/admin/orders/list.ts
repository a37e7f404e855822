import { z } from 'zod';
import { HOLD_REASONS } from '../../../domain/order';
import type { Db } from '../../../store/database';
import { listOrders, type OrderFilter, SHIPPING } from '../../../store/orders/list';
import type { ApiDeps } from '../../deps';
import { Cursor, NextCursor, pageOf, positionIn } from '../../http/cursor';
import { type Route, route } from '../../http/route';
import { Money, money, OrderStatus, orNull, PaymentStatus, Timestamp, text, timestamp } from '../../http/schemas';
import { Attention, attentionDocument } from './document';

const PAGE = 50;

const OrderRow = z
  .strictObject({
    number: z.string(),
    sessionId: z.string(),
    status: OrderStatus,
    paymentStatus: PaymentStatus,
    total: Money,
    refunded: Money,
    attention: orNull(Attention),
    disputed: z.boolean().meta({ description: 'A dispute is open.' }),
    hold: orNull(z.enum(HOLD_REASONS)).meta({ description: 'Why staff hold shipping.' }),
    withdrawn: z.boolean().meta({ description: 'The customer has withdrawn from the contract.' }),
    returnRequested: z.boolean().meta({
      description: 'The customer asks to return goods: a request is neither declined nor all of it back.',
    }),
    createdAt: Timestamp,
  })
  .meta({ id: 'OrderRow' });

const OrderRows = z.strictObject({
  data: z.array(OrderRow),
  nextCursor: NextCursor,
});

const flag = (description: string) => z.enum(['true', '']).optional().meta({ description });

/** A filter with an empty value filters nothing. */
export const Filters = z.strictObject({
  status: z.union([OrderStatus, z.literal('')]).optional(),
  attention: flag('Only orders that need attention.'),
  disputed: flag('Only orders with an open dispute.'),
  held: flag('Only orders whose shipping staff hold.'),
  shipping: z
    .enum([...SHIPPING, ''])
    .optional()
    .meta({
      description:
        'Of the orders with something to be sent: only those that `ship` would be accepted for (`free`), or only those that may not leave now (`stopped`): on hold, disputed, under review, under a fraud warning, being cancelled, with a lost dispute that awaits a decision, or whose goods went back into stock. One that needs attention for anything else may leave.',
    }),
  withdrawn: flag('Only orders whose customer has withdrawn from the contract.'),
  returnRequested: flag(
    'Only orders with an open request to return: neither declined nor all of it back. Without orders that are refunded in full.',
  ),
});

/** What these filters ask of the store. */
export const filterOf = ({ status, shipping, ...flags }: z.output<typeof Filters>): OrderFilter => ({
  status: status || undefined,
  shipping: shipping || undefined,
  attention: flags.attention === 'true',
  disputed: flags.disputed === 'true',
  held: flags.held === 'true',
  withdrawn: flags.withdrawn === 'true',
  returnRequested: flags.returnRequested === 'true',
});

const Search = z
  .strictObject({
    email: text(320).optional().meta({ description: 'Exact, in any case.' }),
    userId: text(200).optional(),
    number: text(20).optional(),
    paymentIntentId: text(255).optional(),
    cursor: Cursor,
  })
  .refine(({ cursor: _page, ...criteria }) => Object.keys(criteria).length > 0, {
    error: 'name at least one of email, userId, number, paymentIntentId',
  });

/** Lists of orders, newest first, from the database alone. */
export const orderListRoutes = ({ db }: Pick<ApiDeps, 'db'>): Route[] => [
  route({
    method: 'get',
    path: '/admin/orders',
    tag: 'Staff',
    summary: 'List orders, newest first',
    query: Filters.extend({ cursor: Cursor }),
    answers: { 200: { description: `At most ${PAGE} orders.`, schema: OrderRows } },
    handle: async ({ query: { cursor, ...filters } }) => ({ body: await page(db, cursor, filterOf(filters)) }),
  }),
  route({
    method: 'post',
    path: '/admin/orders/search',
    tag: 'Staff',
    summary: 'Find orders by customer, number or payment',
    description: 'Orders that match every field given. A POST, so that no personal data appears in a URL.',
    body: Search,
    answers: { 200: { description: `At most ${PAGE} orders, newest first.`, schema: OrderRows } },
    handle: async ({ body: { email, userId, number, paymentIntentId, cursor } }) => ({
      body: await page(db, cursor, {
        ...{ userId, number, paymentIntentId },
        email: email?.trim().toLowerCase(),
      }),
    }),
  }),
];

async function page(db: Db, cursor: string | undefined, filter: OrderFilter): Promise<z.infer<typeof OrderRows>> {
  const orders = await listOrders(db, { filter, after: positionIn(cursor), limit: PAGE + 1 });
  const { shown, nextCursor } = pageOf(orders, PAGE);
  return {
    data: shown.map(({ currency, total, refunded, attention, createdAt, stopped: _, lost: __, ...order }) => ({
      ...order,
      total: money(total, currency),
      refunded: money(refunded, currency),
      attention: attentionDocument(attention),
      createdAt: timestamp(createdAt),
    })),
    nextCursor,
  };
}
