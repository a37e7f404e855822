/** Making a Checkout Session: what Stripe refuses, and the whole object it answers with. */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import { changedMetadata, missing, type Read } from '../http/params';
import { newId, newSessionId } from '../store/ids';
import type { Discount, SessionDetail, ShippingChoice } from '../store/records';
import type { World } from '../world';
import { couponNamed, discountByPromotion } from './coupons';
import { customerNamed } from './customers';
import { openLines, totalsOf } from './line-items';
import { paymentMethodTypesOf } from './payment-methods';
import type { sessionShape } from './session-shape';
import { keepSession, payAddress, type Session, watchExpiry } from './sessions';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
/** The least that can be charged, in the smallest unit of most currencies. */
const LEAST_CHARGE = 50;

type Asked = Read<typeof sessionShape>;

/** @throws Refusal in Stripe's words */
export function createSession(world: World, asked: Asked): Session {
  refuseWhatCannotBe(world, asked);
  const lines = openLines(world, asked.line_items ?? [], asked.currency);
  const id = newSessionId();
  const rates = shippingRates(world, asked);
  const detail: SessionDetail = {
    id,
    lines,
    discount: discountOf(world, asked),
    shipping: rates[0] ?? null,
    paymentIntent: {
      metadata: changedMetadata(null, asked.payment_intent_data?.metadata),
      description: asked.payment_intent_data?.description ?? null,
      receiptEmail: asked.payment_intent_data?.receipt_email ?? null,
      statementDescriptor: asked.payment_intent_data?.statement_descriptor ?? null,
      statementDescriptorSuffix: asked.payment_intent_data?.statement_descriptor_suffix ?? null,
      setupFutureUsage: asked.payment_intent_data?.setup_future_usage ?? null,
    },
    tax: 0,
    recovery: null,
    buyer: null,
  };
  refuseTooSmall(totalsOf(world, detail).total, lines);
  const session = keepSession(world, newSession(world, id, asked, lines[0]?.currency ?? '', rates), detail);
  world.store.afterwards(() => watchExpiry(world, session));
  return session;
}

/** @throws Refusal when there is something to pay, but less than can be charged */
export function refuseTooSmall(total: number, lines: Stripe.LineItem[]): void {
  const chosenLater = lines.some((line) => line.price?.custom_unit_amount != null && line.amount_subtotal === 0);
  if (total <= 0 || total >= LEAST_CHARGE || chosenLater) return;
  const least = (LEAST_CHARGE / 100).toFixed(2);
  throw invalid(`The Checkout Session's total amount due must add up to at least ${least} ${lines[0]?.currency}`, {
    code: 'amount_too_small',
  });
}

function refuseWhatCannotBe(world: World, asked: Asked): void {
  if (asked.mode !== 'payment')
    throw invalid(`This sandbox does not support \`mode: ${asked.mode}\`.`, { param: 'mode' });
  if (asked.ui_mode !== undefined && asked.ui_mode !== 'hosted_page')
    throw invalid(`This sandbox does not support \`ui_mode: ${asked.ui_mode}\`.`, { param: 'ui_mode' });
  if (asked.payment_intent_data?.capture_method === 'manual')
    throw invalid('This sandbox does not support `capture_method: manual`.', {
      param: 'payment_intent_data[capture_method]',
    });
  if (asked.success_url === undefined) throw missing('success_url');
  if (asked.line_items === undefined || asked.line_items.length === 0) throw missing('line_items');
  if (asked.customer !== undefined && asked.customer_email !== undefined)
    throw invalid('You may only specify one of these parameters: customer, customer_email.', {
      param: 'customer_email',
    });
  if (asked.discounts !== undefined && asked.allow_promotion_codes !== undefined)
    throw invalid('You may only specify one of these parameters: allow_promotion_codes, discounts.', {
      param: 'allow_promotion_codes',
    });
  const ahead = asked.expires_at === undefined ? DAY : asked.expires_at - world.clock.seconds();
  if (ahead < 30 * MINUTE)
    throw invalid('The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.', {
      param: 'expires_at',
    });
  if (ahead > DAY)
    throw invalid('The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.', {
      param: 'expires_at',
    });
}

function discountOf(world: World, { discounts }: Asked): Discount | null {
  const [asked] = discounts ?? [];
  if (asked === undefined) return null;
  if (asked.promotion_code !== undefined)
    return discountByPromotion(world, asked.promotion_code, 'discounts[0][promotion_code]');
  return { coupon: couponNamed(world, asked.coupon ?? '', 'discounts[0][coupon]').id, promotionCode: null };
}

function shippingRates(world: World, { shipping_options }: Asked): ShippingChoice[] {
  return (shipping_options ?? []).map(({ shipping_rate, shipping_rate_data: data }, index) => {
    if (shipping_rate !== undefined || data === undefined)
      throw invalid('This sandbox takes `shipping_rate_data` only.', {
        param: `shipping_options[${index}][shipping_rate]`,
      });
    const rate = world.store.shippingRates.put({
      id: newId('shr'),
      object: 'shipping_rate',
      active: true,
      created: world.clock.seconds(),
      delivery_estimate: null,
      display_name: data.display_name,
      fixed_amount: { amount: data.fixed_amount.amount, currency: data.fixed_amount.currency },
      livemode: false,
      metadata: changedMetadata(null, data.metadata),
      tax_behavior: 'unspecified',
      tax_code: null,
      type: 'fixed_amount',
    });
    return { rate: rate.id, amount: data.fixed_amount.amount };
  });
}

function newSession(world: World, id: string, asked: Asked, currency: string, rates: ShippingChoice[]): Session {
  const created = world.clock.seconds();
  const customer = asked.customer === undefined ? null : customerNamed(world, asked.customer, 'customer');
  const knownEmail = asked.customer_email ?? customer?.email ?? null;
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: asked.adaptive_pricing?.enabled ?? false },
    after_expiration: asked.after_expiration ? { recovery: recoveryOf(asked.after_expiration.recovery) } : null,
    allow_promotion_codes: asked.allow_promotion_codes ?? null,
    allowed_payment_method_types: asked.allowed_payment_method_types ?? null,
    amount_subtotal: null,
    amount_total: null,
    automatic_tax: {
      enabled: asked.automatic_tax?.enabled ?? false,
      liability: asked.automatic_tax?.enabled ? { type: 'self' } : null,
      provider: asked.automatic_tax?.enabled ? 'stripe' : null,
      status: asked.automatic_tax?.enabled ? 'requires_location_inputs' : null,
    },
    billing_address_collection: asked.billing_address_collection ?? null,
    cancel_url: asked.cancel_url ?? null,
    client_reference_id: asked.client_reference_id ?? null,
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
    customer_creation: customer === null ? (asked.customer_creation ?? 'if_required') : null,
    customer_details: knownEmail === null ? null : { ...NOBODY_KNOWN, email: knownEmail },
    customer_email: asked.customer_email ?? null,
    discounts:
      asked.discounts?.map(({ coupon, promotion_code }) => ({
        coupon: coupon ?? null,
        promotion_code: promotion_code ?? null,
      })) ?? [],
    expires_at: asked.expires_at ?? created + DAY,
    integration_identifier: asked.integration_identifier ?? null,
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
    locale: asked.locale ?? null,
    managed_payments: { enabled: false },
    metadata: changedMetadata(null, asked.metadata),
    mode: 'payment',
    optional_items: [],
    origin_context: asked.origin_context ?? null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: asked.payment_method_collection ?? 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: paymentMethodTypesOf(
      currency,
      asked.allowed_payment_method_types,
      asked.excluded_payment_method_types,
    ),
    payment_status: 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: asked.phone_number_collection?.enabled ?? false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: asked.shipping_address_collection ?? null,
    shipping_cost: rates[0] === undefined ? null : shippingCost(rates[0]),
    shipping_options: rates.map(({ rate, amount }) => ({ shipping_amount: amount, shipping_rate: rate })),
    status: 'open',
    submit_type: asked.submit_type ?? null,
    subscription: null,
    success_url: asked.success_url ?? null,
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

export const NOBODY_KNOWN: Stripe.Checkout.Session.CustomerDetails = {
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
  asked: NonNullable<Asked['after_expiration']>['recovery'],
): Stripe.Checkout.Session.AfterExpiration.Recovery | null {
  if (asked === undefined) return null;
  return {
    allow_promotion_codes: asked.allow_promotion_codes ?? false,
    enabled: asked.enabled,
    expires_at: null,
    url: null,
  };
}
