import { z } from 'zod';
import { RESOLUTIONS } from '../../../domain/action-facts';
import { isRefundId, type SessionId } from '../../../domain/ids';
import { NOTHING_TO_ACCEPT } from '../../../domain/obstacles';
import { isFinal } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import { type ResolveRequest, resolveUpdate } from '../../../messages/order';
import { decide } from '../../../store/orders/attention';
import { readPayment } from '../../../store/orders/payment-of';
import { recordActor } from '../../../store/orders/request-actors';
import { addNote } from '../../../store/orders/timeline';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { STAFF_PATIENCE_MS } from '../../order-workflow';
import { note } from '../fields';
import { findOrder, ORDER_CHANGE, readAdminOrder } from '../orders/document';
import { onceRead } from '../orders/once-read';
import { notRecordedYet, sendUpdate, updateIdOf } from '../orders/send-update';
import { refuseResult, startRequest } from './request';

const ResolveBody = z
  .strictObject({
    how: z.enum(RESOLUTIONS),
    request: text(500)
      .optional()
      .meta({ description: 'The refund that is meant, by its `request`; absent: the one that needs attention.' }),
    refundId: z
      .string()
      .refine(isRefundId, 'must be the id of a refund at Stripe')
      .optional()
      .meta({ description: 'The refund at Stripe by which the money went back; it is looked up there first.' }),
    note: note.optional().meta({ description: 'For the timeline; never leaves the database.' }),
  })
  .refine(({ how, request }) => how !== 'accept' || request === undefined, {
    error: 'names a refund, to withdraw or settle it',
    path: ['request'],
  })
  .refine(({ how, refundId }) => how === 'settled_elsewhere' || refundId === undefined, {
    error: 'goes with settled_elsewhere',
    path: ['refundId'],
  });

/** `POST /admin/orders/{ref}/resolve`: resolves what needs attention, whether or not the order's workflow has ended. */
export const resolveRoutes = (deps: ApiDeps): Route[] => [
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/resolve',
    summary: 'End what needs a person',
    description:
      '`withdraw` takes back a refund that failed, or a refund or cancel that Stripe refuses: nothing was given back, and the order goes on as it was. `settled_elsewhere` says that the customer got the money another way. `accept` goes on with a payment that differs, at what was paid, or takes note of what staff were told.',
    body: ResolveBody,
    handle: async ({ params, headers, body: { how, request, refundId, note }, actor }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      const asked = { how, ...(request !== undefined && { request }), ...(refundId !== undefined && { refundId }) };
      const updateId = updateIdOf(resolveUpdate, [asked], headers['idempotency-key']);
      if (note !== undefined)
        await addNote(deps.db, {
          ...{ sessionId, key: `resolve/${updateId}`, message: `Asked to resolve (${how})`, note, actor },
          at: new Date(deps.clock.now()),
        });
      await resolve(deps, { sessionId, request: asked, updateId, actor });
      return { body: await readAdminOrder(deps, sessionId) };
    },
  }),
];

interface Resolving {
  sessionId: SessionId;
  request: ResolveRequest;
  updateId: string;
  /** The name of who resolves it. */
  actor: string;
}

/** Sends the update to the order's workflow. If that has ended, starts `refundRequest`, or only writes the decision. */
async function resolve(deps: ApiDeps, { sessionId, request, updateId, actor }: Resolving): Promise<void> {
  const { temporal, db, clock } = deps;
  const at = new Date(clock.now());
  if (!isFinal((await readPayment(db, sessionId)).status)) {
    const asked = { sessionId, update: resolveUpdate, args: [request] as [ResolveRequest], updateId, actor };
    const outcome = await onceRead(deps, sessionId, () => sendUpdate(deps, asked));
    if (outcome === 'done') return;
    if (outcome === 'accepted') throw notRecordedYet();
  }
  const { how, ...named } = request;
  if (how !== 'accept') {
    await recordActor(db, { sessionId, key: updateId, actor, at });
    const input = { sessionId, key: updateId, resolve: { how, ...named } };
    const result = await startRequest(temporal, input, STAFF_PATIENCE_MS);
    if (result === null) throw notRecordedYet();
    return refuseResult(result);
  }
  if ((await decide(db, { sessionId, onlyEnded: true, reported: true, actor, at })) === null)
    throw new Problem('invalid_transition', `${NOTHING_TO_ACCEPT}.`);
}
