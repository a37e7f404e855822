/** `/v1/checkout/sessions`. */
import { page, paging, pagingByTime } from '../http/lists';
import { changedMetadata, metadata } from '../http/metadata';
import { emptyable, group, known, oneOf, text, unsupported } from '../http/params';
import { type Route, route } from '../http/route';
import { lineItemsOf } from './line-items';
import { createSession } from './session-create';
import { sessionShape } from './session-shape';
import { expireSession, sessionNamed } from './sessions';

export const sessionRoutes: Route[] = [
  route('POST', '/v1/checkout/sessions', sessionShape, ({ world, params }) => createSession(world, params)),
  route(
    'GET',
    '/v1/checkout/sessions',
    {
      ...pagingByTime,
      customer: text(),
      customer_account: text(),
      customer_details: group({ email: text() }),
      payment_intent: text(),
      payment_link: text(),
      status: oneOf('complete', 'expired', 'open'),
      subscription: known,
    },
    ({ world, params }) =>
      page(world.store.sessions, params, {
        url: '/v1/checkout/sessions',
        what: 'checkout.session',
        ...(params.payment_intent !== undefined && {
          only: { index: 'payment_intent' as const, key: params.payment_intent },
        }),
        where: (session) =>
          (params.status === undefined || session.status === params.status) &&
          (params.customer === undefined || session.customer === params.customer) &&
          (params.payment_link === undefined || session.payment_link === params.payment_link) &&
          (params.customer_details?.email === undefined ||
            session.customer_details?.email === params.customer_details.email),
      }),
  ),
  route('GET', '/v1/checkout/sessions/:id', {}, ({ world, id }) => sessionNamed(world, id)),
  route(
    'POST',
    '/v1/checkout/sessions/:id',
    {
      collected_information: unsupported,
      line_items: unsupported,
      metadata: emptyable(metadata),
      payment_intent_data: unsupported,
      shipping_options: unsupported,
    },
    ({ world, id, params }) => {
      const session = sessionNamed(world, id);
      return world.store.sessions.put({ ...session, metadata: changedMetadata(session.metadata, params.metadata) });
    },
  ),
  route('POST', '/v1/checkout/sessions/:id/expire', {}, ({ world, id }) => expireSession(world, id)),
  route('GET', '/v1/checkout/sessions/:id/line_items', paging, ({ world, id, params }) => {
    sessionNamed(world, id);
    return lineItemsOf(world, id, params);
  }),
];
