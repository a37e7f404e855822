import { Problem } from '../../../domain/problem';
import { eraseCustomer } from '../../../store/customers/erase';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { findOrder, ORDER_CHANGE, readAdminOrder } from './document';

/** `POST /admin/orders/{ref}/erase`: who bought is forgotten; what was bought, and every cent of it, stays. */
export const eraseRoutes = (deps: ApiDeps): Route[] => [
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/erase',
    summary: 'Remove the personal data of a final order, for good',
    description:
      'Removes the customer, the links of the invoice, the name on a withdrawal, the words of requests to return, the texts and recipients of mails, the notes of staff, what the checkout was given, a voucher, and the evidence of disputes. A later look at Stripe does not bring it back. `409` while the order is not final, or a refund or a dispute is open.',
    handle: async ({ params, actor }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      const refusal = await eraseCustomer(deps.db, { sessionId, actor, at: new Date(deps.clock.now()) });
      if (refusal !== null) throw new Problem('invalid_transition', `${refusal}.`);
      return { body: await readAdminOrder(deps, sessionId) };
    },
  }),
];
