/**
 * Radar, about a charge that was paid: reviews (`/v1/reviews`), which a person closes, and the card issuers' early
 * fraud warnings (`/v1/radar/early_fraud_warnings`), which say that a dispute may follow.
 */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { text } from '../http/params';
import { type Route, route } from '../http/route';
import { newId } from '../store/ids';
import { idOf } from '../store/store';
import { emit, previousOf } from '../webhooks/events';
import type { World } from '../world';
import { chargeNamed } from './charges';

export const radarRoutes: Route[] = [
  route('GET', '/v1/reviews', pagingByTime, ({ world, params }) =>
    page(world.store.reviews, params, { url: '/v1/reviews', what: 'review', where: ({ open }) => open }),
  ),
  route('GET', '/v1/reviews/:id', {}, ({ world, id }) => reviewNamed(world, id)),
  route('POST', '/v1/reviews/:id/approve', {}, ({ world, id }) => closeReview(world, id, 'approved')),
  route(
    'GET',
    '/v1/radar/early_fraud_warnings',
    { ...pagingByTime, charge: text(), payment_intent: text() },
    ({ world, params: { charge, payment_intent, ...params } }) =>
      page(world.store.warnings, params, {
        url: '/v1/radar/early_fraud_warnings',
        what: 'early_fraud_warning',
        ...(charge !== undefined && { only: { index: 'charge' as const, key: charge } }),
        where: (warning) => payment_intent === undefined || idOf(warning.payment_intent) === payment_intent,
      }),
  ),
  route('GET', '/v1/radar/early_fraud_warnings/:id', {}, ({ world, id }) => {
    const warning = world.store.warnings.get(id);
    if (warning === undefined) throw noSuch('early_fraud_warning', id);
    return warning;
  }),
];

export type ClosedReason = Stripe.Review.ClosedReason;

/** Someone, or a rule, wants a person to look at the payment. */
export function openReview(world: World, chargeId: string, reason: 'manual' | 'rule' = 'rule'): Stripe.Review {
  const charge = chargeNamed(world, chargeId);
  const intent = idOf(charge.payment_intent);
  if (world.store.reviews.by('charge', charge.id).some(({ open }) => open))
    throw invalid(`Charge ${charge.id} is under review already.`);
  const review = world.store.reviews.put({
    id: newId('prv'),
    object: 'review',
    billing_zip: charge.billing_details.address?.postal_code ?? null,
    charge: charge.id,
    closed_reason: null,
    created: world.clock.seconds(),
    ip_address: null,
    ip_address_location: null,
    livemode: false,
    open: true,
    opened_reason: reason,
    ...(intent !== null && { payment_intent: intent }),
    reason,
    session: null,
  });
  linkReview(world, review);
  emit(world, 'review.opened', review);
  return review;
}

/** A person has reviewed the payment, or something else has settled it. */
export function closeReview(world: World, id: string, reason: ClosedReason): Stripe.Review {
  const before = reviewNamed(world, id);
  if (!before.open) throw invalid(`Review ${id} is closed already: ${before.closed_reason}.`);
  const after = world.store.reviews.put({ ...before, open: false, closed_reason: reason, reason });
  emit(world, 'review.closed', after, previousOf(before, after));
  return after;
}

/** The card's issuer reports fraud. */
export function warnEarly(
  world: World,
  chargeId: string,
  { fraud_type = 'misc', actionable }: { fraud_type?: string | undefined; actionable?: boolean | undefined },
): Stripe.Radar.EarlyFraudWarning {
  const charge = chargeNamed(world, chargeId);
  const intent = idOf(charge.payment_intent);
  const warning = world.store.warnings.put({
    id: newId('issfr'),
    object: 'radar.early_fraud_warning',
    actionable: actionable ?? !(charge.disputed || charge.refunded),
    charge: charge.id,
    created: world.clock.seconds(),
    fraud_type,
    livemode: false,
    ...(intent !== null && { payment_intent: intent }),
  });
  emit(world, 'radar.early_fraud_warning.created', warning);
  return warning;
}

/** After a dispute or a full refund there is nothing left to review or to prevent. */
export function settleRadar(world: World, charge: string, why: 'disputed' | 'refunded' | 'refunded_as_fraud'): void {
  for (const { id, open } of world.store.reviews.by('charge', charge)) if (open) closeReview(world, id, why);
  for (const before of world.store.warnings.by('charge', charge)) {
    if (!before.actionable) continue;
    const after = world.store.warnings.put({ ...before, actionable: false });
    emit(world, 'radar.early_fraud_warning.updated', after, previousOf(before, after));
  }
}

function reviewNamed({ store }: World, id: string): Stripe.Review {
  const review = store.reviews.get(id);
  if (review === undefined) throw noSuch('review', id);
  return review;
}

/** The charge and the PaymentIntent refer to their review. */
function linkReview({ store }: World, { id, charge, payment_intent }: Stripe.Review): void {
  store.charges.patch(idOf(charge) ?? '', { review: id });
  const intent = idOf(payment_intent);
  if (intent !== null) store.paymentIntents.patch(intent, { review: id });
}
