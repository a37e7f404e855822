/** A Checkout Session as it is made: the whole object, from the parameters it was asked for with. */
import type Stripe from 'stripe';
import { changedMetadata } from '../http/metadata';
import type { Read } from '../http/params';
import type { ShippingChoice } from '../store/records';
import type { World } from '../world';
import { customerNamed } from './customers';
import { paymentMethodTypesOf } from './payment-methods';
import type { sessionShape } from './session-shape';
import { payAddress, type Session } from './sessions';

const DAY = 24 * 60 * 60;

export type SessionInput = Read<typeof sessionShape>;

/** @throws Refusal for a customer there is not */
export function newSession(
  world: World,
  id: string,
  input: SessionInput,
  currency: string,
  rates: ShippingChoice[],
): Session {
  const created = world.clock.seconds();
  const customer = input.customer === undefined ? null : customerNamed(world, input.customer, 'customer');
  const knownEmail = input.customer_email ?? customer?.email ?? null;
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: input.adaptive_pricing?.enabled ?? false },
    after_expiration: input.after_expiration ? { recovery: recoveryOf(input.after_expiration.recovery) } : null,
    allow_promotion_codes: input.allow_promotion_codes ?? null,
    allowed_payment_method_types: input.allowed_payment_method_types ?? null,
    amount_subtotal: null,
    amount_total: null,
    automatic_tax: {
      enabled: input.automatic_tax?.enabled ?? false,
      liability: input.automatic_tax?.enabled ? { type: 'self' } : null,
      provider: input.automatic_tax?.enabled ? 'stripe' : null,
      status: input.automatic_tax?.enabled ? 'requires_location_inputs' : null,
    },
    billing_address_collection: input.billing_address_collection ?? null,
    cancel_url: input.cancel_url ?? null,
    client_reference_id: input.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: consentOf(input),
    created,
    currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      ...{ after_submit: null, shipping_address: null, submit: null },
      terms_of_service_acceptance: input.custom_text?.terms_of_service_acceptance ?? null,
    },
    customer: customer?.id ?? null,
    customer_account: null,
    customer_creation: customer === null ? (input.customer_creation ?? 'if_required') : null,
    customer_details: knownEmail === null ? null : { ...NO_CUSTOMER_DETAILS, email: knownEmail },
    customer_email: input.customer_email ?? null,
    discounts:
      input.discounts?.map(({ coupon, promotion_code }) => ({
        coupon: coupon ?? null,
        promotion_code: promotion_code ?? null,
      })) ?? [],
    expires_at: input.expires_at ?? created + DAY,
    integration_identifier: input.integration_identifier ?? null,
    invoice: null,
    invoice_creation: {
      enabled: input.invoice_creation?.enabled ?? false,
      invoice_data: {
        account_tax_ids: null,
        custom_fields: null,
        description: null,
        footer: null,
        issuer: null,
        metadata: {},
        rendering_options: null,
      },
    },
    livemode: false,
    locale: input.locale ?? null,
    managed_payments: { enabled: false },
    metadata: changedMetadata(null, input.metadata),
    mode: input.mode,
    optional_items: [],
    origin_context: input.origin_context ?? null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: input.payment_method_collection ?? 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: paymentMethodTypesOf(
      currency,
      input.allowed_payment_method_types,
      input.excluded_payment_method_types,
    ),
    payment_status: 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: input.phone_number_collection?.enabled ?? false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: input.shipping_address_collection ?? null,
    shipping_cost: null,
    shipping_options: rates.map(({ rate, amount }) => ({ shipping_amount: amount, shipping_rate: rate })),
    status: 'open',
    submit_type: input.submit_type ?? null,
    subscription: null,
    success_url: input.success_url ?? null,
    total_details: null,
    ui_mode: 'hosted_page',
    url: payAddress(world, id),
    wallet_options: null,
  };
}

export const NO_CUSTOMER_DETAILS: Stripe.Checkout.Session.CustomerDetails = {
  address: null,
  business_name: null,
  email: null,
  individual_name: null,
  name: null,
  phone: null,
  tax_exempt: 'none',
  tax_ids: null,
};

function consentOf({ consent_collection: asked }: SessionInput): Stripe.Checkout.Session.ConsentCollection | null {
  if (asked === undefined) return null;
  return {
    payment_method_reuse_agreement: null,
    promotions: null,
    terms_of_service: asked.terms_of_service ?? null,
  };
}

function recoveryOf(
  input: NonNullable<SessionInput['after_expiration']>['recovery'],
): Stripe.Checkout.Session.AfterExpiration.Recovery | null {
  if (input === undefined) return null;
  return {
    allow_promotion_codes: input.allow_promotion_codes ?? false,
    enabled: input.enabled,
    expires_at: null,
    url: null,
  };
}
