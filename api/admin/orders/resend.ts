import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { z } from 'zod';
import { RESENDABLE } from '../../../domain/mail';
import { Problem } from '../../../domain/problem';
import { WORKFLOWS } from '../../../messages/names';
import { type ResendInput, type ResendResult, resendId, resendStart } from '../../../messages/resend';
import { sha256 } from '../../../platform/sha256';
import { hasFailed, isAlreadyStarted, refusalOf } from '../../../platform/temporal-errors';
import { isPicked, keepMailRequest } from '../../../store/mails/requests';
import { recordActor } from '../../../store/orders/request-actors';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { bounded, STAFF_PATIENCE_MS } from '../../order-workflow';
import { isUnavailable } from '../../temporal-errors';
import { findOrder, ORDER_CHANGE, readAdminOrder } from './document';

const Resend = z.strictObject({
  template: z.enum(RESENDABLE).meta({ description: 'Of several parcels, returns or refunds, the latest.' }),
});

/** `POST /admin/orders/{ref}/resend-email`: sends again a mail that was lost or went to a wrong address. */
export const resendRoutes = (deps: ApiDeps): Route[] => [
  route({
    ...ORDER_CHANGE,
    path: '/admin/orders/{ref}/resend-email',
    summary: 'Send a mail about an order again',
    description:
      'Describes the order as it is now and goes to the current address. `409` if the mail would not be true of the order. Sent once per key; the timeline says when.',
    body: Resend,
    handle: async ({ params, headers, body: { template }, actor }) => {
      const sessionId = await findOrder(deps.db, params.ref);
      await sendAgain(deps, { sessionId, template, key: keyOf(template, headers['idempotency-key']) }, actor);
      return { body: await readAdminOrder(deps, sessionId) };
    },
  }),
];

const keyOf = (template: string, idempotencyKey: string | undefined): string =>
  idempotencyKey === undefined ? randomUUID() : sha256(JSON.stringify([template, idempotencyKey]));

/**
 * Records the request, so that no run is the only one that knows of it. Then starts the workflow that sends the mail,
 * or finds it, and waits for the mail to be sent, at most 8 s.
 * @throws 409 `invalid_transition` when the mail makes no sense now; 503 while no worker has taken the request
 */
async function sendAgain({ db, temporal, clock }: ApiDeps, input: ResendInput, actor: string): Promise<void> {
  const at = new Date(clock.now());
  await recordActor(db, { sessionId: input.sessionId, key: input.key, actor, at });
  await keepMailRequest(db, { ...input, at });
  try {
    const result = await bounded(temporal, STAFF_PATIENCE_MS, () =>
      start(db, temporal, input).then((handle) => handle.result()),
    );
    if (result?.outcome === 'refused') throw new Problem('invalid_transition', `${result.reason}.`);
  } catch (error) {
    const refusal = refusalOf(error); // of a run of an earlier version
    if (refusal) throw new Problem('invalid_transition', `${refusal.message}.`);
    if (!isUnavailable(error) && !hasFailed(error)) throw error; // else the sweep starts it, from what is recorded
    if (!(await isPicked(db, input)))
      throw new Problem('unavailable', 'The request is accepted and will be carried out. Read the order again.', {
        retryAfter: 2,
      });
  }
}

type Run = Pick<WorkflowHandle<() => Promise<ResendResult | undefined>>, 'result'>;

async function start(db: ApiDeps['db'], { workflow }: Client, input: ResendInput): Promise<Run> {
  try {
    return await workflow.start(WORKFLOWS.resend, resendStart(input));
  } catch (error) {
    if (!isAlreadyStarted(error)) throw error;
    if (await isPicked(db, input)) return workflow.getHandle(resendId(input));
    return workflow.start(WORKFLOWS.resend, resendStart(input, { again: true })); // it was refused before
  }
}
