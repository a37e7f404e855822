import { z } from 'zod';
import type { SessionId } from '../../domain/ids';
import { hasFailed } from '../../domain/mail-outcome';
import { Problem } from '../../domain/problem';
import { changedSignal } from '../../messages/order';
import { isSignedDelivery } from '../../platform/standard-webhooks';
import { type MailReport, recordOutcome } from '../../store/mails/outcomes';
import type { ApiDeps } from '../deps';
import { toProblem } from '../http/errors';
import { logAbout } from '../http/request-log';
import { type Route, route } from '../http/route';
import { signalRunning } from '../order-workflow';
import { type MailEventType, readMailEvent } from './mail-event';

/** Of the 5 s that a response may take, after the database has it. */
const TEMPORAL_MS = 1_500;

const header = z.string().max(1_000).optional();

/** `POST /webhooks/resend`: what became of mails that Resend had accepted. One transaction, and no worker needed. */
export const mailWebhookRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'post',
    path: '/webhooks/resend',
    tag: 'Resend',
    summary: 'Receive an event from Resend',
    description:
      'The signature is verified against the raw body. `200` means recorded, a duplicate, about a mail that is not ours, or of a type that says nothing here. After a `503` Resend delivers the event again. `404` while `RESEND_WEBHOOK_SECRET` is not set.',
    headers: z.object({ 'svix-id': header, 'svix-timestamp': header, 'svix-signature': header }),
    body: { raw: { limit: 256 * 1024 }, contentType: 'application/json', description: 'An event of Resend.' },
    answers: { 200: { description: 'Accepted.', schema: z.strictObject({ received: z.literal(true) }) } },
    problems: ['invalid_signature', 'invalid_payload', 'not_found', 'payload_too_large'],
    timeLimit: 4_500,
    handle: async ({ req, res, headers }) => {
      const { env, clock, metrics, log } = deps;
      if (env.RESEND_WEBHOOK_SECRET.length === 0)
        throw new Problem('not_found', 'RESEND_WEBHOOK_SECRET is not set, so nothing is taken here.');
      let type: MailEventType | 'other' | 'unread' = 'unread';
      try {
        const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
        const id = headers['svix-id'];
        const delivery = { id, timestamp: headers['svix-timestamp'], signature: headers['svix-signature'] };
        if (!isSignedDelivery(body, delivery, env.RESEND_WEBHOOK_SECRET, clock.now())) throw notSigned();
        const event = readMailEvent(body);
        type = event.type;
        logAbout(res, { type, ...(event.report && { mail: event.report.providerId }) });
        if (event.report) await record(deps, event.report);
        metrics.mailEvents.inc({ type, answer: '200' });
        return { body: { received: true } };
      } catch (error) {
        const { code } = toProblem(error);
        metrics.mailEvents.inc({ type, answer: code });
        if (code === 'invalid_signature')
          log.warn('an event of Resend whose signature is missing, wrong or outside the time window');
        throw error;
      }
    },
  }),
];

async function record(deps: ApiDeps, report: Omit<MailReport, 'at'>): Promise<void> {
  const recorded = await recordOutcome(deps.db, { ...report, at: new Date(deps.clock.now()) });
  if (!recorded?.isNews || !hasFailed(report.outcome)) return;
  const { sessionId, template, toStaff } = recorded;
  if (toStaff) deps.log.error({ template, code: report.code }, 'a mail to staff did not reach them: check STAFF_EMAIL');
  if (sessionId !== null) await showOrder(deps, sessionId);
}

/**
 * Lets an order that is under way show which mail came back, and that its customer is not reached. What is recorded is
 * done even if Temporal is not there: the order shows it the next time that it reads.
 */
async function showOrder({ temporal, log }: ApiDeps, sessionId: SessionId): Promise<void> {
  await signalRunning(temporal, sessionId, changedSignal, TEMPORAL_MS).catch((error: unknown) =>
    log.warn({ err: error, session: sessionId }, 'an order could not be told that a mail came back'),
  );
}

const notSigned = () =>
  new Problem('invalid_signature', 'The headers `svix-…` are missing, wrong or outside the time window.');
