import type { Attempt, CartStore } from './cart.ts';
import type { Failure } from './failures.ts';
import type { Holdfast } from './holdfast.ts';
import { newKey } from './key.ts';
import { pause } from './pause.ts';
import { type Checkout, type CheckoutRequest, isPaidFor } from './shapes.ts';

/** Where a start leads: to the payment page, to an order that is paid already, or nowhere. */
export type Destination =
  | { to: 'payment'; url: string; sessionId: string }
  | { to: 'order'; sessionId: string }
  | { to: 'nowhere'; failure: Failure };

type Shop = Pick<Holdfast, 'checkout' | 'recover' | 'abandon' | 'order'>;

/**
 * Starts the checkout of a basket. The unchanged basket gets the same payment page while that is open; a changed one
 * first abandons its earlier session. If that turns out to be paid, this leads to its order instead. An ended checkout
 * is followed by one under a new key.
 *
 * @param basketId tells the baskets of a cart apart that are paid separately
 */
export async function startCheckout(
  shop: Shop,
  cart: CartStore,
  body: CheckoutRequest,
  { basketId = 'cart', signal }: { basketId?: string; signal?: AbortSignal } = {},
): Promise<Destination> {
  const options = signal ? { signal } : {};
  const request = JSON.stringify(body);
  const earlier = cart.get().attempts.find((attempt) => attempt.basketId === basketId);
  if (earlier?.sessionId) {
    const current = await stateOf(shop, earlier.sessionId, signal);
    const changed = current === 'open' && earlier.request !== request;
    const state = changed ? await comeBack(shop, cart, earlier.sessionId, options) : current;
    if (state === 'paid') return { to: 'order', sessionId: earlier.sessionId };
    if (state === 'over') drop(cart, ({ key }) => key === earlier.key);
    else if (state !== 'open') return { to: 'nowhere', failure: state };
  }
  for (let again = true; ; again = false) {
    const attempt = attemptFor(cart, basketId, request);
    const answer = await shop.checkout(body, { ...options, idempotencyKey: attempt.key });
    if (!answer.ok) {
      if (isRefusal(answer.failure)) drop(cart, ({ key }) => key === attempt.key);
      return { to: 'nowhere', failure: answer.failure };
    }
    const { sessionId, status, expiresAt } = answer.value;
    keep(cart, { ...attempt, sessionId, heldUntil: expiresAt });
    if (status === 'PENDING' || !again) return destinationOf(answer.value);
    // The answer to an earlier try was lost, and its checkout has ended or is paid.
    const state = await stateOf(shop, sessionId, signal);
    if (state !== 'over') return { to: 'order', sessionId };
    drop(cart, ({ key }) => key === attempt.key);
  }
}

/** Opens an expired checkout again, by the token in its link. */
export async function recoverCheckout(
  shop: Shop,
  cart: CartStore,
  token: string,
  options: { signal?: AbortSignal } = {},
): Promise<Destination> {
  const answer = await shop.recover(token, options);
  if (!answer.ok) return { to: 'nowhere', failure: answer.failure };
  const { sessionId, expiresAt } = answer.value;
  keep(cart, { basketId: 'recover', request: '', key: sessionId, sessionId, heldUntil: expiresAt });
  return destinationOf(answer.value);
}

/**
 * For a shopper who left the payment page: abandons its session and waits until that is closed, for it may hold the
 * very units that they buy next. `paid`: the payment went through first, and the order stands.
 */
export async function comeBack(
  shop: Shop,
  cart: CartStore,
  sessionId: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<'paid' | 'over' | Failure> {
  const answer = await shop.abandon(sessionId, signal ? { signal } : {});
  if (!answer.ok && answer.failure.code === 'invalid_transition') return 'paid';
  if (!answer.ok && answer.failure.code !== 'unknown_order') return answer.failure;
  drop(cart, (attempt) => attempt.sessionId === sessionId);
  for (let reads = 0; reads < CLOSING_READS; reads += 1) {
    const state = await stateOf(shop, sessionId, signal);
    if (state !== 'open') return state;
    await pause(CLOSING_PAUSE_MS, signal);
  }
  return 'over';
}

/** A session closes within a second or two of its abandonment. */
const CLOSING_READS = 8;
const CLOSING_PAUSE_MS = 500;

const destinationOf = ({ status, url, sessionId }: Checkout): Destination =>
  status === 'PENDING' ? { to: 'payment', url, sessionId } : { to: 'order', sessionId };

async function stateOf(
  shop: Shop,
  sessionId: string,
  signal: AbortSignal | undefined,
): Promise<'paid' | 'open' | 'over' | Failure> {
  const answer = await shop.order(sessionId, signal ? { signal } : {});
  if (!answer.ok) return answer.failure.code === 'unknown_order' ? 'over' : answer.failure;
  if (isPaidFor(answer.value)) return 'paid';
  return answer.value.status === 'PENDING' ? 'open' : 'over';
}

/** The present attempt for this exact request, or a new one, stored before the request is sent. */
function attemptFor(cart: CartStore, basketId: string, request: string): Attempt {
  const known = cart.get().attempts.find((attempt) => attempt.basketId === basketId && attempt.request === request);
  if (known) return known;
  const attempt = { basketId, request, key: newKey(), sessionId: null, heldUntil: null };
  keep(cart, attempt);
  return attempt;
}

/** Stores an attempt in place of the basket's earlier one. */
function keep(cart: CartStore, attempt: Attempt): void {
  const others = cart.get().attempts.filter(({ basketId }) => basketId !== attempt.basketId);
  cart.set({ attempts: [...others, attempt] });
}

/** Removes the matching attempts, so that the next one gets a new key. */
function drop(cart: CartStore, matches: (attempt: Attempt) => boolean): void {
  cart.set({ attempts: cart.get().attempts.filter((attempt) => !matches(attempt)) });
}

/** Whether the shop refused the request for good. After anything else it is repeated with the same key. */
const isRefusal = ({ status }: Failure): boolean => status >= 400 && status < 500 && status !== 429;
