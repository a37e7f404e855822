import { z } from 'zod';
import { isSessionId, type SessionId } from '../../domain/ids';
import type { PaymentStatus } from '../../domain/order';
import { Problem } from '../../domain/problem';
import { abandonSignal } from '../../messages/order';
import { isKnownSession } from '../../store/checkouts/checkouts';
import { findStatus } from '../../store/orders/status';
import type { ApiDeps } from '../deps';
import type { Limits } from '../http/limits';
import { type Route, route } from '../http/route';
import { OrderStatus } from '../http/schemas';
import { tellOrder, tellRunning } from '../order-workflow';
import { findOrder, unknownOrder } from './find-order';
import { OrderDocument, orderDocument } from './order-document';

/** The id of an order in a storefront's address. Any other text is not a bad request but an order nobody has. */
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
    summary: 'An order, for whoever holds its link',
    description:
      'A paid session that is not known here is taken up, so a success page works before the webhook: `200` once the order is written, else `503`.',
    params: SessionParam,
    answers: { 200: { description: 'The order.', schema: OrderDocument } },
    problems: ['unknown_order', 'rate_limited'],
    handle: async ({ params, req }) => {
      const order = await findOrder(deps, limits, req, params.sessionId);
      return { body: orderDocument(deps.env, deps.clock.now(), order) };
    },
  }),
  route({
    method: 'post',
    path: '/orders/{sessionId}/abandon',
    tag: 'Storefront',
    summary: 'The shopper came back without paying',
    description:
      'Closes the payment page, then releases the stock. Stripe decides: if the shopper has paid after all, the order goes on.',
    params: SessionParam,
    answers: { 202: { description: 'Asked for, or already closed.', schema: z.strictObject({ status: OrderStatus }) } },
    problems: ['unknown_order', 'invalid_transition'],
    handle: async ({ params }) => ({ status: 202, body: { status: await abandon(deps, params.sessionId) } }),
  }),
];

async function abandon({ db, temporal }: ApiDeps, id: string): Promise<z.infer<typeof OrderStatus>> {
  if (!isSessionId(id)) throw unknownOrder();
  const order = await findStatus(db, id);
  if (order && PAYING.has(order.paymentStatus))
    throw new Problem('invalid_transition', `The order is ${order.status}, its payment ${order.paymentStatus}.`);
  if (order && order.status !== 'PENDING') return order.status;
  if (!order && !(await isKnownSession(db, id))) throw unknownOrder();
  await letGo(temporal, id);
  return 'PENDING';
}

/** Where the workflow does not run (it was terminated, say), one is started, for the stock must be let go all the same. */
async function letGo(temporal: ApiDeps['temporal'], id: SessionId): Promise<void> {
  if ((await tellRunning(temporal, id, abandonSignal, TEMPORAL_MS)) === 'told') return;
  await tellOrder(temporal, id, abandonSignal, 'page', TEMPORAL_MS);
}

/** Money is there or on its way. */
const PAYING: ReadonlySet<PaymentStatus> = new Set<PaymentStatus>([
  'PROCESSING',
  'PAID',
  'NO_PAYMENT_REQUIRED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
]);
