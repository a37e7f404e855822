/** `/v1/promotion_codes`: the codes that shoppers type for a coupon. */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, paging } from '../http/lists';
import { changedMetadata, metadata } from '../http/metadata';
import { currency, flag, group, integer, oneOf, required, text, unsupported } from '../http/params';
import { type Route, route } from '../http/route';
import { newId, randomText } from '../store/ids';
import type { Discount } from '../store/records';
import { idOf } from '../store/store';
import type { World } from '../world';
import { couponNamed, type Discounted, isRedeemable } from './coupons';

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
      customer: unsupported,
      customer_account: unsupported,
      restrictions: group({
        currency_options: unsupported,
        first_time_transaction: flag,
        minimum_amount: integer({ min: 1 }),
        minimum_amount_currency: currency,
      }),
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
        restrictions: restrictionsOf(params.restrictions),
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
  route('POST', '/v1/promotion_codes/:id', { active: flag, metadata, restrictions: unsupported }, (call) => {
    const before = promotionCodeNamed(call.world, call.id);
    const { active = before.active } = call.params;
    return call.world.store.promotionCodes.put({
      ...{ ...before, active },
      metadata: changedMetadata(before.metadata, call.params.metadata),
    });
  }),
];

function restrictionsOf(
  asked: { first_time_transaction?: boolean | undefined } & MinimumAmount = {},
): Stripe.PromotionCode.Restrictions {
  const { first_time_transaction = false, minimum_amount = null, minimum_amount_currency = null } = asked;
  if ((minimum_amount === null) !== (minimum_amount_currency === null))
    throw invalid('You must pass both `minimum_amount` and `minimum_amount_currency`, or neither.', {
      param: 'restrictions[minimum_amount_currency]',
    });
  return { first_time_transaction, minimum_amount, minimum_amount_currency };
}

interface MinimumAmount {
  minimum_amount?: number | undefined;
  minimum_amount_currency?: string | undefined;
}

/** The discount for a code the shopper typed, or null if the code is unknown, or does not apply here and now. */
export function discountByCode(world: World, code: string, to: Discounted): Discount | null {
  const promotion = world.store.promotionCodes
    .by('code', code.trim().toLowerCase())
    .find((each) => isUsable(world, each, to));
  return promotion === undefined ? null : discountOf(promotion);
}

export function discountByPromotion(world: World, id: string, param: string, to: Discounted): Discount {
  const promotion = promotionCodeNamed(world, id, param);
  if (!isUsable(world, promotion, to)) throw invalid('This promotion code cannot be redeemed.', { param });
  return discountOf(promotion);
}

function promotionCodeNamed({ store }: World, id: string, param = 'id'): Stripe.PromotionCode {
  const promotion = store.promotionCodes.get(id);
  if (promotion === undefined) throw noSuch('promotion code', id, param);
  return promotion;
}

function isUsable(world: World, promotion: Stripe.PromotionCode, to: Discounted): boolean {
  const { active, expires_at, max_redemptions, times_redeemed, restrictions } = promotion;
  const { first_time_transaction, minimum_amount, minimum_amount_currency } = restrictions;
  return (
    active &&
    (expires_at === null || expires_at > world.clock.seconds()) &&
    (max_redemptions === null || times_redeemed < max_redemptions) &&
    // Who has bought before is not known of guests, so to Stripe such a code is not valid for them.
    !first_time_transaction &&
    (minimum_amount === null || (minimum_amount_currency === to.currency && to.subtotal >= minimum_amount)) &&
    isRedeemable(world, couponNamed(world, idOf(promotion.promotion.coupon) ?? ''), to)
  );
}

function discountOf(promotion: Stripe.PromotionCode): Discount {
  return { coupon: idOf(promotion.promotion.coupon) ?? '', promotionCode: promotion.id };
}
