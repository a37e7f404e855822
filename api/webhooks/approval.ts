import { z } from 'zod';
import { AGENTS_CHANGED, APPROVAL_HOOK } from '../../domain/fault';
import { Problem } from '../../domain/problem';
import {
  APPROVED,
  ApprovalAnswer,
  type ApprovalRequest,
  declined,
  HOOK_TIMEOUT_MS,
  readApprovalRequest,
} from '../../platform/stripe-agents';
import type { ApiDeps } from '../deps';
import { toProblem } from '../http/errors';
import { logAbout } from '../http/request-log';
import { type Route, route } from '../http/route';
import { jsonOf } from './body';
import { isOfOwnAccount } from './event';
import { type Decision, holdForAgent } from './hold-for-agent';
import { verifySignature } from './verify';

/** Of what Stripe waits; the rest is for the way here and back. */
const TIME_LIMIT_MS = HOOK_TIMEOUT_MS - 400;

/**
 * `POST /webhooks/stripe/order-approval`: Stripe's order approval hook. An agent's purchase is approved once its stock
 * is held, by the update-with-start of every checkout, and declined where that is not so in time.
 */
export const approvalRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'post',
    path: '/webhooks/stripe/order-approval',
    tag: 'Stripe',
    summary: 'Approve what an agent is about to buy',
    description:
      'The order approval hook of Stripe’s Agentic Commerce Suite, in preview. The signature is verified against the raw body with `STRIPE_WEBHOOK_SECRET`. `approved`: the stock is held; a repeat gets the same answer while it is. `declined`: it is not, and what may be held all the same is free at the latest when the hold ends. `404` while `STRIPE_AGENT_ORDERS` is `off`.',
    headers: z.object({ 'stripe-signature': z.string().optional() }),
    body: {
      raw: { limit: 1024 * 1024 },
      contentType: 'application/json',
      description: 'A `v1.delegated_checkout.finalize_checkout` request of Stripe.',
    },
    answers: { 200: { description: 'Approved or declined.', schema: ApprovalAnswer } },
    problems: ['invalid_signature', 'invalid_payload', 'not_found', 'payload_too_large'],
    timeLimit: TIME_LIMIT_MS,
    handle: async ({ req, res, headers }) => {
      const { env, clock, metrics, log } = deps;
      if (env.STRIPE_AGENT_ORDERS === 'off')
        throw new Problem('not_found', 'STRIPE_AGENT_ORDERS is off, so nothing is approved here.');
      try {
        const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
        verifySignature(body, headers['stripe-signature'], env.STRIPE_WEBHOOK_SECRET, clock.now());
        const request = readRequest(deps, jsonOf(body));
        logAbout(res, { event: request.id, ...(request.session && { session: request.session }) });
        const decision = isOurs(deps, request) ? await holdForAgent(deps, request) : NOT_OURS;
        metrics.webhooks.inc({ type: decision.approved ? 'order_approved' : 'order_declined', answer: '200' });
        if (!decision.approved)
          log.info({ session: request.session, reason: decision.reason }, 'an agent’s purchase was declined');
        return { body: decision.approved ? APPROVED : declined(decision.reason) };
      } catch (error) {
        const { code } = toProblem(error);
        metrics.webhooks.inc({ type: 'order_approval', answer: code });
        if (code === 'invalid_signature')
          log.warn('an order approval whose signature is missing, wrong or outside the time window');
        throw error;
      }
    },
  }),
];

/**
 * Only Stripe can have signed a request, so one that is not as expected is an alarm, until one is. Nobody waits for it
 * to be recorded.
 * @throws 400 `invalid_payload`, and says in the log what is not as expected
 */
function readRequest({ log, watch }: ApiDeps, json: unknown): ApprovalRequest {
  const request = readApprovalRequest(json);
  if (!('unread' in request)) {
    void watch.worked([AGENTS_CHANGED], APPROVAL_HOOK);
    return request;
  }
  void watch.refused(AGENTS_CHANGED, APPROVAL_HOOK);
  log.error({ unread: request.unread }, 'an order approval that cannot be read: has Stripe changed it?');
  throw new Problem('invalid_payload', 'The body is signed, but it is not a request for the approval of an order.');
}

const isOurs = ({ env, account }: ApiDeps, { livemode, context }: ApprovalRequest): boolean =>
  livemode === env.livemode && isOfOwnAccount({ account: null, context }, account.id);

const NOT_OURS: Decision = { approved: false, reason: 'This shop does not sell for that account or in that mode.' };
