import { z } from 'zod';
import { exportCustomer } from '../../../store/customers/export';
import { forgetStockRequests } from '../../../store/stock/requests';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { orNull, Timestamp, text, timestamp } from '../../http/schemas';

const Email = text(320).meta({ description: 'In any case, percent-encoded.' });
const Rows = z.array(z.record(z.string(), z.unknown()));

/** `GET /admin/customers/{email}/export`: what the law lets a person ask for. */
export const customerRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'get',
    path: '/admin/customers/{email}/export',
    tag: 'Staff',
    summary: 'Everything kept about a person',
    description:
      'One JSON document: the person’s orders with items, address, parcels, downloads, refunds, returns and requests for them, replacements, disputes, withdrawal, notes and mails, checkouts of the last day that became no order, mails about no order, products that the person waits to hear of, and since when they have unsubscribed. Fields are named as they are stored. The timeline of each order says that it was exported.',
    params: z.strictObject({ email: Email }),
    answers: {
      200: {
        description: 'What is kept. Lists are empty where nothing is.',
        schema: z.strictObject({
          email: z.string(),
          exportedAt: Timestamp,
          orders: Rows.meta({ description: 'Oldest first.' }),
          checkouts: Rows,
          mails: Rows,
          stockRequests: Rows.meta({ description: 'Products that they wait to hear of.' }),
          unsubscribedAt: orNull(Timestamp).meta({
            description: 'Since when they want no mails about expired checkouts.',
          }),
        }),
        headers: { 'cache-control': '`no-store`.' },
      },
    },
    handle: async ({ params, actor }) => {
      const at = new Date(deps.clock.now());
      const email = params.email.toLowerCase();
      const kept = await exportCustomer(deps.db, { email, actor, at });
      return { body: { email, exportedAt: timestamp(at), ...kept }, headers: { 'cache-control': 'no-store' } };
    },
  }),
  route({
    method: 'delete',
    path: '/admin/customers/{email}/stock-requests',
    tag: 'Staff',
    summary: 'Forget the products that a person waits to hear of',
    description:
      'With the mails that told them of others. For people without an order; `erase` of an order does the same for its customer.',
    params: z.strictObject({ email: Email }),
    answers: { 200: { description: 'None are kept.', schema: z.strictObject({ forgotten: z.literal(true) }) } },
    handle: async ({ params }) => {
      await forgetStockRequests(deps.db, { email: params.email.toLowerCase() });
      return { body: { forgotten: true } };
    },
  }),
];
