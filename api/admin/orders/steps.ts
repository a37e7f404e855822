import type { UpdateDefinition } from '@temporalio/common';
import { z } from 'zod';
import type { SessionId } from '../../../domain/ids';
import { type OrderStatus, REASONS } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import { cancelUpdate, deliverUpdate, retryUpdate, shipUpdate } from '../../../messages/order';
import { decide } from '../../../store/orders/attention';
import { statusWithParcel } from '../../../store/orders/parcels';
import { addNote } from '../../../store/orders/timeline';
import type { ApiDeps } from '../../deps';
import { type Answer, type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { KeyHeader, note, OrderRef, Sku, webUrl } from '../fields';
import { retryRefund } from '../refunds/retry';
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
      .meta({ description: 'What is in the parcel; absent: everything unshipped.' }),
  })
  .refine(({ items = [] }) => new Set(items.map(({ sku }) => sku)).size === items.length, {
    error: 'names a SKU twice',
    path: ['items'],
  });

const Cancellation = z.strictObject({
  reason: z.enum(REASONS),
  note: note.optional().meta({ description: 'Shown on the timeline; never leaves the database.' }),
});

const answers = { 200: { description: 'The order as it is now.', schema: AdminOrder } };

/** What staff may do with an order. Each is an update to its workflow, so it can also be sent from the Temporal UI. */
export function orderStepRoutes(deps: ApiDeps): Route[] {
  const step = { method: 'post', tag: 'Staff', params: OrderRef, headers: KeyHeader, answers } as const;
  return [
    route({
      ...step,
      path: '/admin/orders/{ref}/ship',
      summary: 'Record a shipment and mail the customer',
      description: 'Sending the same carrier and number again changes nothing. `409` for more than is unshipped.',
      body: Shipment,
      problems: ['unknown_order', 'invalid_transition', 'out_of_stock'],
      handle: async ({ params, headers, body }) => {
        const { trackingUrl, items, ...parcel } = body;
        const request = { ...parcel, ...(trackingUrl && { trackingUrl }), ...(items && { items }) };
        const sessionId = await findOrder(deps.db, params.ref);
        // A final order has no workflow to answer; the same parcel again still changes nothing.
        if (await shippedWith(deps, sessionId, parcel)) return { body: await readAdminOrder(deps, sessionId) };
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
        'Unpaid: expires the session first, and refunds if Stripe says it was paid. Paid: refunds, returns stock and revokes downloads. If Stripe takes longer than 8 s, the response is the order as it stands, and the rest follows.',
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
        // The workflow of a final order has ended: what its refunds need is asked by a workflow of their own, and
        // what was found out later is decided about here.
        if (
          (await decide(deps.db, { sessionId, onlyEnded: true, at: new Date(deps.clock.now()) })) ||
          (await retryRefund(deps, sessionId))
        )
          return { body: await readAdminOrder(deps, sessionId) };
        return take(deps, sessionId, headers, retryUpdate, []);
      },
    }),
  ];
}

/** Whether an order that waits for no parcel any more was shipped with this one. */
async function shippedWith(
  { db }: ApiDeps,
  sessionId: SessionId,
  parcel: { carrier: string; trackingNumber: string },
): Promise<boolean> {
  const status = await statusWithParcel(db, { sessionId, ...parcel });
  return status !== null && status !== 'PREPARING';
}

/**
 * One step: first writes the note of staff, so that it is never lost and never leaves the database; then sends the
 * update.
 */
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
    const at = new Date(deps.clock.now());
    await addNote(deps.db, { sessionId, key: `${update.name}/${updateId}`, ...remark, at });
  }
  const outcome = await sendUpdate(deps.temporal, { sessionId, update, args, updateId });
  if (outcome === 'accepted' && !ASKS_STRIPE.has(update.name))
    throw new Problem('unavailable', 'The request is accepted and will be carried out. Read the order again.', {
      retryAfter: 2,
    });
  const order = await readAdminOrder(deps, sessionId);
  if (outcome === 'ended')
    throw new Problem(
      'invalid_transition',
      `The order is ${order.status}, which is final: this no longer changes anything.`,
    );
  return { body: order };
}

/**
 * Updates that may wait for Stripe: after 8 s the response is the order as it stands, since the request is stored and
 * goes on.
 */
const ASKS_STRIPE: ReadonlySet<string> = new Set([cancelUpdate.name, retryUpdate.name]);
