import type { UpdateDefinition } from '@temporalio/common';
import { z } from 'zod';
import { whyInBrackets } from '../../../domain/codes-in-words';
import type { SessionId } from '../../../domain/ids';
import { type OrderStatus, REASONS } from '../../../domain/order';
import { cancelUpdate, deliverUpdate, retryUpdate, shipUpdate } from '../../../messages/order';
import { decide } from '../../../store/orders/attention';
import { statusWithParcel } from '../../../store/orders/parcels';
import { addNote } from '../../../store/orders/timeline';
import type { ApiDeps } from '../../deps';
import { type Answer, type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { Lines, note, webUrl } from '../fields';
import { retryRefund } from '../refunds/retry';
import { cancelOrder } from './cancel';
import { findOrder, ORDER_CHANGE, readAdminOrder } from './document';
import { retryFollowers } from './followers';
import { onceRead } from './once-read';
import { notRecordedYet, sendUpdate, tooLate, updateIdOf } from './send-update';

const Shipment = z.strictObject({
  carrier: text(60),
  trackingNumber: text(100),
  trackingUrl: webUrl.optional(),
  items: Lines.optional().meta({ description: 'What is in the parcel; absent: everything unshipped.' }),
});

const Cancellation = z.strictObject({
  reason: z.enum(REASONS),
  note: note.optional().meta({ description: 'Shown on the timeline; never leaves the database.' }),
});

/** What staff may do with an order. Each is an update to its workflow, so it can also be sent from the Temporal UI. */
export const orderStepRoutes = (deps: ApiDeps): Route[] => [
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/ship',
    summary: 'Record a shipment and mail the customer',
    description: 'Sending the same carrier and number again changes nothing. `409` for more than is unshipped.',
    body: Shipment,
    problems: ['unknown_order', 'invalid_transition', 'out_of_stock'],
    handle: async ({ params, headers, body, actor }) => {
      const { trackingUrl, items, ...parcel } = body;
      const request = { ...parcel, ...(trackingUrl && { trackingUrl }), ...(items && { items }) };
      const sessionId = await findOrder(deps.db, params.ref);
      // A final order has no workflow to answer; the same parcel again still changes nothing.
      if (await shippedWith(deps, sessionId, parcel)) return { body: await readAdminOrder(deps, sessionId) };
      return take(deps, { sessionId, actor, headers }, shipUpdate, [request]);
    },
  }),
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/deliver',
    summary: 'Report a shipped order delivered, which completes it',
    handle: async ({ params, headers, actor }) =>
      take(deps, { sessionId: await findOrder(deps.db, params.ref), actor, headers }, deliverUpdate, []),
  }),
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/cancel',
    summary: 'Cancel before anything is shipped',
    description:
      'Unpaid: expires the session first, and refunds if Stripe says it was paid. Paid: refunds, returns stock and revokes downloads. The cancel is stored first. If Stripe takes longer than 8 s, or no worker runs, the response is the order as it stands, and the rest follows.',
    body: Cancellation,
    handle: async ({ params, headers, body: { reason, note }, actor }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      const updateId = updateIdOf(cancelUpdate, [{ reason }], headers['idempotency-key']);
      if (note !== undefined) {
        const remark = {
          note,
          actor,
          message: `Asked to cancel${whyInBrackets(reason)}`,
          at: new Date(deps.clock.now()),
        };
        await addNote(deps.db, { sessionId, key: `note/${cancelUpdate.name}/${updateId}`, ...remark });
      }
      await cancelOrder(deps, { sessionId, reason, updateId, actor });
      return { body: await readAdminOrder(deps, sessionId) };
    },
  }),
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/retry',
    summary: 'Run the step that needs attention again',
    problems: ['unknown_order', 'invalid_transition', 'out_of_stock'],
    handle: async ({ params, headers, actor }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      // The workflow of a final order has ended: what its refunds need is asked by a workflow of their own, and
      // what was found out later is decided about here.
      if (
        (await decide(deps.db, { sessionId, onlyEnded: true, actor, at: new Date(deps.clock.now()) })) ||
        (await retryRefund(deps, sessionId, actor)) ||
        (await retryFollowers(deps, sessionId))
      )
        return { body: await readAdminOrder(deps, sessionId) };
      return onceRead(deps, sessionId, () => take(deps, { sessionId, actor, headers }, retryUpdate, []));
    },
  }),
];

/** Whether an order that waits for no parcel any more was shipped with this one. */
async function shippedWith(
  { db }: ApiDeps,
  sessionId: SessionId,
  parcel: { carrier: string; trackingNumber: string },
): Promise<boolean> {
  const status = await statusWithParcel(db, { sessionId, ...parcel });
  return status !== null && status !== 'PREPARING';
}

/** A request of staff about an order. */
interface StaffCall {
  sessionId: SessionId;
  /** The name of who makes it. */
  actor: string;
  headers: { 'idempotency-key'?: string | undefined };
}

/** Sends the update of one step, and answers with the order as it is then. */
async function take<Args extends unknown[]>(
  deps: ApiDeps,
  { sessionId, actor, headers }: StaffCall,
  update: UpdateDefinition<OrderStatus, Args>,
  args: Args,
): Promise<Answer> {
  const updateId = updateIdOf(update, args, headers['idempotency-key']);
  const outcome = await sendUpdate(deps, { sessionId, update, args, updateId, actor });
  // A step that is tried again has nothing to store: the order still shows what it needs.
  if (outcome === 'accepted' && update.name !== retryUpdate.name) throw notRecordedYet();
  const order = await readAdminOrder(deps, sessionId);
  if (outcome === 'ended') throw tooLate(order.status);
  return { body: order };
}
