import type { Client } from '@temporalio/client';
import { z } from 'zod';
import { ROUTED_EVENTS, type RoutedEvent } from '../domain/events';
import { isRefundId, isSessionId } from '../domain/ids';
import { lookSignal, refundLookSignal, refundStart, WORKFLOWS } from '../workflows/messages';
import type { ApiDeps } from './deps';
import { toProblem } from './errors';
import { bounded, tellOrder, tellRunningOrder } from './order-workflow';
import { type Route, route } from './route';
import { readEvent, type StripeEvent } from './webhooks/event';
import { verifySignature } from './webhooks/verify';

/** Of the 5 s an answer may take. */
const TEMPORAL_MS = 3_500;

/** One call to Temporal, durable when it returns. */
type Target = (temporal: Client, event: StripeEvent) => Promise<unknown>;

const toOrder: Target = async (temporal, { objectId, mode }) =>
  isSessionId(objectId) && mode !== 'subscription' && mode !== 'setup'
    ? tellOrder(temporal, objectId, lookSignal, 'webhook', TEMPORAL_MS)
    : undefined;

/** A session that expired has brought nothing: whoever waits for it is told, and nobody is started for it. */
const toRunningOrder: Target = async (temporal, { objectId }) =>
  isSessionId(objectId) ? tellRunningOrder(temporal, objectId, lookSignal, TEMPORAL_MS) : undefined;

const toRefund: Target = async (temporal, { objectId }) =>
  isRefundId(objectId)
    ? bounded(temporal, TEMPORAL_MS, () =>
        temporal.workflow.signalWithStart(WORKFLOWS.refund, {
          ...refundStart({ refundId: objectId }),
          signal: refundLookSignal,
          signalArgs: [] as [],
        }),
      )
    : undefined;

/** Where each event goes. An event says only *look again*; the workflow reads the object itself. */
const TARGETS: Record<RoutedEvent, Target> = {
  'checkout.session.completed': toOrder,
  'checkout.session.async_payment_succeeded': toOrder,
  'checkout.session.async_payment_failed': toOrder,
  'checkout.session.expired': toRunningOrder,
  'refund.created': toRefund,
  'refund.updated': toRefund,
  'refund.failed': toRefund,
};

/** `POST /webhooks/stripe`: no call to Stripe, no query to the database, no worker needed. */
export const webhookRoutes = ({ env, temporal, metrics, log }: ApiDeps): Route[] => [
  route({
    method: 'post',
    path: '/webhooks/stripe',
    tag: 'Stripe',
    summary: 'An event, as Stripe delivers it',
    description:
      'Verified against the raw body. `200` means durably accepted, a duplicate, or not ours; on `503` Stripe sends it again.',
    headers: z.object({ 'stripe-signature': z.string().optional() }),
    body: {
      raw: { limit: 1024 * 1024 },
      contentType: 'application/json',
      description: 'A snapshot event, or a thin one of a v1 object.',
    },
    answers: { 200: { description: 'Taken.', schema: z.strictObject({ received: z.literal(true) }) } },
    problems: ['invalid_signature', 'invalid_payload', 'payload_too_large'],
    timeLimit: 4_500,
    handle: async ({ req, headers }) => {
      let type: RoutedEvent | 'other' | 'unread' = 'unread';
      try {
        const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
        verifySignature(body, headers['stripe-signature'], env.STRIPE_WEBHOOK_SECRET);
        const event = readEvent(body);
        type = isRouted(event.type) ? event.type : 'other';
        if (isRouted(event.type) && event.livemode === env.livemode && event.account === null)
          await TARGETS[event.type](temporal, event);
        metrics.webhooks.inc({ type, answer: '200' });
        return { body: { received: true } };
      } catch (error) {
        const { code } = toProblem(error);
        metrics.webhooks.inc({ type, answer: code });
        if (code === 'invalid_signature') log.warn('a delivery with a signature that is missing, wrong or not of now');
        throw error;
      }
    },
  }),
];

const isRouted = (type: string): type is RoutedEvent => (ROUTED_EVENTS as readonly string[]).includes(type);
