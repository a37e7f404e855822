/** `/v1/charges`: attempts to take money, and their outcomes. */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { changedMetadata, metadata } from '../http/metadata';
import { known, text, unsupported } from '../http/params';
import { type Route, route } from '../http/route';
import { newId } from '../store/ids';
import type { Buyer } from '../store/records';
import { emit, previousOf } from '../webhooks/events';
import type { World } from '../world';
import { creditCharge } from './balance';
import type { Decline } from './cards';
import { billingDetailsOf, chargedWith, delayedTypeOf } from './payment-methods';
import type { Session } from './sessions';

export const chargeRoutes: Route[] = [
  route(
    'GET',
    '/v1/charges',
    { ...pagingByTime, customer: text(), payment_intent: text(), transfer_group: unsupported },
    ({ world, params }) =>
      page(world.store.charges, params, {
        url: '/v1/charges',
        what: 'charge',
        ...(params.payment_intent !== undefined && {
          only: { index: 'payment_intent' as const, key: params.payment_intent },
        }),
        where: (charge) => params.customer === undefined || charge.customer === params.customer,
      }),
  ),
  route('GET', '/v1/charges/:id', {}, ({ world, id }) => chargeNamed(world, id)),
  route(
    'POST',
    '/v1/charges/:id',
    { description: text(), metadata, fraud_details: known, receipt_email: text() },
    ({ world, id, params }) => {
      const before = chargeNamed(world, id);
      const after = world.store.charges.put({
        ...before,
        ...(params.description !== undefined && { description: params.description }),
        ...(params.receipt_email !== undefined && { receipt_email: params.receipt_email }),
        metadata: changedMetadata(before.metadata, params.metadata),
      });
      emit(world, 'charge.updated', after, previousOf(before, after));
      return after;
    },
  ),
];

export function chargeNamed({ store }: World, id: string, param = 'id'): Stripe.Charge {
  const charge = store.charges.get(id);
  if (charge === undefined) throw noSuch('charge', id, param);
  return charge;
}

/** The outcome of a charge: the money arrived, is held for the shop, is on its way, or was refused. */
export type ChargeResult = 'authorized' | 'pending' | 'succeeded' | Decline;

/** How long a card can be captured (https://docs.stripe.com/payments/place-a-hold-on-a-payment-method). */
export const AUTHORIZED_FOR = 7 * 24 * 60 * 60;

export function keepCharge(
  world: World,
  session: Session,
  intent: Stripe.PaymentIntent,
  buyer: Buyer,
  result: ChargeResult,
): Stripe.Charge {
  const id = newId('ch');
  const failure = typeof result === 'string' ? null : result;
  const isHeld = result === 'authorized';
  const status = isHeld ? 'succeeded' : typeof result === 'string' ? result : 'failed';
  const charge: Stripe.Charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: failure === null && !isHeld ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: billingDetailsOf(buyer),
    calculated_statement_descriptor: intent.statement_descriptor ?? 'HOLDFAST SANDBOX',
    captured: failure === null && !isHeld,
    created: world.clock.seconds(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(failure),
    paid: failure === null,
    payment_intent: intent.id,
    payment_method: typeof intent.payment_method === 'string' ? intent.payment_method : null,
    payment_method_details: chargedWith(
      buyer,
      intent.amount,
      delayedTypeOf(session, buyer),
      isHeld ? world.clock.seconds() + AUTHORIZED_FOR : undefined,
    ),
    ...(session.presentment_details && { presentment_details: session.presentment_details }),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: failure === null ? `${world.publicUrl}/receipts/${id}` : null,
    refunded: false,
    review: null,
    shipping: intent.shipping as Stripe.Charge.Shipping | null,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status,
    transfer_data: null,
    transfer_group: null,
  };
  return world.store.charges.put(
    status === 'succeeded' && !isHeld && !buyer.entersBalanceLater
      ? { ...charge, balance_transaction: creditCharge(world, charge) }
      : charge,
  );
}

/** Stripe enters a charge in the balance that it has captured asynchronously. */
export function enterInBalance(world: World, id: string): Stripe.Charge {
  const before = chargeNamed(world, id);
  if (before.status !== 'succeeded' || before.balance_transaction !== null)
    throw invalid(`The charge ${id} is not one whose balance transaction is still to come.`);
  const after = world.store.charges.put({ ...before, balance_transaction: creditCharge(world, before) });
  emit(world, 'charge.updated', after, previousOf(before, after));
  return after;
}

function outcomeOf(failure: Decline | null): Stripe.Charge.Outcome {
  const common = { network_advice_code: null, network_decline_code: null, risk_level: 'normal', risk_score: 32 };
  if (failure === null)
    return {
      ...common,
      advice_code: null,
      network_status: 'approved_by_network',
      reason: null,
      seller_message: 'Payment complete.',
      type: 'authorized',
    };
  return {
    ...common,
    advice_code: 'try_again_later',
    network_status: 'declined_by_network',
    reason: failure.declineCode ?? failure.code,
    seller_message: `The bank returned the decline code \`${failure.declineCode ?? failure.code}\`.`,
    type: 'issuer_declined',
  };
}
