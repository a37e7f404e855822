import { z } from 'zod';
import { isSubscribed, type SubscribedEvent } from '../../domain/events';
import { isSessionId, type SessionId } from '../../domain/ids';
import { runTitle } from '../../messages/order';
import { type EventRoute, routeOf } from '../../messages/routing';
import { numberForRun } from '../../store/orders/status';
import type { ApiDeps } from '../deps';
import { toProblem } from '../http/errors';
import { logAbout } from '../http/request-log';
import { type Route, route } from '../http/route';
import { signalRunning, signalWithStart, startUnlessRunning } from '../order-workflow';
import { isOfOwnAccount, readEvent } from './event';
import { verifySignature } from './verify';

/** Of the 5 s that a response may take. */
const TEMPORAL_MS = 3_500;

/** Passes an event on to its workflow; durable when it returns. */
async function passOn({ db, temporal }: Pick<ApiDeps, 'db' | 'temporal'>, route: EventRoute): Promise<void> {
  const { workflow, start, signal, onlyRunning, onlyStart } = route;
  if (onlyRunning) await signalRunning(temporal, start.workflowId, signal, TEMPORAL_MS);
  else if (onlyStart) await startUnlessRunning(temporal, workflow, start, TEMPORAL_MS);
  else if (isSessionId(start.workflowId)) await passOnToOrder({ db, temporal }, start.workflowId, route);
  else await signalWithStart(temporal, workflow, { ...start, signal, signalArgs: [] as [] }, TEMPORAL_MS);
}

/**
 * The run of an order is usually there, and this is one call to Temporal. Only a run that has to be started, as of an
 * order whose run was terminated, takes two, and the order's number, which it is called by.
 */
async function passOnToOrder(
  { db, temporal }: Pick<ApiDeps, 'db' | 'temporal'>,
  sessionId: SessionId,
  { workflow, start, signal }: EventRoute,
): Promise<void> {
  const end = performance.now() + TEMPORAL_MS;
  if ((await signalRunning(temporal, sessionId, signal, TEMPORAL_MS)) === 'signalled') return;
  const staticSummary = runTitle(await numberForRun(db, sessionId));
  const options = { ...start, staticSummary, signal, signalArgs: [] as [] };
  await signalWithStart(temporal, workflow, options, Math.max(1, end - performance.now()));
}

/** `POST /webhooks/stripe`: no call to Stripe, and neither the database nor a worker needed. */
export const webhookRoutes = ({ env, account, db, temporal, metrics, log, clock }: ApiDeps): Route[] => [
  route({
    method: 'post',
    path: '/webhooks/stripe',
    tag: 'Stripe',
    summary: 'Receive an event from Stripe',
    description:
      'The signature is verified against the raw body. `200` means durably accepted, a duplicate, or not for this system. After a `503` Stripe delivers the event again.',
    headers: z.object({ 'stripe-signature': z.string().optional() }),
    body: {
      raw: { limit: 1024 * 1024 },
      contentType: 'application/json',
      description: 'A snapshot event, or a thin event of a v1 object.',
    },
    answers: { 200: { description: 'Accepted.', schema: z.strictObject({ received: z.literal(true) }) } },
    problems: ['invalid_signature', 'invalid_payload', 'payload_too_large'],
    timeLimit: 4_500,
    handle: async ({ req, res, headers }) => {
      let type: SubscribedEvent | 'other' | 'unread' = 'unread';
      const answered = metrics.webhookTime.startTimer();
      try {
        const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
        verifySignature(body, headers['stripe-signature'], env.STRIPE_WEBHOOK_SECRET, clock.now());
        const event = readEvent(body);
        const { id, objectId: object } = event;
        logAbout(res, { event: id, type: event.type, object, ...(isSessionId(object) && { session: object }) });
        type = isSubscribed(event.type) ? event.type : 'other';
        const isOurs = event.livemode === env.livemode && isOfOwnAccount(event, account.id);
        if (isSubscribed(event.type) && isOurs) {
          const destination = routeOf({ ...event, type: event.type });
          if (destination) {
            logAbout(res, { workflow: destination.start.workflowId });
            await passOn({ db, temporal }, destination);
          }
        }
        metrics.webhooks.inc({ type, answer: '200' });
        return { body: { received: true } };
      } catch (error) {
        const { code } = toProblem(error);
        metrics.webhooks.inc({ type, answer: code });
        if (code === 'invalid_signature')
          log.warn('a delivery whose signature is missing, wrong or outside the time window');
        throw error;
      } finally {
        answered({ type });
      }
    },
  }),
];
