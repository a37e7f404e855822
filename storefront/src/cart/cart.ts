import { create } from 'zustand';
import { persist } from 'zustand/middleware';

/** A cart keeps no prices: those are the shop's to say, each time. */
export interface CartLine {
  sku: string;
  quantity: number;
}

/**
 * One try at buying a basket. The key makes the shop answer a repeat with the same payment page; it belongs to exactly this request, and goes
 * when the request changes, when it was refused, or when the order is paid.
 */
export interface Attempt {
  basketId: string;
  /** The request it stands for, as text. */
  request: string;
  key: string;
  /** Set once the shop has answered: the session, and until when the stock is held for it. */
  sessionId: string | null;
  heldUntil: string | null;
}

interface Cart {
  lines: CartLine[];
  /** What the shopper chose to pay in; null until they choose. */
  currency: string | null;
  /** For the shop's mails; empty when the shopper gave none, and again once they have paid. */
  email: string;
  attempts: Attempt[];
}

/** The shop's own limit for one line. */
export const MOST_OF_ONE = 99;

/** The shopper's cart, kept in this browser. */
export const useCart = create<Cart>()(
  persist((): Cart => ({ lines: [], currency: null, email: '', attempts: [] }), {
    name: 'holdfast-cart',
    version: 1,
    merge: (stored, fresh) => ({ ...fresh, ...readCart(stored) }),
  }),
);

// Two tabs show one cart, and a payment in one of them empties it in both.
window.addEventListener('storage', ({ key }) => {
  if (key === useCart.persist.getOptions().name) void useCart.persist.rehydrate();
});

/** Sets how many of a product are in the cart; none takes the line out. */
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

/** How many of a product are in the cart. */
export const quantityOf = (lines: CartLine[], sku: string): number =>
  lines.find((line) => line.sku === sku)?.quantity ?? 0;

/** Puts an attempt in the place of the basket's earlier one. */
export function keepAttempt(attempt: Attempt): void {
  useCart.setState(({ attempts }) => ({
    attempts: [...attempts.filter(({ basketId }) => basketId !== attempt.basketId), attempt],
  }));
}

/** Forgets the attempts that a test picks: the next try gets a key of its own. */
export function dropAttempts(which: (attempt: Attempt) => boolean): void {
  useCart.setState(({ attempts }) => ({ attempts: attempts.filter((attempt) => !which(attempt)) }));
}

/**
 * Takes what an order bought out of the cart. Only once, and only for a checkout that began in this browser: whoever opens the page of an old
 * order again keeps the cart of today.
 */
export function takeOutBought(sessionId: string, bought: CartLine[]): void {
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

/** What is in the browser's storage may be old, or written by someone's hand. Read while this file loads: no `const` below is there yet. */
function readCart(stored: unknown): Partial<Cart> {
  const { lines, currency, email, attempts } = (stored ?? {}) as Partial<Record<keyof Cart, unknown>>;
  return {
    lines: listOf<CartLine>(
      lines,
      ({ sku, quantity }) => isText(sku) && Number.isInteger(quantity) && Number(quantity) > 0,
    ),
    currency: isText(currency) ? currency : null,
    email: isText(email) ? email : '',
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
