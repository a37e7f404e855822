import { z } from 'zod';
import { Problem } from '../../../domain/problem';
import { recordActor } from '../../../store/orders/request-actors';
import { declineReturnRequest } from '../../../store/orders/return-requests';
import type { ApiDeps } from '../../deps';
import { orTheSweep, showChange, startFirstMails } from '../../first-mails';
import { type Route, route } from '../../http/route';
import { note, OrderRef } from '../fields';
import { findOrder, ORDER_CHANGE, readAdminOrder } from './document';

/** `POST …/return-requests/{id}/decline`: staff do not take back what a shopper asked to return. */
export const returnRequestRoutes = (deps: ApiDeps): Route[] => [
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/return-requests/{id}/decline',
    summary: 'Decline what a customer asked to return',
    description:
      'The customer is mailed `note` as it is, in `return_request_declined`. To accept a request, write to them where to send it, and record the return once it is back: that answers it. The same note again changes nothing.',
    params: OrderRef.extend({ id: z.uuid().meta({ description: 'From `returnRequests` of the order.' }) }),
    body: z.strictObject({
      note: note.meta({ description: 'For the customer; never leaves the database otherwise.' }),
    }),
    problems: ['unknown_order', 'not_found', 'invalid_transition'],
    handle: async ({ params, body, actor }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      const at = new Date(deps.clock.now());
      const declined = await declineReturnRequest(deps.db, { sessionId, id: params.id, note: body.note, actor, at });
      if (declined === null) throw new Problem('not_found', 'The order has no such request to return.');
      if (declined.outcome === 'refused') throw new Problem('invalid_transition', `${declined.reason}.`);
      for (const { key } of declined.mails) await recordActor(deps.db, { sessionId, key, actor, at });
      const mails = startFirstMails(deps, sessionId, declined.mails);
      await orTheSweep(deps, sessionId, [...mails, showChange(deps, sessionId)]);
      return { body: await readAdminOrder(deps, sessionId) };
    },
  }),
];
