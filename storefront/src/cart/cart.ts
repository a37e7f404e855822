import { create } from 'zustand';
import { persist } from 'zustand/middleware';

/** A cart line has no price: the shop sets it at each checkout. */
export interface CartLine {
  sku: string;
  quantity: number;
}

/**
 * One attempt to buy a basket. Its idempotency key makes the shop answer a repeat with the same payment page. The key
 * belongs to exactly this request; it is dropped when the request changes or is refused, or the order is paid.
 */
export interface Attempt {
  basketId: string;
  /** The request body, as text. */
  request: string;
  key: string;
  /** Set once the shop has answered: the session, and the end of its stock hold. */
  sessionId: string | null;
  heldUntil: string | null;
}

interface Cart {
  lines: CartLine[];
  /** The currency the shopper chose; null until they choose. */
  currency: string | null;
  /** The shopper's e-mail address; empty when none was given, and again once they have paid. */
  email: string;
  /** The country to deliver to; empty until they choose. */
  country: string;
  attempts: Attempt[];
}

/** The shop's limit per line. */
export const MOST_OF_ONE = 99;

/** The shopper's cart, stored in this browser. */
export const useCart = create<Cart>()(
  persist((): Cart => ({ lines: [], currency: null, email: '', country: '', attempts: [] }), {
    name: 'holdfast-cart',
    version: 1,
    merge: (stored, fresh) => ({ ...fresh, ...readCart(stored) }),
  }),
);

// All tabs share one cart; a payment in one of them empties it in all.
window.addEventListener('storage', ({ key }) => {
  if (key === useCart.persist.getOptions().name) void useCart.persist.rehydrate();
});

/** Sets the quantity of a product in the cart; 0 removes the line. */
export function setQuantity(sku: string, quantity: number): void {
  const wanted = Math.min(MOST_OF_ONE, Math.max(0, Math.trunc(quantity) || 0));
  useCart.setState(({ lines }) => {
    const known = lines.some((line) => line.sku === sku);
    const next = known
      ? lines.map((line) => (line.sku === sku ? { sku, quantity: wanted } : line))
      : [...lines, { sku, quantity: wanted }];
    return { lines: next.filter((line) => line.quantity > 0) };
  });
}

/** The quantity of a product in the cart. */
export const quantityOf = (lines: CartLine[], sku: string): number =>
  lines.find((line) => line.sku === sku)?.quantity ?? 0;

/** Stores an attempt in place of the basket's earlier one. */
export function keepAttempt(attempt: Attempt): void {
  useCart.setState(({ attempts }) => ({
    attempts: [...attempts.filter(({ basketId }) => basketId !== attempt.basketId), attempt],
  }));
}

/** Removes the matching attempts, so that the next one gets a new key. */
export function dropAttempts(matches: (attempt: Attempt) => boolean): void {
  useCart.setState(({ attempts }) => ({ attempts: attempts.filter((attempt) => !matches(attempt)) }));
}

/**
 * Removes the items of an order from the cart. This happens once, and only for a checkout that began in this browser:
 * opening the page of an old order must not change today's cart.
 */
export function removeBought(sessionId: string, bought: CartLine[]): void {
  const { lines, attempts } = useCart.getState();
  if (!attempts.some((attempt) => attempt.sessionId === sessionId)) return;
  useCart.setState({
    email: '',
    lines: lines
      .map(({ sku, quantity }) => ({ sku, quantity: quantity - quantityOf(bought, sku) }))
      .filter(({ quantity }) => quantity > 0),
    attempts: attempts.filter((attempt) => attempt.sessionId !== sessionId),
  });
}

/**
 * Checks the stored cart, which may be old or edited by hand. Runs while this file loads, so it must not use a
 * `const` below.
 */
function readCart(stored: unknown): Partial<Cart> {
  const { lines, currency, email, country, attempts } = (stored ?? {}) as Partial<Record<keyof Cart, unknown>>;
  return {
    lines: listOf<CartLine>(
      lines,
      ({ sku, quantity }) => isText(sku) && Number.isInteger(quantity) && Number(quantity) > 0,
    ),
    currency: isText(currency) ? currency : null,
    email: isText(email) ? email : '',
    country: isText(country) ? country : '',
    attempts: listOf<Attempt>(
      attempts,
      ({ basketId, request, key }) => isText(basketId) && isText(request) && isText(key),
    ),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function listOf<T>(value: unknown, fits: (one: Partial<Record<keyof T, unknown>>) => boolean): T[] {
  return Array.isArray(value)
    ? value.filter((one): one is T => typeof one === 'object' && one !== null && fits(one))
    : [];
}
