/** How the totals of a session follow from its lines, discount, shipping and tax. */
import type Stripe from 'stripe';
import type { SessionDetail } from '../store/records';
import type { World } from '../world';
import { amountOff } from './coupons';
import { optionsOf } from './prices';
import { isInclusive, type TaxBehavior, taxOf } from './taxes';

export interface Totals {
  lines: Stripe.LineItem[];
  subtotal: number;
  discount: number;
  shipping: number;
  shippingCost: Stripe.Checkout.Session.ShippingCost | null;
  /** All of it, also what the prices include. */
  tax: number;
  total: number;
}

/**
 * Spreads the discount over the lines (the last takes the rounding), taxes what is left of each, and adds up. Tax is
 * added unless the price includes it. Where a test says how much tax there is, that is spread over the lines.
 */
export function totalsOf(world: World, detail: Omit<SessionDetail, 'id' | 'paymentIntent' | 'recovery'>): Totals {
  const { lines, discount, shipping, tax: given, taxedIn = null } = detail;
  const currency = lines[0]?.currency ?? '';
  const subtotal = lines.reduce((sum, line) => sum + line.amount_subtotal, 0);
  const off = amountOff(world, discount, subtotal, currency);
  const weights = lines.map((line) => line.amount_subtotal);
  const discounts = spread(off, weights);
  const shares = spread(given, weights);
  const taxed = (amount: number, behavior: TaxBehavior) =>
    taxedIn === null ? 0 : taxOf(amount, behavior, { country: taxedIn, currency });

  const priced = lines.map((line, index) => {
    const behavior = behaviorOf(world, line);
    const amount_discount = discounts[index] ?? 0;
    const left = line.amount_subtotal - amount_discount;
    const amount_tax = (shares[index] ?? 0) + taxed(left, behavior);
    return { ...line, amount_discount, amount_tax, amount_total: left + (isInclusive(behavior) ? 0 : amount_tax) };
  });
  const freight = shipping?.amount ?? 0;
  const freightBehavior = shipping && world.store.shippingRates.get(shipping.rate)?.tax_behavior;
  const freightTax = taxed(freight, freightBehavior);
  const freightTotal = freight + (isInclusive(freightBehavior) ? 0 : freightTax);
  return {
    ...{ lines: priced, subtotal, discount: off, shipping: freight },
    shippingCost: shipping && {
      amount_subtotal: freight,
      amount_tax: freightTax,
      amount_total: freightTotal,
      shipping_rate: shipping.rate,
    },
    tax: priced.reduce((sum, line) => sum + line.amount_tax, freightTax),
    total: priced.reduce((sum, line) => sum + line.amount_total, freightTotal),
  };
}

function behaviorOf(world: World, { price, currency }: Stripe.LineItem): TaxBehavior {
  return price && (optionsOf(world, price)[currency]?.tax_behavior ?? price.tax_behavior);
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
