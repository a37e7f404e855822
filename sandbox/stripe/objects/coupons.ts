/** `/v1/coupons` and `/v1/promotion_codes`: discounts on a session. */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, paging, pagingByTime } from '../http/lists';
import { changedMetadata, metadata } from '../http/metadata';
import { currency, flag, group, integer, known, oneOf, required, text } from '../http/params';
import { type Route, route } from '../http/route';
import { newId, randomText } from '../store/ids';
import type { Discount } from '../store/records';
import { idOf } from '../store/store';
import type { World } from '../world';

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
    },
    ({ world, params }) => createCoupon(world, params),
  ),
  route('GET', '/v1/coupons', pagingByTime, ({ world, params }) =>
    page(world.store.coupons, params, { url: '/v1/coupons', what: 'coupon' }),
  ),
  route('GET', '/v1/coupons/:id', {}, ({ world, id }) => couponNamed(world, id)),
];

export const promotionCodeRoutes: Route[] = [
  route(
    'POST',
    '/v1/promotion_codes',
    {
      promotion: required(group({ type: required(oneOf('coupon')), coupon: text() })),
      active: flag,
      code: text({ max: 500 }),
      expires_at: integer(),
      max_redemptions: integer({ min: 1 }),
      metadata,
    },
    ({ world, params }): Stripe.PromotionCode => {
      const coupon = couponNamed(world, params.promotion.coupon ?? '', 'promotion[coupon]');
      const code = params.code ?? randomText(8).toUpperCase();
      if (world.store.promotionCodes.by('code', code.toLowerCase()).some(({ active }) => active))
        throw invalid(`An active promotion code with \`code: ${code}\` already exists.`, { param: 'code' });
      return world.store.promotionCodes.put({
        id: newId('promo'),
        object: 'promotion_code',
        active: params.active ?? true,
        code,
        created: world.clock.seconds(),
        customer: null,
        customer_account: null,
        expires_at: params.expires_at ?? null,
        livemode: false,
        max_redemptions: params.max_redemptions ?? null,
        metadata: changedMetadata(null, params.metadata),
        promotion: { coupon: coupon.id, type: 'coupon' },
        restrictions: { first_time_transaction: false, minimum_amount: null, minimum_amount_currency: null },
        times_redeemed: 0,
      });
    },
  ),
  route('GET', '/v1/promotion_codes', { ...paging, active: flag, code: text() }, ({ world, params }) =>
    page(world.store.promotionCodes, params, {
      url: '/v1/promotion_codes',
      what: 'promotion code',
      where: (promotion) =>
        (params.active === undefined || promotion.active === params.active) &&
        (params.code === undefined || promotion.code === params.code),
    }),
  ),
  route('GET', '/v1/promotion_codes/:id', {}, ({ world, id }) => promotionCodeNamed(world, id)),
];

export function couponNamed({ store }: World, id: string, param = 'id'): Stripe.Coupon {
  const coupon = store.coupons.get(id);
  if (coupon === undefined) throw noSuch('coupon', id, param);
  return coupon;
}

/** The discount for a code the shopper typed, or null if the code is unknown or no longer valid. */
export function discountByCode(world: World, code: string): Discount | null {
  const now = world.clock.seconds();
  const promotion = world.store.promotionCodes
    .by('code', code.trim().toLowerCase())
    .find((each) => isUsable(each, now));
  return promotion === undefined ? null : discountOf(promotion);
}

export function discountByPromotion(world: World, id: string, param: string): Discount {
  const promotion = promotionCodeNamed(world, id, param);
  if (!isUsable(promotion, world.clock.seconds())) throw invalid('This promotion code is not active.', { param });
  return discountOf(promotion);
}

/** The amount a discount takes off a subtotal, at most the whole of it. */
export function amountOff(world: World, discount: Discount | null, subtotal: number): number {
  if (discount === null) return 0;
  const { amount_off, percent_off } = couponNamed(world, discount.coupon);
  return Math.min(subtotal, amount_off ?? Math.round((subtotal * (percent_off ?? 0)) / 100));
}

/** Counts one use of the coupon and its code, when the session completes. */
export function redeem({ store }: World, discount: Discount | null): void {
  if (discount === null) return;
  const coupon = store.coupons.get(discount.coupon);
  if (coupon) store.coupons.put({ ...coupon, times_redeemed: coupon.times_redeemed + 1 });
  const promotion = discount.promotionCode === null ? undefined : store.promotionCodes.get(discount.promotionCode);
  if (promotion) store.promotionCodes.put({ ...promotion, times_redeemed: promotion.times_redeemed + 1 });
}

function promotionCodeNamed({ store }: World, id: string, param = 'id'): Stripe.PromotionCode {
  const promotion = store.promotionCodes.get(id);
  if (promotion === undefined) throw noSuch('promotion code', id, param);
  return promotion;
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

function isUsable(promotion: Stripe.PromotionCode, now: number): boolean {
  const { active, expires_at, max_redemptions, times_redeemed } = promotion;
  return (
    active &&
    (expires_at === null || expires_at > now) &&
    (max_redemptions === null || times_redeemed < max_redemptions)
  );
}

function discountOf(promotion: Stripe.PromotionCode): Discount {
  return { coupon: idOf(promotion.promotion.coupon) ?? '', promotionCode: promotion.id };
}
