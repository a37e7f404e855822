import { z } from 'zod';
import { DELIVERY_STATUSES, OUTBOUND_TYPES } from '../../../domain/outbound';
import { Problem } from '../../../domain/problem';
import { type DeliveryRow, listDeliveries } from '../../../store/events/list';
import { replayDelivery } from '../../../store/events/replay';
import type { ApiDeps } from '../../deps';
import { Cursor, firstOf, NextCursor, placeIn } from '../../http/cursor';
import { type Route, route } from '../../http/route';
import { orNull, Timestamp, text, timestamp, timestampOrNull } from '../../http/schemas';
import { isUuid } from '../request-ids';

const PAGE = 50;

const Delivery = z
  .strictObject({
    id: z.string().meta({ description: 'The `webhook-id`, the same at every try.' }),
    type: z.enum(OUTBOUND_TYPES),
    number: z.string().meta({ description: 'Of its order.' }),
    sessionId: z.string(),
    at: Timestamp.meta({ description: 'When it happened.' }),
    status: z.enum(DELIVERY_STATUSES).meta({
      description: '`PENDING` until the receiver has taken it, or has not for three days.',
    }),
    attempts: z.int().meta({ description: 'Tries since it happened, or was last replayed.' }),
    lastTriedAt: orNull(Timestamp),
    lastError: orNull(z.string()).meta({
      description: 'Why the last try failed: `http_` and the status, `timeout`, or the code of the connection’s error.',
    }),
    nextTryAt: orNull(Timestamp),
    deliveredAt: orNull(Timestamp),
  })
  .meta({
    id: 'Delivery',
    example: {
      ...{ id: '0b9c1f4e-7a55-4f0e-9d0a-3f2f6c1f8f11', type: 'order.paid', number: '1001' },
      ...{ sessionId: 'cs_test_a1B2c3', at: '2026-11-23T12:03:00.000Z', status: 'PENDING', attempts: 2 },
      ...{ lastTriedAt: '2026-11-23T12:03:05.000Z', lastError: 'http_503', nextTryAt: '2026-11-23T12:04:05.000Z' },
      deliveredAt: null,
    },
  });

/** A filter with an empty value filters nothing. */
const Filters = z.strictObject({
  status: z.union([z.enum(DELIVERY_STATUSES), z.literal('')]).optional(),
  order: z
    .union([text(255), z.literal('')])
    .optional()
    .meta({ description: 'An order’s number or session id.' }),
  cursor: Cursor,
});

/** The events that the receiver at `EVENTS_URL` gets, and what became of each. */
export const deliveryRoutes = ({ db, clock }: Pick<ApiDeps, 'db' | 'clock'>): Route[] => [
  route({
    method: 'get',
    path: '/admin/deliveries',
    tag: 'Staff',
    summary: 'List events and their deliveries, newest first',
    description: 'Of the last 30 days. What each event holds, the section `webhooks` of this document says.',
    query: Filters,
    answers: {
      200: {
        description: `At most ${PAGE} events.`,
        schema: z.strictObject({ data: z.array(Delivery), nextCursor: NextCursor }),
      },
    },
    handle: async ({ query: { status, order, cursor } }) => {
      const filter = { status: status || undefined, order: order || undefined };
      const rows = await listDeliveries(db, { filter, after: placeIn(cursor, isId), limit: PAGE + 1 });
      const { shown, nextCursor } = firstOf(rows, PAGE, (row) => row);
      return { body: { data: shown.map(deliveryDocument), nextCursor } };
    },
  }),
  route({
    method: 'post',
    path: '/admin/deliveries/{id}/replay',
    tag: 'Staff',
    summary: 'Send an event again',
    description:
      'Under the same `webhook-id`, with the order as it is now, and for three days if need be. Also an event that was delivered. `409` while no worker has a receiver (`EVENTS_URL`).',
    params: z.strictObject({ id: text(64).meta({ description: 'Its id.' }) }),
    answers: { 200: { description: 'The event, pending again.', schema: Delivery } },
    problems: ['not_found', 'invalid_transition'],
    handle: async ({ params: { id }, actor }) => {
      const row = isUuid(id) ? await replayDelivery(db, { id, actor, at: new Date(clock.now()) }) : null;
      if (row === null) throw new Problem('not_found', 'There is no such event. Events are kept for 30 days.');
      if (row === 'no-receiver')
        throw new Problem('invalid_transition', 'There is no receiver: set EVENTS_URL and restart the worker.');
      return { body: deliveryDocument(row) };
    },
  }),
];

const isId = (given: string): given is string => isUuid(given);

const deliveryDocument = ({ at, lastTriedAt, nextTryAt, deliveredAt, ...row }: DeliveryRow) => ({
  ...row,
  at: timestamp(at),
  lastTriedAt: timestampOrNull(lastTriedAt),
  nextTryAt: timestampOrNull(nextTryAt),
  deliveredAt: timestampOrNull(deliveredAt),
});
