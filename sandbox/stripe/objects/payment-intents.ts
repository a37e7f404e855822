/** `/v1/payment_intents`. Each belongs to a session and is created when the shopper presses Pay, never by a request. */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { changedMetadata, metadata } from '../http/metadata';
import { email, emptyable, oneOf, text, unsupported } from '../http/params';
import { type Route, route } from '../http/route';
import { newId, randomText } from '../store/ids';
import { emit } from '../webhooks/events';
import type { World } from '../world';
import { captureIntent } from './captures';
import { detailOf, type Session } from './sessions';

export const paymentIntentRoutes: Route[] = [
  route('GET', '/v1/payment_intents', { ...pagingByTime, customer: text() }, ({ world, params }) =>
    page(world.store.paymentIntents, params, {
      url: '/v1/payment_intents',
      what: 'payment_intent',
      where: (intent) => params.customer === undefined || intent.customer === params.customer,
    }),
  ),
  route('GET', '/v1/payment_intents/:id', { client_secret: text() }, ({ world, id }) => intentNamed(world, id)),
  route(
    'POST',
    '/v1/payment_intents/:id',
    { description: emptyable(text({ max: 1000 })), metadata, receipt_email: emptyable(email) },
    ({ world, id, params }) => {
      const before = intentNamed(world, id);
      return world.store.paymentIntents.put({
        ...before,
        ...(params.description !== undefined && { description: params.description }),
        ...(params.receipt_email !== undefined && { receipt_email: params.receipt_email }),
        metadata: changedMetadata(before.metadata, params.metadata),
      });
    },
  ),
  route('POST', '/v1/payment_intents/:id/capture', { amount_to_capture: unsupported, metadata }, ({ world, id }) =>
    captureIntent(world, intentNamed(world, id)),
  ),
  route(
    'POST',
    '/v1/payment_intents/:id/cancel',
    { cancellation_reason: oneOf('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer') },
    ({ world, id }) => {
      const intent = intentNamed(world, id);
      const cancelable = [
        'requires_payment_method',
        'requires_capture',
        'requires_confirmation',
        'requires_action',
        'processing',
      ];
      if (!cancelable.includes(intent.status))
        throw invalid(
          `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: ${cancelable.join(', ')}.`,
          { code: 'payment_intent_unexpected_state' },
        );
      if (intent.status === 'requires_capture') return lapse(world, intent, 'requested_by_customer');
      throw invalid("You can't cancel the PaymentIntent for a Checkout Session. Expire the Checkout Session instead.", {
        code: 'payment_intent_unexpected_state',
      });
    },
  ),
];

/** An authorisation that is not captured in time, or cancelled: nothing is charged. */
export function lapse(
  world: World,
  intent: Stripe.PaymentIntent,
  cancellation_reason: 'automatic' | 'requested_by_customer',
): Stripe.PaymentIntent {
  const canceled = world.store.paymentIntents.put({
    ...intent,
    status: 'canceled',
    amount_capturable: 0,
    canceled_at: world.clock.seconds(),
    cancellation_reason,
  });
  emit(world, 'payment_intent.canceled', canceled);
  return canceled;
}

export function intentNamed({ store }: World, id: string, param = 'id'): Stripe.PaymentIntent {
  const intent = store.paymentIntents.get(id);
  if (intent === undefined) throw noSuch('payment_intent', id, param);
  return intent;
}

/** The PaymentIntent of a session, created if there is none yet. */
export function intentOf(world: World, session: Session, amount: number): Stripe.PaymentIntent {
  const existing =
    typeof session.payment_intent === 'string' ? world.store.paymentIntents.get(session.payment_intent) : undefined;
  if (existing !== undefined) return world.store.paymentIntents.put({ ...existing, amount });
  const defaults = detailOf(world, session.id).paymentIntent;
  const id = newId('pi');
  const intent = world.store.paymentIntents.put({
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: defaults.captureMethod ?? 'automatic_async',
    client_secret: `${id}_secret_${randomText(25)}`,
    confirmation_method: 'automatic',
    created: world.clock.seconds(),
    currency: session.currency ?? '',
    customer: session.customer,
    customer_account: null,
    description: defaults.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: defaults.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: session.payment_method_types,
    payment_record: null,
    processing: null,
    receipt_email: defaults.receiptEmail,
    review: null,
    setup_future_usage: defaults.setupFutureUsage,
    shipping: null,
    source: null,
    statement_descriptor: defaults.statementDescriptor,
    statement_descriptor_suffix: defaults.statementDescriptorSuffix,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  });
  emit(world, 'payment_intent.created', intent);
  return intent;
}
