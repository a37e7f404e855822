import type { CartLine } from './cart.ts';
import type { CheckoutRequest, Money, Product } from './shapes.ts';

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
export function basketsOf(lines: CartLine[], products: Product[], chosen: string | null = null): Basket[] {
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

/**
 * The checkout request for a basket, with what else is known of the shopper. What is empty is left out, and so is the
 * country where nothing is delivered.
 */
export const requestFor = (
  { lines, currency, ships }: Basket,
  { email = '', country = '', ...shopper }: Omit<CheckoutRequest, 'items' | 'currency'> = {},
): CheckoutRequest => ({
  items: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  currency,
  ...shopper,
  ...(email.trim() && { email: email.trim() }),
  ...(ships && country && { country }),
});

const isShipped = ({ product }: BasketLine): boolean => product?.kind === 'PHYSICAL';

/** Every currency that something is sold in, starting with that of the first product's first price. */
export const currenciesOf = (products: Product[]): string[] => [
  ...new Set(products.flatMap(({ prices }) => prices.map(({ currency }) => currency))),
];

/** The currency to show: the shopper's choice if anything is sold in it, otherwise the first one. */
export function shownCurrency(products: Product[], chosen: string | null): string {
  const currencies = currenciesOf(products);
  return chosen !== null && currencies.includes(chosen) ? chosen : (currencies[0] ?? 'eur');
}

/** The unit price in a currency; null if the product is not sold in it. */
export const priceIn = (product: Product, currency: string): Money | null =>
  product.prices.find((price) => price.currency === currency) ?? null;

function lineOf(sku: string, quantity: number, product: Product | null, currency: string): BasketLine {
  if (!product) return { sku, quantity, product, unit: null, trouble: 'gone' };
  const unit = priceIn(product, currency);
  return { sku, quantity, product, unit, trouble: unit ? stockTrouble(product, quantity) : 'other-currency' };
}

function stockTrouble({ available }: Product, quantity: number): 'sold-out' | 'too-many' | null {
  if (available === null || available >= quantity) return null;
  return available <= 0 ? 'sold-out' : 'too-many';
}
