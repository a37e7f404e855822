import { z } from 'zod';
import { whyNot } from '../../domain/actions';
import { isSessionId, type SessionId } from '../../domain/ids';
import { Problem } from '../../domain/problem';
import { abandonSignal } from '../../messages/order';
import { isKnownSession } from '../../store/checkouts/checkouts';
import { findStatus } from '../../store/orders/status';
import { noteLeft } from '../../store/orders/timeline';
import type { ApiDeps } from '../deps';
import type { Limits } from '../http/limits';
import { type Route, route } from '../http/route';
import { OrderStatus } from '../http/schemas';
import { signalOrder, signalRunning } from '../order-workflow';
import { findOrder, unknownOrder } from './find-order';
import { OrderDocument, orderDocument } from './order-document';

/** The session id in a storefront's URL. Text that is no session id is an unknown order, not a bad request. */
export const SessionParam = z.object({
  sessionId: z.string().meta({ description: 'The Checkout Session’s id.', example: 'cs_test_a1B2c3' }),
});

const TEMPORAL_MS = 4_000;

/** `GET /orders/{sessionId}` and `POST /orders/{sessionId}/abandon`. */
export const orderRoutes = (deps: ApiDeps, limits: Limits): Route[] => [
  route({
    method: 'get',
    path: '/orders/{sessionId}',
    tag: 'Storefront',
    summary: 'Get an order',
    description:
      'Works before the webhook has arrived: an order that is paid at Stripe but not known here is created first (`200` once it exists, `503` until then).',
    params: SessionParam,
    answers: { 200: { description: 'The order.', schema: OrderDocument } },
    problems: ['unknown_order', 'rate_limited'],
    handle: async ({ params, req }) => {
      const order = await findOrder(deps, limits, req, params.sessionId);
      return { body: orderDocument(deps.env, deps.clock.now(), order, 'address') };
    },
  }),
  route({
    method: 'post',
    path: '/orders/{sessionId}/abandon',
    tag: 'Storefront',
    summary: 'Abandon a checkout: the shopper came back without paying',
    description:
      'Expires the payment page, then releases the stock. If Stripe says that the shopper has paid after all, the order goes on.',
    params: SessionParam,
    answers: { 202: { description: 'Accepted, or already closed.', schema: z.strictObject({ status: OrderStatus }) } },
    problems: ['unknown_order', 'invalid_transition', 'rate_limited'],
    handle: async ({ params, req }) => {
      await limits.abandon(req);
      return { status: 202, body: { status: await abandon(deps, limits, params.sessionId) } };
    },
  }),
];

async function abandon(
  { db, temporal, clock }: ApiDeps,
  limits: Limits,
  id: string,
): Promise<z.infer<typeof OrderStatus>> {
  if (!isSessionId(id)) throw unknownOrder();
  const order = await findStatus(db, id);
  const refusal = order && whyNot('abandon', order);
  if (refusal) throw new Problem('invalid_transition', `${refusal}.`);
  if (order && order.status !== 'PENDING') return order.status;
  if (!order && !(await isKnownSession(db, id))) throw unknownOrder();
  // Before anything is counted: a process that dies here must not make the next request believe that it was done.
  await noteLeft(db, { sessionId: id, at: new Date(clock.now()), who: 'shopper' });
  const signal = () => abandonOrder(temporal, id, order);
  // Without an order nothing could be written down, so each request reaches the workflow.
  await (order ? limits.abandonOnce(id, signal) : signal());
  return 'PENDING';
}

/** If no workflow runs (it was terminated, say), starts one: the stock must be released all the same. */
async function abandonOrder(
  temporal: ApiDeps['temporal'],
  id: SessionId,
  order: { number: string } | null,
): Promise<void> {
  if ((await signalRunning(temporal, id, abandonSignal, TEMPORAL_MS)) === 'signalled') return;
  await signalOrder(temporal, { sessionId: id }, order, abandonSignal, TEMPORAL_MS);
}
