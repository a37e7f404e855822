import { z } from 'zod';
import { REASONS } from '../../../domain/order';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { Lines, note, RequiredKey } from '../fields';
import { findOrder, ORDER_CHANGE, readAdminOrder } from '../orders/document';
import { refuseImpossible } from './possible';
import { requestRefund } from './request';

const RefundBody = z.strictObject({
  amount: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'In the smallest unit of the order’s currency; absent: everything that is left.' }),
  reason: z.enum(REASONS),
  restock: Lines.optional().meta({
    description: 'What goes back on the shelf, shipped or not; never more than was bought.',
  }),
  note: note.optional().meta({ description: 'For the timeline; never leaves the database.' }),
});

/**
 * `POST /admin/orders/{ref}/refund`: refunds an order, whether its workflow is running or has ended.
 */
export const refundRoutes = (deps: ApiDeps): Route[] => [
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/refund',
    summary: 'Refund an order, all that is left or a part',
    description:
      'Once a key: the same key with the same body makes one refund. A `409` is not remembered: nothing was made, so the same key is judged anew. If Stripe takes longer than 8 s, the answer is the order as it is, with the refund listed as `requested`, and the rest follows. If Stripe refuses the refund for good, the answer is `200` too: the request is recorded, listed as `refused` with Stripe’s own sentence in `refusal`, and the order needs attention.',
    headers: RequiredKey,
    body: RefundBody,
    problems: ['unknown_order', 'idempotency_key_reused', 'refund_exceeds_remaining', 'invalid_transition'],
    handle: async ({ params, headers, body: { amount, reason, restock, note }, actor }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      await refuseImpossible(deps, sessionId, { amount, path: 'amount' });
      const request = { reason, ...(amount !== undefined && { amount }), ...(restock && { restock }) };
      const idempotencyKey = headers['idempotency-key'];
      await requestRefund(deps, { sessionId, idempotencyKey, request, note, actor });
      return { body: await readAdminOrder(deps, sessionId) };
    },
  }),
];
