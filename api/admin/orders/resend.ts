import { createHash, randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { z } from 'zod';
import { RESENDABLE } from '../../../domain/mail';
import { Problem } from '../../../domain/problem';
import { WORKFLOWS } from '../../../messages/names';
import { type ResendInput, resendId, resendStart } from '../../../messages/resend';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { bounded } from '../../order-workflow';
import { isAlreadyStarted, isLate, refusalOf } from '../../temporal-errors';
import { KeyHeader, OrderRef } from '../fields';
import { AdminOrder, findOrder, readAdminOrder } from './document';

/** How long staff wait for the mail to go; after it the request is stored, and goes on. */
const PATIENCE_MS = 8_000;

const Resend = z.strictObject({
  template: z.enum(RESENDABLE).meta({ description: 'Of parcels and refunds the last is meant.' }),
});

/** `POST /admin/orders/{ref}/resend-email`: a mail that was lost, or went to a wrong address, goes again. */
export const resendRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'post',
    path: '/admin/orders/{ref}/resend-email',
    tag: 'Staff',
    summary: 'Send a mail about an order again',
    description:
      'As the order is now, to the address that is known now. A mail that would not be true of the order is `409`. It goes once a key; the timeline says when it went.',
    params: OrderRef,
    headers: KeyHeader,
    body: Resend,
    answers: { 200: { description: 'The order as it is now.', schema: AdminOrder } },
    problems: ['unknown_order', 'invalid_transition'],
    handle: async ({ params, headers, body: { template } }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      await sendAgain(deps, { sessionId, template, key: keyOf(template, headers['idempotency-key']) });
      return { body: await readAdminOrder(deps, sessionId) };
    },
  }),
];

const keyOf = (template: string, idempotencyKey: string | undefined): string =>
  idempotencyKey === undefined
    ? randomUUID()
    : createHash('sha256')
        .update(JSON.stringify([template, idempotencyKey]))
        .digest('hex');

/**
 * Starts the workflow that sends it, or finds it, and waits until the mail has gone, or the patience is over.
 * @throws 409 `invalid_transition` when the mail makes no sense now; 503 when nobody has looked at the request yet
 */
async function sendAgain({ db, temporal }: ApiDeps, input: ResendInput): Promise<void> {
  try {
    await bounded(temporal, PATIENCE_MS, () => start(temporal, input).then((handle) => handle.result()));
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal) throw new Problem('invalid_transition', `${refusal.message}.`);
    if (!isLate(error)) throw error;
    const written = await db.timelineEntry.count({
      where: { sessionId: input.sessionId, key: `mail/again/${input.key}` },
    });
    if (written === 0)
      throw new Problem('unavailable', 'It is asked for and will be done; look at the order again.', { retryAfter: 2 });
  }
}

async function start({ workflow }: Client, input: ResendInput) {
  try {
    return await workflow.start(WORKFLOWS.resend, resendStart(input));
  } catch (error) {
    if (isAlreadyStarted(error)) return workflow.getHandle(resendId(input));
    throw error;
  }
}
