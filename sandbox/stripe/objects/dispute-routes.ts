/** `/v1/disputes`: listing and reading them, submitting evidence, and accepting one as lost. */
import type Stripe from 'stripe';
import { page, pagingByTime } from '../http/lists';
import { metadata } from '../http/metadata';
import { flag, group, oneOf, text } from '../http/params';
import { type Route, route } from '../http/route';
import type { World } from '../world';
import { transactionShown } from './balance';
import { evidenceShape } from './dispute-evidence';
import { respond } from './dispute-response';
import { closeDispute, disputeNamed } from './disputes';

export const disputeRoutes: Route[] = [
  route('GET', '/v1/disputes', { ...pagingByTime, charge: text(), payment_intent: text() }, ({ world, params }) => {
    const { charge, payment_intent } = params;
    const listed = page(world.store.disputes, params, {
      url: '/v1/disputes',
      what: 'dispute',
      ...(charge !== undefined && { only: { index: 'charge' as const, key: charge } }),
      ...(payment_intent !== undefined && { only: { index: 'payment_intent' as const, key: payment_intent } }),
    });
    return { ...listed, data: listed.data.map((dispute) => shown(world, dispute)) };
  }),
  route('GET', '/v1/disputes/:id', {}, ({ world, id }) => shown(world, disputeNamed(world, id))),
  route(
    'POST',
    '/v1/disputes/:id',
    {
      evidence: group(evidenceShape),
      intended_submission_method: oneOf('manual', 'prefer_manual', 'prefer_smart_disputes', 'smart_disputes'),
      metadata,
      submit: flag,
    },
    ({ world, id, params }) => respond(world, id, params),
  ),
  route('POST', '/v1/disputes/:id/close', {}, ({ world, id }) => closeDispute(world, id, 'lost')),
];

/** The dispute with its balance transactions in their present state. */
function shown(world: World, dispute: Stripe.Dispute): Stripe.Dispute {
  const balance_transactions = dispute.balance_transactions.map((each) => transactionShown(world, each));
  return { ...dispute, balance_transactions };
}
