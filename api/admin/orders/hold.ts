import type { UpdateDefinition } from '@temporalio/common';
import { z } from 'zod';
import type { HoldChanged } from '../../../domain/hold-rules';
import type { SessionId } from '../../../domain/ids';
import { HOLD_REASONS, type OrderStatus } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import { holdUpdate, releaseUpdate } from '../../../messages/order';
import { holdShipping, releaseShipping } from '../../../store/orders/shipping-hold';
import { addNote } from '../../../store/orders/timeline';
import type { ApiDeps } from '../../deps';
import { type Answer, type Route, route } from '../../http/route';
import { isUnavailable } from '../../temporal-errors';
import { note } from '../fields';
import { findOrder, ORDER_CHANGE, readAdminOrder } from './document';
import { sendUpdate, updateIdOf } from './send-update';

const remark = note.optional().meta({ description: 'Shown on the timeline; never leaves the database.' });

/** `…/hold` and `…/release`: staff stop an order from being shipped, and let it go. */
export const holdRoutes = (deps: ApiDeps): Route[] => [
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/hold',
    summary: 'Hold shipping until it is released',
    description:
      '`ship` is `409` meanwhile, also for goods that are sent again; the payment, downloads, mails and returns go on. Also before the payment: the hold then stands when the money comes. The same reason again changes nothing; another one takes its place. `409` when nothing is left to ship.',
    body: z.strictObject({ reason: z.enum(HOLD_REASONS), note: remark }),
    handle: async ({ params, headers, body: { reason, note }, actor }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      const updateId = updateIdOf(holdUpdate, [{ reason }], headers['idempotency-key']);
      const request = {
        sessionId,
        update: holdUpdate,
        args: [{ reason }] as [{ reason: typeof reason }],
        updateId,
        actor,
      };
      return carryOut(deps, request, { note, message: `Asked to hold shipping (${reason})` }, (asked) =>
        holdShipping(deps.db, { ...asked, reason }),
      );
    },
  }),
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/release',
    summary: 'Release shipping again',
    body: z.strictObject({ note: remark }).default({}),
    handle: async ({ params, headers, body: { note }, actor }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      const updateId = updateIdOf(releaseUpdate, [], headers['idempotency-key']);
      const request = { sessionId, update: releaseUpdate, args: [] as [], updateId, actor };
      return carryOut(deps, request, { note, message: 'Asked to release shipping' }, (asked) =>
        releaseShipping(deps.db, asked),
      );
    },
  }),
];

/** How long to wait for the workflow to show what is recorded already. */
const SHOWN_WITHIN_MS = 3_000;

interface Request<Args extends unknown[]> {
  sessionId: SessionId;
  update: UpdateDefinition<OrderStatus, Args>;
  args: Args;
  updateId: string;
  /** The name of who makes it. */
  actor: string;
}

/**
 * Records the change, then tells the order's workflow, which shows it. Once recorded it is done: `ship` is judged by
 * the database, whether or not a worker has heard.
 */
async function carryOut<Args extends unknown[]>(
  deps: ApiDeps,
  request: Request<Args>,
  { note, message }: { note?: string | undefined; message: string },
  record: (asked: { sessionId: SessionId; key: string; actor: string; at: Date }) => Promise<HoldChanged>,
): Promise<Answer> {
  const { sessionId, update, updateId: key, actor } = request;
  const at = new Date(deps.clock.now());
  const recorded = await record({ sessionId, key, actor, at });
  if (recorded.outcome === 'refused') throw new Problem('invalid_transition', `${recorded.reason}.`);
  if (note !== undefined)
    await addNote(deps.db, { sessionId, key: `note/${update.name}/${key}`, message, note, actor, at });
  await sendUpdate(deps, request, SHOWN_WITHIN_MS).catch((error: unknown) => {
    if (!isUnavailable(error)) throw error;
  });
  return { body: await readAdminOrder(deps, sessionId) };
}
