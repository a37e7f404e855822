import type { CheckoutRequest, Money, Product } from '../api/client';
import { priceIn, shownCurrency } from '../catalogue';
import type { CartLine } from './cart';

/** Cart lines that are paid for together. */
export interface Basket {
  /** `cart` for everything bought together, or the SKU of a product bought alone. */
  id: string;
  lines: BasketLine[];
  currency: string;
  /** Null while the shopper has yet to choose the amount, or a line cannot be bought. */
  total: Money | null;
  /** False if it contains something that the shop is certain to refuse. */
  ready: boolean;
  /** Whether something in it is delivered. */
  ships: boolean;
}

export interface BasketLine {
  sku: string;
  quantity: number;
  /** Null when the shop no longer sells it. */
  product: Product | null;
  /** Null when the product is not sold, or not in the basket's currency, or the shopper chooses the amount. */
  unit: Money | null;
  trouble: 'gone' | 'other-currency' | 'sold-out' | 'too-many' | null;
}

/**
 * Splits the cart into baskets that can be paid together. Stripe accepts a pay-what-you-want product only alone and
 * once, so each gets its own basket. Stock is only a hint here: what looks sold out may be held for this very
 * shopper, so the shop decides.
 */
export function basketsOf(lines: CartLine[], products: Product[], chosen: string | null): Basket[] {
  const currency = shownCurrency(products, chosen);
  const bySku = new Map(products.map((product) => [product.sku, product]));
  const together: BasketLine[] = [];
  const alone: Basket[] = [];
  for (const { sku, quantity } of lines) {
    const product = bySku.get(sku) ?? null;
    const chosenPrice = product?.payWhatYouWant;
    if (product && chosenPrice) {
      const line = { sku, quantity: 1, product, unit: null, trouble: stockTrouble(product, 1) };
      const { currency } = chosenPrice.minimum;
      alone.push({ id: sku, lines: [line], currency, total: null, ready: true, ships: isShipped(line) });
    } else {
      together.push(lineOf(sku, quantity, product, currency));
    }
  }
  if (together.length === 0) return alone;
  const ready = together.every(({ unit }) => unit !== null);
  const amount = together.reduce((sum, { unit, quantity }) => sum + (unit?.amount ?? 0) * quantity, 0);
  const total = ready ? { amount, currency } : null;
  return [{ id: 'cart', lines: together, currency, total, ready, ships: together.some(isShipped) }, ...alone];
}

/** What the shopper says of themself; either may be empty. */
export interface Shopper {
  email: string;
  /** Where goods are to be delivered. */
  country: string;
}

/** The checkout request for a basket. */
export const requestFor = ({ lines, currency, ships }: Basket, { email, country }: Shopper): CheckoutRequest => ({
  items: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  currency,
  ...(email.trim() === '' ? {} : { email: email.trim() }),
  ...(country === '' || !ships ? {} : { country }),
});

const isShipped = ({ product }: BasketLine): boolean => product?.kind === 'PHYSICAL';

function lineOf(sku: string, quantity: number, product: Product | null, currency: string): BasketLine {
  if (!product) return { sku, quantity, product, unit: null, trouble: 'gone' };
  const unit = priceIn(product, currency);
  return { sku, quantity, product, unit, trouble: unit ? stockTrouble(product, quantity) : 'other-currency' };
}

function stockTrouble({ available }: Product, quantity: number): 'sold-out' | 'too-many' | null {
  if (available === null || available >= quantity) return null;
  return available <= 0 ? 'sold-out' : 'too-many';
}
