import { create } from 'zustand';
import { api, type Checkout, type Failure, type Order } from '../api/client';
import { type Basket, requestFor, type Shopper } from '../cart/baskets';
import { type Attempt, dropAttempts, keepAttempt, useCart } from '../cart/cart';
import { loadCatalogue } from '../catalogue';
import { navigate } from '../router';

interface CheckoutState {
  /** What is under way: a basket's id, `recover`, or `returning`. */
  busy: string | null;
  /** Why the last start failed. `retryAt` is the earliest time for another, in milliseconds since 1970. */
  failed: { at: string; failure: Failure; retryAt: number } | null;
}

/** Shared by every button that leads to payment, so that at most one start is under way. */
export const useCheckout = create<CheckoutState>(() => ({ busy: null, failed: null }));

// A page restored by the Back button is no longer on its way to the payment page.
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) useCheckout.setState({ busy: null });
});

/**
 * Starts the checkout of a basket and goes to the payment page. An unchanged basket gets the same payment page while
 * that is open; a changed one first abandons its earlier session. If that session turns out to be paid, this leads to
 * its order instead.
 */
export const startCheckout = (basket: Basket, shopper: Shopper): Promise<void> =>
  leave(basket.id, async () => {
    const body = requestFor(basket, shopper);
    const request = JSON.stringify(body);
    const earlier = useCart.getState().attempts.find(({ basketId }) => basketId === basket.id);
    if (earlier?.sessionId) {
      const current = await stateOf(earlier.sessionId);
      const state = current === 'open' && earlier.request !== request ? await abandon(earlier.sessionId) : current;
      if (state === 'paid') return { order: earlier.sessionId };
      if (state === 'over') dropAttempts(({ key }) => key === earlier.key);
      else if (state !== 'open') return { failure: state };
    }
    const attempt = attemptFor(basket.id, request);
    const answer = await api.checkout(body, attempt.key);
    if (answer.ok) {
      keepAttempt({ ...attempt, sessionId: answer.value.sessionId, heldUntil: answer.value.expiresAt });
      return destinationOf(answer.value);
    }
    if (isRefusal(answer.failure)) dropAttempts(({ key }) => key === attempt.key);
    return { failure: answer.failure };
  });

/** Recovers an expired checkout by the token in its mail. */
export const recoverCheckout = (token: string): Promise<void> =>
  leave('recover', async () => {
    const answer = await api.recover(token);
    if (!answer.ok) return { failure: answer.failure };
    const { sessionId, expiresAt } = answer.value;
    keepAttempt({ basketId: 'recover', request: '', key: sessionId, sessionId, heldUntil: expiresAt });
    return destinationOf(answer.value);
  });

/** Abandons the payment that the shopper came back from, once per session. No checkout can start meanwhile. */
export function abandonAfterReturn(sessionId: string): Promise<'paid' | 'over' | Failure> {
  const known = returns.get(sessionId);
  if (known) return known;
  useCheckout.setState({ busy: 'returning', failed: null });
  const abandoning = abandon(sessionId).finally(() => {
    useCheckout.setState({ busy: null });
    void loadCatalogue();
  });
  returns.set(sessionId, abandoning);
  return abandoning;
}

const returns = new Map<string, Promise<'paid' | 'over' | Failure>>();

/** Whether the shopper has paid or started to, so that buying again would be a second order. */
export const isPaidFor = ({ paymentStatus }: Pick<Order, 'paymentStatus'>): boolean =>
  paymentStatus !== 'UNPAID' && paymentStatus !== 'FAILED';

/** Where a start leads: to the payment page, to an order that is already paid, or nowhere. */
type Destination = { payment: string } | { order: string } | { failure: Failure };

const destinationOf = ({ status, url, sessionId }: Checkout): Destination =>
  status === 'PENDING' ? { payment: url } : { order: sessionId };

async function leave(at: string, start: () => Promise<Destination>): Promise<void> {
  if (useCheckout.getState().busy !== null) return;
  useCheckout.setState({ busy: at, failed: null });
  const destination = await start();
  // Stays busy, and the button disabled, until the browser has left for the payment page.
  if ('payment' in destination) return window.location.assign(destination.payment);
  useCheckout.setState({ busy: null });
  if ('order' in destination) return navigate(`/success?session_id=${encodeURIComponent(destination.order)}`);
  const { failure } = destination;
  // The catalogue on this page is out of date.
  if (failure.status === 404 || failure.status === 409) void loadCatalogue();
  // The shopper can end unfinished payments at once; after any other refusal they have to wait.
  const wait = failure.code === 'too_many_open' ? 0 : (failure.retryAfter ?? 0);
  useCheckout.setState({ failed: { at, failure, retryAt: Date.now() + wait * 1000 } });
}

/**
 * Abandons a session that the shopper left, and waits until it is closed: it may hold the very units that they buy
 * next. If the payment went through first, the order stands.
 */
async function abandon(sessionId: string): Promise<'paid' | 'over' | Failure> {
  const answer = await api.abandon(sessionId);
  if (!answer.ok && answer.failure.code === 'invalid_transition') return 'paid';
  if (!answer.ok && answer.failure.code !== 'unknown_order') return answer.failure;
  dropAttempts((attempt) => attempt.sessionId === sessionId);
  for (let reads = 0; reads < 8; reads += 1) {
    const state = await stateOf(sessionId);
    if (state !== 'open') return state;
    await new Promise((done) => setTimeout(done, 500));
  }
  return 'over';
}

async function stateOf(sessionId: string): Promise<'paid' | 'open' | 'over' | Failure> {
  const answer = await api.order(sessionId);
  if (!answer.ok) return answer.failure.code === 'unknown_order' ? 'over' : answer.failure;
  if (isPaidFor(answer.value)) return 'paid';
  return answer.value.status === 'PENDING' ? 'open' : 'over';
}

/** The present attempt for this exact request, or a new one, stored before the request is sent. */
function attemptFor(basketId: string, request: string): Attempt {
  const known = useCart
    .getState()
    .attempts.find((attempt) => attempt.basketId === basketId && attempt.request === request);
  if (known) return known;
  const attempt = { basketId, request, key: newKey(), sessionId: null, heldUntil: null };
  keepAttempt(attempt);
  return attempt;
}

/** Whether the shop refused the request for good. After anything else the request is repeated with the same key. */
const isRefusal = ({ status }: Failure): boolean => status >= 400 && status < 500 && status !== 429;

/** `crypto.randomUUID` does not exist on pages served over plain HTTP, except from localhost. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
