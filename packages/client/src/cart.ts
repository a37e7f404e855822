/** A cart line has no price: the shop sets it at each checkout. */
export interface CartLine {
  sku: string;
  quantity: number;
}

/**
 * One attempt to buy a basket. Its idempotency key makes the shop answer a repeat with the same payment page. The key
 * belongs to exactly this request; it is dropped when the request changes or is refused, or the checkout has ended.
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

export interface Cart {
  lines: CartLine[];
  /** The latest attempt at each basket. */
  attempts: Attempt[];
}

/** Where a storefront keeps the cart. What is set must survive the way to the payment page and back. */
export interface CartStore {
  get(): Cart;
  set(part: Partial<Cart>): void;
}

/** The shop's limits: of one product, and of lines. */
export const MOST_OF_ONE = 99;
export const MOST_LINES = 50;

/** The lines with a product's quantity set; 0 removes its line. More than the shop allows becomes what it allows. */
export function withQuantity(lines: CartLine[], sku: string, quantity: number): CartLine[] {
  const wanted = Math.min(MOST_OF_ONE, Math.max(0, Math.trunc(quantity) || 0));
  const known = lines.some((line) => line.sku === sku);
  if (!known && lines.length >= MOST_LINES) return lines;
  const next = known
    ? lines.map((line) => (line.sku === sku ? { sku, quantity: wanted } : line))
    : [...lines, { sku, quantity: wanted }];
  return next.filter((line) => line.quantity > 0);
}

/** The quantity of a product in the cart. */
export const quantityOf = (lines: CartLine[], sku: string): number =>
  lines.reduce((sum, line) => (line.sku === sku ? sum + line.quantity : sum), 0);

/** The lines with more of a product. */
export const withMore = (lines: CartLine[], sku: string, quantity = 1): CartLine[] =>
  withQuantity(lines, sku, quantityOf(lines, sku) + quantity);

/**
 * The cart without the items of a paid order. Null if the checkout did not begin with this cart, or was taken out
 * already: opening the page of an old order must not change today's cart.
 */
export function withoutBought({ lines, attempts }: Cart, sessionId: string, bought: CartLine[]): Cart | null {
  if (!attempts.some((attempt) => attempt.sessionId === sessionId)) return null;
  return {
    lines: lines
      .map(({ sku, quantity }) => ({ sku, quantity: quantity - quantityOf(bought, sku) }))
      .filter(({ quantity }) => quantity > 0),
    attempts: attempts.filter((attempt) => attempt.sessionId !== sessionId),
  };
}

/** What is usable of a stored cart, which may be old or edited by hand. Equal SKUs are added up. */
export function readCart(stored: unknown): Cart {
  const { lines, attempts } = (stored ?? {}) as Partial<Record<keyof Cart, unknown>>;
  return {
    lines: listOf<CartLine>(
      lines,
      ({ sku, quantity }) => isText(sku) && Number.isInteger(quantity) && Number(quantity) > 0,
    ).reduce<CartLine[]>((sum, { sku, quantity }) => withMore(sum, sku, quantity), []),
    attempts: listOf<Attempt>(
      attempts,
      ({ basketId, request, key }) => isText(basketId) && isText(request) && isText(key),
    ).map((attempt) => ({ ...attempt, sessionId: attempt.sessionId ?? null, heldUntil: attempt.heldUntil ?? null })),
  };
}

/** A cart in a browser's storage, or anything like it. Other tabs that use it have the same cart. */
export function storedCart(storage: Pick<Storage, 'getItem' | 'setItem'>, name = 'holdfast-cart'): CartStore {
  const get = (): Cart => {
    try {
      return readCart(JSON.parse(storage.getItem(name) ?? 'null'));
    } catch {
      return readCart(null);
    }
  };
  return { get, set: (part) => storage.setItem(name, JSON.stringify({ ...get(), ...part })) };
}

const isText = (value: unknown): value is string => typeof value === 'string';

const listOf = <T>(value: unknown, fits: (one: Partial<Record<keyof T, unknown>>) => boolean): T[] =>
  Array.isArray(value) ? value.filter((one): one is T => typeof one === 'object' && one !== null && fits(one)) : [];
