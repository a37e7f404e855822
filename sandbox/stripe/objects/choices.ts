/** What a shopper chooses on the payment page: the amount, a promotion code, shipping, and where they are taxed. */
import { invalid } from '../http/errors';
import type { Buyer, Discount, SessionDetail } from '../store/records';
import { idOf } from '../store/store';
import type { World } from '../world';
import { withChosenAmount } from './line-items';
import { discountByCode } from './promotion-codes';
import { detailOf, keepSession, type Session, sessionNamed } from './sessions';

export interface Choices {
  /** The amount for a price the buyer chooses, in the currency's smallest unit. */
  customAmount?: number | undefined;
  /** The empty string takes the code away that was entered before. */
  promotionCode?: string | undefined;
  /** One of the session's shipping options, by index. */
  shippingOption?: number | undefined;
  /** Tax added, instead of what the rule of the country says, if the session computes tax. */
  tax?: number | undefined;
  /** The amount shown to the buyer in their own currency, under Adaptive Pricing. */
  presentment?: { amount: number; currency: string } | undefined;
}

/**
 * Applies choices to an open session.
 * @param buyer who is about to pay; null while they are still choosing, in `country`
 * @throws Refusal if the session is not open or a choice is invalid
 */
export function applyChoices(
  world: World,
  id: string,
  choices: Choices,
  { buyer, country }: { buyer: Buyer | null; country: string | null },
): { session: Session; detail: SessionDetail } {
  const session = sessionNamed(world, id);
  if (session.status !== 'open')
    throw invalid(`This Checkout Session has a status of \`${session.status}\` and can no longer be paid.`);
  const before = detailOf(world, id);
  const lines = withChosenAmount(world, before.lines, choices.customAmount);
  const discount = discountOf(world, session, { ...before, lines }, choices.promotionCode);
  const option = choices.shippingOption === undefined ? undefined : session.shipping_options[choices.shippingOption];
  const shipping =
    option === undefined ? before.shipping : { rate: idOf(option.shipping_rate) ?? '', amount: option.shipping_amount };
  const { enabled } = session.automatic_tax;
  const taxedIn = enabled && choices.tax === undefined ? country : null;
  const detail: SessionDetail = {
    ...{ ...before, lines, discount, shipping, taxedIn },
    tax: enabled ? (choices.tax ?? 0) : 0,
    buyer: buyer ?? before.buyer,
  };
  const isTaxed = taxedIn !== null || choices.tax !== undefined;
  const kept = keepSession(
    world,
    {
      ...session,
      ...(discount !== before.discount && { discounts: discountsOf(discount) }),
      ...(enabled && {
        automatic_tax: { ...session.automatic_tax, status: isTaxed ? 'complete' : 'requires_location_inputs' },
      }),
      ...(choices.presentment && {
        presentment_details: {
          presentment_amount: choices.presentment.amount,
          presentment_currency: choices.presentment.currency,
        },
      }),
    },
    detail,
  );
  return { session: kept, detail: detailOf(world, id) };
}

function discountOf(
  world: World,
  session: Session,
  { discount, lines }: SessionDetail,
  code?: string,
): Discount | null {
  if (code === undefined) return discount;
  if (code === '') return null;
  const subtotal = lines.reduce((sum, line) => sum + line.amount_subtotal, 0);
  const found = discountByCode(world, code, { subtotal, currency: session.currency ?? '' });
  if (session.allow_promotion_codes !== true || found === null)
    throw invalid('This code is invalid.', { param: 'promotionCode' });
  return found;
}

const discountsOf = (discount: Discount | null): Session['discounts'] =>
  discount === null
    ? []
    : [{ coupon: discount.promotionCode === null ? discount.coupon : null, promotion_code: discount.promotionCode }];
