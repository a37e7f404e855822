import type { UpdateDefinition } from '@temporalio/common';
import { z } from 'zod';
import type { SessionId } from '../../../domain/ids';
import { type OrderStatus, REASONS } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import { cancelUpdate, deliverUpdate, retryUpdate, shipUpdate } from '../../../messages/order';
import type { ApiDeps } from '../../deps';
import { type Answer, type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { KeyHeader, note, OrderRef, Sku, webUrl } from '../fields';
import { retryRefund } from '../refunds/retry';
import { decideEnded } from './decide-ended';
import { AdminOrder, findOrder, readAdminOrder } from './document';
import { sendUpdate, updateIdOf } from './send-update';

const Shipment = z
  .strictObject({
    carrier: text(60),
    trackingNumber: text(100),
    trackingUrl: webUrl.optional(),
    items: z
      .array(z.strictObject({ sku: Sku, quantity: z.int().min(1).max(1_000_000) }))
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'What is in the parcel; absent: all that is unshipped.' }),
  })
  .refine(({ items = [] }) => new Set(items.map(({ sku }) => sku)).size === items.length, {
    error: 'names a SKU twice',
    path: ['items'],
  });

const Cancellation = z.strictObject({
  reason: z.enum(REASONS),
  note: note.optional().meta({ description: 'For the timeline; never leaves the database.' }),
});

const answers = { 200: { description: 'The order as it is now.', schema: AdminOrder } };

/** What staff may do with an order: each is an update to its workflow, and can be sent from the Temporal UI just as well. */
export function orderStepRoutes(deps: ApiDeps): Route[] {
  const step = { method: 'post', tag: 'Staff', params: OrderRef, headers: KeyHeader, answers } as const;
  return [
    route({
      ...step,
      path: '/admin/orders/{ref}/ship',
      summary: 'Record a shipment and mail the customer',
      description: 'The same carrier and number again changes nothing. More than is unshipped is `409`.',
      body: Shipment,
      problems: ['unknown_order', 'invalid_transition', 'out_of_stock'],
      handle: async ({ params, headers, body }) => {
        const { trackingUrl, items, ...parcel } = body;
        const request = { ...parcel, ...(trackingUrl && { trackingUrl }), ...(items && { items }) };
        const sessionId = await findOrder(deps.db, params.ref);
        // The run of an order that is done answers nobody; a parcel it left with is still the same parcel.
        if (await leftWith(deps, sessionId, parcel)) return { body: await readAdminOrder(deps, sessionId) };
        return take(deps, sessionId, headers, shipUpdate, [request]);
      },
    }),
    route({
      ...step,
      path: '/admin/orders/{ref}/deliver',
      summary: 'Report a shipped order delivered, which completes it',
      problems: ['unknown_order', 'invalid_transition'],
      handle: async ({ params, headers }) =>
        take(deps, await findOrder(deps.db, params.ref), headers, deliverUpdate, []),
    }),
    route({
      ...step,
      path: '/admin/orders/{ref}/cancel',
      summary: 'Cancel before anything is shipped',
      description:
        'Unpaid: closes the till first, and if Stripe says paid, refunds. Paid: refunds, returns stock, revokes downloads. When Stripe takes longer than 8 s the answer is the order as it is, and the rest follows.',
      body: Cancellation,
      problems: ['unknown_order', 'invalid_transition'],
      handle: async ({ params, headers, body: { reason, note } }) => {
        const sessionId = await findOrder(deps.db, params.ref);
        const remark = note === undefined ? undefined : { note, message: `Asked to cancel (${reason})` };
        return take(deps, sessionId, headers, cancelUpdate, [{ reason }], remark);
      },
    }),
    route({
      ...step,
      path: '/admin/orders/{ref}/retry',
      summary: 'Run the step that needs attention again',
      problems: ['unknown_order', 'invalid_transition', 'out_of_stock'],
      handle: async ({ params, headers }) => {
        const sessionId = await findOrder(deps.db, params.ref);
        // The workflow of a final order has ended: what its refunds need is asked by a workflow of their own.
        if ((await decideEnded(deps, sessionId)) || (await retryRefund(deps, sessionId)))
          return { body: await readAdminOrder(deps, sessionId) };
        return take(deps, sessionId, headers, retryUpdate, []);
      },
    }),
  ];
}

/** Whether an order that waits for no parcel any more has left with this one. */
async function leftWith(
  { db }: ApiDeps,
  sessionId: SessionId,
  { carrier, trackingNumber }: { carrier: string; trackingNumber: string },
): Promise<boolean> {
  const shipment = await db.shipment.findUnique({
    where: { sessionId_carrier_trackingNumber: { sessionId, carrier, trackingNumber } },
    select: { order: { select: { status: true } } },
  });
  return shipment !== null && shipment.order.status !== 'PREPARING';
}

/** One step: what staff remark is written first, so that it is never lost and never travels; then the workflow is asked. */
async function take<Args extends unknown[]>(
  deps: ApiDeps,
  sessionId: SessionId,
  headers: { 'idempotency-key'?: string | undefined },
  update: UpdateDefinition<OrderStatus, Args>,
  args: Args,
  remark?: { note: string; message: string },
): Promise<Answer> {
  const updateId = updateIdOf(update, args, headers['idempotency-key']);
  if (remark) {
    const entry = {
      sessionId,
      at: new Date(deps.clock.now()),
      type: 'note',
      actor: 'staff',
      key: `${update.name}/${updateId}`,
    };
    await deps.db.timelineEntry.createMany({ data: [{ ...entry, ...remark }], skipDuplicates: true });
  }
  const outcome = await sendUpdate(deps.temporal, { sessionId, update, args, updateId });
  if (outcome === 'accepted' && !ASKS_STRIPE.has(update.name))
    throw new Problem('unavailable', 'It is asked for and will be done; look at the order again.', { retryAfter: 2 });
  const order = await readAdminOrder(deps, sessionId);
  if (outcome === 'ended')
    throw new Problem(
      'invalid_transition',
      `The order is ${order.status}: it is done, and this changes nothing about it any more.`,
    );
  return { body: order };
}

/** What may wait for Stripe: after 8 s it is answered with the order as it is, for the request is stored and goes on. */
const ASKS_STRIPE: ReadonlySet<string> = new Set([cancelUpdate.name, retryUpdate.name]);
