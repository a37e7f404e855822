import { z } from 'zod';
import { isSessionId, type SessionId } from '../../../domain/ids';
import type { Prisma } from '../../../prisma/generated/client';
import type { Db } from '../../../store/database';
import type { ApiDeps } from '../../deps';
import { invalid, type Route, route } from '../../http/route';
import { Money, money, OrderStatus, orNull, PaymentStatus, Timestamp, text, timestamp } from '../../http/schemas';
import { Attention, attentionOf } from './document';

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
    createdAt: Timestamp,
  })
  .meta({ id: 'OrderRow' });

const OrderRows = z.strictObject({
  data: z.array(OrderRow),
  nextCursor: orNull(z.string()).meta({ description: 'Where the next page begins; null on the last.' }),
});

const Cursor = z.string().max(400).optional().meta({ description: '`nextCursor` of the page before.' });

/** A filter that is named and left empty filters nothing. */
const Filters = z.strictObject({
  status: z.union([OrderStatus, z.literal('')]).optional(),
  attention: z.enum(['true', '']).optional().meta({ description: 'Only orders that need attention.' }),
  disputed: z.enum(['true', '']).optional().meta({ description: 'Only orders with an open dispute.' }),
  cursor: Cursor,
});

const Search = z
  .strictObject({
    email: text(320).optional().meta({ description: 'Exactly, in whatever case.' }),
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
    summary: 'Orders, newest first',
    query: Filters,
    answers: { 200: { description: `At most ${PAGE} orders.`, schema: OrderRows } },
    handle: async ({ query: { status, attention, disputed, cursor } }) => ({
      body: await page(db, cursor, {
        ...(status && { status }),
        ...(attention && { attentionStep: { not: null } }),
        ...(disputed && { disputed: true }),
      }),
    }),
  }),
  route({
    method: 'post',
    path: '/admin/orders/search',
    tag: 'Staff',
    summary: 'Orders of a customer, by number or by payment',
    description: 'All that is named must match. A POST, so that no personal data stands in an address.',
    body: Search,
    answers: { 200: { description: `At most ${PAGE} orders, newest first.`, schema: OrderRows } },
    handle: async ({ body: { email, userId, number, paymentIntentId, cursor } }) => ({
      body: await page(db, cursor, {
        ...(number && { number }),
        ...(paymentIntentId && { paymentIntentId }),
        ...((email || userId) && {
          // Addresses are kept in lower case.
          customer: { is: { ...(email && { email: email.trim().toLowerCase() }), ...(userId && { userId }) } },
        }),
      }),
    }),
  }),
];

/** One page by keyset: what is new since the page before never moves a row into this one or out of it. */
async function page(
  db: Db,
  cursor: string | undefined,
  where: Prisma.OrderWhereInput,
): Promise<z.infer<typeof OrderRows>> {
  const found = await db.order.findMany({
    where: { AND: [where, cursor ? after(cursor) : {}] },
    orderBy: [{ createdAt: 'desc' }, { sessionId: 'asc' }],
    take: PAGE + 1,
  });
  const shown = found.slice(0, PAGE);
  const last = shown.at(-1);
  return {
    data: shown.map((order) => ({
      number: order.number,
      sessionId: order.sessionId,
      status: order.status,
      paymentStatus: order.paymentStatus,
      total: money(order.total, order.currency),
      refunded: money(order.refunded, order.currency),
      attention: attentionOf(order),
      disputed: order.disputed,
      createdAt: timestamp(order.createdAt),
    })),
    nextCursor: last && found.length > PAGE ? encode(last) : null,
  };
}

interface Place {
  createdAt: Date;
  sessionId: string;
}

/** The first condition is what the index on (created_at DESC, session_id) begins at. */
function after(cursor: string): Prisma.OrderWhereInput {
  const { createdAt, sessionId } = decode(cursor);
  return { createdAt: { lte: createdAt }, OR: [{ createdAt: { lt: createdAt } }, { sessionId: { gt: sessionId } }] };
}

const encode = ({ createdAt, sessionId }: Place): string =>
  Buffer.from(`${createdAt.getTime()} ${sessionId}`).toString('base64url');

function decode(cursor: string): { createdAt: Date; sessionId: SessionId } {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const createdAt = new Date(/^\d{1,16}$/.test(time) ? Number(time) : Number.NaN);
  if (Number.isNaN(createdAt.getTime()) || !isSessionId(id))
    throw invalid([{ path: 'cursor', message: 'is not a cursor of ours' }]);
  return { createdAt, sessionId: id };
}
