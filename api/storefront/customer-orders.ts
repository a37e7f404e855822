import { z } from 'zod';
import { listOrdersOfUser } from '../../store/orders/list';
import { findOrderOf, type OrderView } from '../../store/orders/view';
import type { ApiDeps } from '../deps';
import { Cursor, NextCursor, pageOf, positionIn } from '../http/cursor';
import type { Limits } from '../http/limits';
import { type Route, route } from '../http/route';
import { text } from '../http/schemas';
import { unknownOrder } from './find-order';
import { fromGuest } from './guest';
import { OrderDocument, orderDocument } from './order-document';

const PAGE = 20;

const Orders = z.strictObject({ data: z.array(OrderDocument), nextCursor: NextCursor });

const Lookup = z
  .strictObject({ number: text(20), email: text(320).meta({ description: 'In upper or lower case.' }) })
  .meta({ id: 'OrderLookup', example: { number: '1001', email: 'ada@example.com' } });

/** `/storefront/orders`: what the server of a storefront reads for its shoppers, from the database alone. */
export function customerOrderRoutes({ db, env, clock }: ApiDeps, limits: Limits): Route[] {
  const shownTo =
    (reader: 'address' | 'customer') =>
    (order: OrderView): OrderDocument =>
      orderDocument(env, clock.now(), order, reader);
  return [
    route({
      method: 'get',
      path: '/storefront/orders',
      tag: 'Storefront',
      summary: 'List the orders of a customer, newest first',
      description:
        'By the `userId` that the checkouts were opened with. Make sure that this customer is the one who is signed in: the documents have their downloads.',
      query: z.strictObject({
        userId: text(200).meta({ description: 'The customer’s id in the shop’s own system.', example: 'user-7' }),
        cursor: Cursor,
      }),
      answers: { 200: { description: `At most ${PAGE} orders, paid or not.`, schema: Orders } },
      handle: async ({ query: { userId, cursor } }) => {
        const orders = await listOrdersOfUser(db, { userId, after: positionIn(cursor), limit: PAGE + 1 });
        const page = pageOf(orders, PAGE);
        return { body: { data: page.shown.map(shownTo('customer')), nextCursor: page.nextCursor } };
      },
    }),
    route({
      method: 'post',
      path: '/storefront/orders/lookup',
      tag: 'Storefront',
      summary: 'Find an order by its number and the customer’s e-mail address',
      description:
        'For guests. The same answer when there is no such number and when the address is another’s. Limited per shopper, so name them in `Holdfast-Shopper`.',
      body: Lookup,
      answers: { 200: { description: 'The order.', schema: OrderDocument } },
      problems: ['unknown_order'],
      handle: async ({ body, req }) => {
        await limits.lookUp(req);
        const order = await findOrderOf(db, fromGuest(body));
        if (!order) throw unknownOrder('There is no order with this number and e-mail address.');
        // A number and an address stand on a parcel: they prove no mailbox.
        return { body: shownTo('address')(order) };
      },
    }),
  ];
}
