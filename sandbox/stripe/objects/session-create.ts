/** Creating a Checkout Session: what Stripe refuses, and the object it answers with. */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import { changedMetadata } from '../http/metadata';
import { missing } from '../http/params';
import { newSessionId } from '../store/ids';
import type { Discount, SessionDetail, ShippingChoice } from '../store/records';
import type { World } from '../world';
import { type Discounted, discountByCoupon } from './coupons';
import { openLines } from './line-items';
import { discountByPromotion } from './promotion-codes';
import { newSession, type SessionInput } from './session-object';
import { keepSession, type Session, watchExpiry } from './sessions';
import { amountsOf, createRate, rateNamed } from './shipping-rates';
import { totalsOf } from './totals';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
/** The least amount that can be charged, in the smallest unit of most currencies. */
const LEAST_CHARGE = 50;

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
    discount: discountOf(world, input, {
      subtotal: lines.reduce((sum, line) => sum + line.amount_subtotal, 0),
      currency,
    }),
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
  if (input.mode !== 'payment')
    for (const param of ['shipping_options', 'invoice_creation'] as const)
      if (input[param] !== undefined)
        throw invalid(`You can not pass \`${param}\` in \`${input.mode}\` mode.`, { param });
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

function discountOf(world: World, { discounts }: SessionInput, to: Discounted): Discount | null {
  const [input] = discounts ?? [];
  if (input === undefined) return null;
  if (input.promotion_code !== undefined)
    return discountByPromotion(world, input.promotion_code, 'discounts[0][promotion_code]', to);
  return discountByCoupon(world, input.coupon ?? '', 'discounts[0][coupon]', to);
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
