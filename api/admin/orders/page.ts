import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { OrderRef } from '../fields';
import { AdminOrder, findOrder, readAdminOrder } from './document';

/** `GET /admin/orders/{ref}`: one order with everything known about it, from the database alone. */
export const orderPageRoutes = (deps: Pick<ApiDeps, 'db' | 'env' | 'clock'>): Route[] => [
  route({
    method: 'get',
    path: '/admin/orders/{ref}',
    tag: 'Staff',
    summary: 'Get an order with everything that is known about it',
    params: OrderRef,
    answers: { 200: { description: 'The order.', schema: AdminOrder } },
    problems: ['unknown_order'],
    handle: async ({ params }) => ({ body: await readAdminOrder(deps, await findOrder(deps.db, params.ref)) }),
  }),
];
