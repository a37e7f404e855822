/** How the totals of a session follow from its lines, discount, shipping and tax. */
import type Stripe from 'stripe';
import type { SessionDetail } from '../store/records';
import type { World } from '../world';
import { amountOff } from './coupons';

export interface Totals {
  lines: Stripe.LineItem[];
  subtotal: number;
  discount: number;
  shipping: number;
  tax: number;
  total: number;
}

/**
 * Spreads discount and tax over the lines (the last takes the rounding) and adds up. Tax is added unless the price
 * includes it.
 */
export function totalsOf(
  world: World,
  { lines, discount, shipping, tax }: Pick<SessionDetail, 'discount' | 'lines' | 'shipping' | 'tax'>,
): Totals {
  const subtotal = lines.reduce((sum, line) => sum + line.amount_subtotal, 0);
  const off = amountOff(world, discount, subtotal);
  const weights = lines.map((line) => line.amount_subtotal);
  const discounts = spread(off, weights);
  const taxes = spread(tax, weights);
  const priced = lines.map((line, index) => {
    const amount_discount = discounts[index] ?? 0;
    const amount_tax = taxes[index] ?? 0;
    const onTop = line.price?.tax_behavior === 'inclusive' ? 0 : amount_tax;
    return { ...line, amount_discount, amount_tax, amount_total: line.amount_subtotal - amount_discount + onTop };
  });
  const freight = shipping?.amount ?? 0;
  const total = priced.reduce((sum, line) => sum + line.amount_total, freight);
  return { lines: priced, subtotal, discount: off, shipping: freight, tax, total };
}

/** Divides an amount in proportion to the weights; the last share takes the rounding. */
function spread(amount: number, weights: number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let given = 0;
  return weights.map((weight, index) => {
    const share =
      index === weights.length - 1 ? amount - given : whole === 0 ? 0 : Math.floor((amount * weight) / whole);
    given += share;
    return share;
  });
}
