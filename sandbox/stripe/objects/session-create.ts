/** Creating a Checkout Session: what Stripe refuses, and the object it answers with. */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import { changedMetadata } from '../http/metadata';
import { missing, type Read } from '../http/params';
import { newSessionId } from '../store/ids';
import type { Discount, SessionDetail, ShippingChoice } from '../store/records';
import type { World } from '../world';
import { couponNamed, discountByPromotion } from './coupons';
import { customerNamed } from './customers';
import { openLines } from './line-items';
import { paymentMethodTypesOf } from './payment-methods';
import type { sessionShape } from './session-shape';
import { keepSession, payAddress, type Session, watchExpiry } from './sessions';
import { amountsOf, createRate, rateNamed } from './shipping-rates';
import { totalsOf } from './totals';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
/** The least amount that can be charged, in the smallest unit of most currencies. */
const LEAST_CHARGE = 50;

type SessionInput = Read<typeof sessionShape>;

/** @throws Refusal in Stripe's words */
export function createSession(world: World, input: SessionInput): Session {
  refuseInvalid(world, input);
  const lines = openLines(world, input.line_items ?? [], input.currency);
  const id = newSessionId();
  const currency = lines[0]?.currency ?? input.currency ?? '';
  const rates = shippingRates(world, input, currency);
  const detail: SessionDetail = {
    id,
    lines,
    discount: discountOf(world, input),
    shipping: rates[0] ?? null,
    paymentIntent: {
      metadata: changedMetadata(null, input.payment_intent_data?.metadata),
      description: input.payment_intent_data?.description ?? null,
      receiptEmail: input.payment_intent_data?.receipt_email ?? null,
      statementDescriptor: input.payment_intent_data?.statement_descriptor ?? null,
      statementDescriptorSuffix: input.payment_intent_data?.statement_descriptor_suffix ?? null,
      setupFutureUsage: input.payment_intent_data?.setup_future_usage ?? null,
      captureMethod: input.payment_intent_data?.capture_method,
    },
    tax: 0,
    recovery: null,
    buyer: null,
  };
  refuseTooSmall(totalsOf(world, detail).total, lines);
  const session = keepSession(world, newSession(world, id, input, currency, rates), detail);
  world.store.afterwards(() => watchExpiry(world, session));
  return session;
}

/** @throws Refusal when the total is above zero but less than can be charged */
export function refuseTooSmall(total: number, lines: Stripe.LineItem[]): void {
  const chosenLater = lines.some((line) => line.price?.custom_unit_amount != null && line.amount_subtotal === 0);
  if (total <= 0 || total >= LEAST_CHARGE || chosenLater) return;
  const least = (LEAST_CHARGE / 100).toFixed(2);
  throw invalid(`The Checkout Session's total amount due must add up to at least ${least} ${lines[0]?.currency}`, {
    code: 'amount_too_small',
  });
}

function refuseInvalid(world: World, input: SessionInput): void {
  if (input.mode === 'subscription')
    throw invalid(`This sandbox does not support \`mode: ${input.mode}\`.`, { param: 'mode' });
  if (input.ui_mode !== undefined && input.ui_mode !== 'hosted_page')
    throw invalid(`This sandbox does not support \`ui_mode: ${input.ui_mode}\`.`, { param: 'ui_mode' });
  if (input.success_url === undefined) throw missing('success_url');
  const lines = input.line_items ?? [];
  if (input.mode === 'setup' && input.currency === undefined) throw missing('currency');
  if ((input.mode === 'setup') !== (lines.length === 0)) throw missing('line_items');
  if (input.customer !== undefined && input.customer_email !== undefined)
    throw invalid('You may only specify one of these parameters: customer, customer_email.', {
      param: 'customer_email',
    });
  if (input.discounts !== undefined && input.allow_promotion_codes !== undefined)
    throw invalid('You may only specify one of these parameters: allow_promotion_codes, discounts.', {
      param: 'allow_promotion_codes',
    });
  const ahead = input.expires_at === undefined ? DAY : input.expires_at - world.clock.seconds();
  if (ahead < 30 * MINUTE)
    throw invalid('The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.', {
      param: 'expires_at',
    });
  if (ahead > DAY)
    throw invalid('The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.', {
      param: 'expires_at',
    });
}

function discountOf(world: World, { discounts }: SessionInput): Discount | null {
  const [input] = discounts ?? [];
  if (input === undefined) return null;
  if (input.promotion_code !== undefined)
    return discountByPromotion(world, input.promotion_code, 'discounts[0][promotion_code]');
  return { coupon: couponNamed(world, input.coupon ?? '', 'discounts[0][coupon]').id, promotionCode: null };
}

function shippingRates(world: World, { shipping_options }: SessionInput, currency: string): ShippingChoice[] {
  return (shipping_options ?? []).map(({ shipping_rate, shipping_rate_data: data }, index) => {
    const name = `shipping_options[${index}]`;
    if ((shipping_rate === undefined) === (data === undefined))
      throw invalid('You must specify one of `shipping_rate` or `shipping_rate_data`.', { param: name });
    const rate = data
      ? createRate(world, data, `${name}[shipping_rate_data]`)
      : rateNamed(world, shipping_rate ?? '', `${name}[shipping_rate]`);
    if (!rate.active)
      throw invalid(`The shipping rate \`${rate.id}\` is inactive.`, { param: `${name}[shipping_rate]` });
    const terms = amountsOf(world, rate)[currency];
    if (terms === undefined)
      throw invalid(
        `The shipping rate supports only \`${rate.fixed_amount?.currency}\`. This doesn't match the expected currency: \`${currency}\`.`,
        { param: `${name}[${data ? 'shipping_rate_data' : 'shipping_rate'}]` },
      );
    return { rate: rate.id, amount: terms.amount };
  });
}

function newSession(world: World, id: string, input: SessionInput, currency: string, rates: ShippingChoice[]): Session {
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
    consent_collection: null,
    created,
    currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
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
      enabled: false,
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
    shipping_cost: rates[0] === undefined ? null : shippingCost(rates[0]),
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

export const shippingCost = ({ rate, amount }: ShippingChoice): Stripe.Checkout.Session.ShippingCost => ({
  amount_subtotal: amount,
  amount_tax: 0,
  amount_total: amount,
  shipping_rate: rate,
});

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
