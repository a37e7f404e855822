import type { CheckoutRequest, Money, Product } from '../api/client';
import { priceIn, shownCurrency } from '../catalogue';
import type { CartLine } from './cart';

/** What is paid for in one go. */
export interface Basket {
  /** `cart` for all that is bought together, the SKU for what is bought alone. */
  id: string;
  lines: BasketLine[];
  currency: string;
  /** Null while the shopper has still to choose the amount, or a line cannot be bought. */
  total: Money | null;
  /** Whether there is nothing in it that the shop would certainly refuse. */
  ready: boolean;
}

export interface BasketLine {
  sku: string;
  quantity: number;
  /** Null when the shop no longer sells it. */
  product: Product | null;
  /** Null when it is not sold, or not in the basket's currency, or the amount is the shopper's to choose. */
  unit: Money | null;
  trouble: 'gone' | 'other-currency' | 'sold-out' | 'too-many' | null;
}

/**
 * Sorts the cart into what can be paid together. Stripe takes a pay-what-you-want product only alone and once, so each is a basket of its own.
 * Stock is only a hint here: what looks sold out may be held for this very shopper, so the shop has the last word on it.
 */
export function basketsOf(lines: CartLine[], products: Product[], chosen: string | null): Basket[] {
  const currency = shownCurrency(products, chosen);
  const bySku = new Map(products.map((product) => [product.sku, product]));
  const together: BasketLine[] = [];
  const alone: Basket[] = [];
  for (const { sku, quantity } of lines) {
    const product = bySku.get(sku) ?? null;
    const free = product?.payWhatYouWant;
    if (product && free) {
      const line = { sku, quantity: 1, product, unit: null, trouble: stockTrouble(product, 1) };
      alone.push({ id: sku, lines: [line], currency: free.minimum.currency, total: null, ready: true });
    } else {
      together.push(lineOf(sku, quantity, product, currency));
    }
  }
  if (together.length === 0) return alone;
  const ready = together.every(({ unit }) => unit !== null);
  const amount = together.reduce((sum, { unit, quantity }) => sum + (unit?.amount ?? 0) * quantity, 0);
  return [{ id: 'cart', lines: together, currency, total: ready ? { amount, currency } : null, ready }, ...alone];
}

/** What the shop is asked for a basket. The address is for its mails, and may be left out. */
export const requestFor = ({ lines, currency }: Basket, email: string): CheckoutRequest => ({
  items: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  currency,
  ...(email === '' ? {} : { email }),
});

function lineOf(sku: string, quantity: number, product: Product | null, currency: string): BasketLine {
  if (!product) return { sku, quantity, product, unit: null, trouble: 'gone' };
  const unit = priceIn(product, currency);
  return { sku, quantity, product, unit, trouble: unit ? stockTrouble(product, quantity) : 'other-currency' };
}

function stockTrouble({ available }: Product, quantity: number): 'sold-out' | 'too-many' | null {
  if (available === null || available >= quantity) return null;
  return available <= 0 ? 'sold-out' : 'too-many';
}
