/** `/v1/coupons`: discounts on a session. The codes that stand for them are in `promotion-codes.ts`. */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { changedMetadata, metadata } from '../http/metadata';
import { currency, integer, known, oneOf, text, unsupported } from '../http/params';
import { type Route, route } from '../http/route';
import { randomText } from '../store/ids';
import type { Discount } from '../store/records';
import type { World } from '../world';
import { rounded } from './amounts';

export const couponRoutes: Route[] = [
  route(
    'POST',
    '/v1/coupons',
    {
      id: text(),
      amount_off: integer({ min: 1 }),
      currency,
      duration: oneOf('forever', 'once', 'repeating'),
      duration_in_months: integer({ min: 1 }),
      max_redemptions: integer({ min: 1 }),
      metadata,
      name: text({ max: 40 }),
      percent_off: known,
      redeem_by: integer(),
      applies_to: unsupported,
      currency_options: unsupported,
    },
    ({ world, params }) => createCoupon(world, params),
  ),
  route('GET', '/v1/coupons', pagingByTime, ({ world, params }) =>
    page(world.store.coupons, params, { url: '/v1/coupons', what: 'coupon' }),
  ),
  route('GET', '/v1/coupons/:id', {}, ({ world, id }) => couponNamed(world, id)),
  route('POST', '/v1/coupons/:id', { metadata, name: text({ max: 40 }), currency_options: unsupported }, (call) => {
    const before = couponNamed(call.world, call.id);
    const { name = before.name } = call.params;
    return call.world.store.coupons.put({
      ...{ ...before, name },
      metadata: changedMetadata(before.metadata, call.params.metadata),
    });
  }),
];

export function couponNamed({ store }: World, id: string, param = 'id'): Stripe.Coupon {
  const coupon = store.coupons.get(id);
  if (coupon === undefined) throw noSuch('coupon', id, param);
  return coupon;
}

/** What a discount is asked for: the subtotal of a session, and its currency. */
export interface Discounted {
  subtotal: number;
  currency: string;
}

export function discountByCoupon(world: World, id: string, param: string, to: Discounted): Discount {
  const coupon = couponNamed(world, id, param);
  if (!isRedeemable(world, coupon, to)) throw invalid('This coupon cannot be redeemed.', { param });
  return { coupon: coupon.id, promotionCode: null };
}

/** The amount a discount takes off a subtotal, at most the whole of it. */
export function amountOff(world: World, discount: Discount | null, subtotal: number, currency: string): number {
  if (discount === null) return 0;
  const { amount_off, percent_off } = couponNamed(world, discount.coupon);
  return Math.min(subtotal, amount_off ?? rounded((subtotal * (percent_off ?? 0)) / 100, currency));
}

/** Counts one use of the coupon and its code, when the session completes. */
export function redeem({ store }: World, discount: Discount | null): void {
  if (discount === null) return;
  const coupon = store.coupons.get(discount.coupon);
  if (coupon) store.coupons.put({ ...coupon, times_redeemed: coupon.times_redeemed + 1 });
  const promotion = discount.promotionCode === null ? undefined : store.promotionCodes.get(discount.promotionCode);
  if (promotion) store.promotionCodes.put({ ...promotion, times_redeemed: promotion.times_redeemed + 1 });
}

interface CouponInput {
  id?: string | undefined;
  amount_off?: number | undefined;
  currency?: string | undefined;
  duration?: 'forever' | 'once' | 'repeating' | undefined;
  duration_in_months?: number | undefined;
  max_redemptions?: number | undefined;
  metadata?: Record<string, string> | null | undefined;
  name?: string | undefined;
  percent_off?: unknown;
  redeem_by?: number | undefined;
}

function createCoupon(world: World, input: CouponInput): Stripe.Coupon {
  const percent = input.percent_off === undefined ? null : Number(input.percent_off);
  if ((percent === null) === (input.amount_off === undefined))
    throw invalid('You must pass either percent_off or amount_off.', { param: 'percent_off' });
  if (percent !== null && !(percent > 0 && percent <= 100))
    throw invalid('Invalid percent_off: must be greater than 0 and at most 100.', { param: 'percent_off' });
  if (input.amount_off !== undefined && input.currency === undefined)
    throw invalid('You must pass currency when passing amount_off.', { code: 'parameter_missing', param: 'currency' });
  if (input.id !== undefined && world.store.coupons.get(input.id) !== undefined)
    throw invalid('Coupon already exists.', { code: 'resource_already_exists', param: 'id' });
  return world.store.coupons.put({
    id: input.id ?? randomText(8),
    object: 'coupon',
    amount_off: input.amount_off ?? null,
    created: world.clock.seconds(),
    currency: input.currency ?? null,
    duration: input.duration ?? 'once',
    duration_in_months: input.duration_in_months ?? null,
    livemode: false,
    max_redemptions: input.max_redemptions ?? null,
    metadata: changedMetadata(null, input.metadata),
    name: input.name ?? null,
    percent_off: percent,
    redeem_by: input.redeem_by ?? null,
    times_redeemed: 0,
    valid: true,
  });
}

/** Whether a coupon takes something off such a session now. */
export function isRedeemable(world: World, coupon: Stripe.Coupon, { currency }: Discounted): boolean {
  const { currency: own, max_redemptions, redeem_by, times_redeemed } = coupon;
  return (
    (own === null || own === currency) &&
    (redeem_by === null || redeem_by > world.clock.seconds()) &&
    (max_redemptions === null || times_redeemed < max_redemptions)
  );
}
