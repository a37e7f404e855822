import { create } from 'zustand';
import { api, type Checkout, type Failure, type Order } from '../api/client';
import { type Basket, requestFor } from '../cart/baskets';
import { type Attempt, dropAttempts, keepAttempt, useCart } from '../cart/cart';
import { loadCatalogue } from '../catalogue';
import { navigate } from '../router';

interface CheckoutState {
  /** What is under way right now: a basket's id, `recover`, or `coming back`. */
  busy: string | null;
  /** Why the last start failed. `retryAt` is when another is worth it, in milliseconds. */
  failed: { at: string; failure: Failure; retryAt: number } | null;
}

/** What every button that leads to payment shares, so that there is never more than one start under way. */
export const useCheckout = create<CheckoutState>(() => ({ busy: null, failed: null }));

// A page that the browser kept alive and brings back with its Back button is no longer on its way to the payment page.
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) useCheckout.setState({ busy: null });
});

/**
 * Starts paying for a basket and goes to the payment page. The same basket gets the same payment page while that is open; a changed one first
 * gives back what its earlier attempt holds. One that turns out to be paid already leads to its order instead.
 */
export const startCheckout = (basket: Basket, email: string): Promise<void> =>
  leave(basket.id, async () => {
    const body = requestFor(basket, email);
    const request = JSON.stringify(body);
    const earlier = useCart.getState().attempts.find(({ basketId }) => basketId === basket.id);
    if (earlier?.sessionId) {
      const now = await look(earlier.sessionId);
      const found = now === 'open' && earlier.request !== request ? await giveUp(earlier.sessionId) : now;
      if (found === 'paid') return { order: earlier.sessionId };
      if (found === 'over') dropAttempts(({ key }) => key === earlier.key);
      else if (found !== 'open') return { failure: found };
    }
    const attempt = attemptFor(basket.id, request);
    const answer = await api.checkout(body, attempt.key);
    if (answer.ok) {
      keepAttempt({ ...attempt, sessionId: answer.value.sessionId, heldUntil: answer.value.expiresAt });
      return wayTo(answer.value);
    }
    if (isRefusal(answer.failure)) dropAttempts(({ key }) => key === attempt.key);
    return { failure: answer.failure };
  });

/** Takes up a checkout that ran out, by the token of its mail. */
export const recoverCheckout = (token: string): Promise<void> =>
  leave('recover', async () => {
    const answer = await api.recover(token);
    if (!answer.ok) return { failure: answer.failure };
    const { sessionId, expiresAt } = answer.value;
    keepAttempt({ basketId: 'recover', request: '', key: sessionId, sessionId, heldUntil: expiresAt });
    return wayTo(answer.value);
  });

/** Gives up the payment that the shopper came back from, once, however often the page asks. Nothing else starts meanwhile. */
export function comeBack(sessionId: string): Promise<'paid' | 'over' | Failure> {
  const known = comings.get(sessionId);
  if (known) return known;
  useCheckout.setState({ busy: 'coming back', failed: null });
  const coming = giveUp(sessionId).finally(() => {
    useCheckout.setState({ busy: null });
    void loadCatalogue();
  });
  comings.set(sessionId, coming);
  return coming;
}

const comings = new Map<string, Promise<'paid' | 'over' | Failure>>();

/** Whether the shopper has done their part, so that buying it again would be a second order. */
export const isPaidFor = ({ paymentStatus }: Pick<Order, 'paymentStatus'>): boolean =>
  paymentStatus !== 'UNPAID' && paymentStatus !== 'FAILED';

/** Where a start leads: to the payment page, to an order that is paid, or nowhere. */
type Way = { payment: string } | { order: string } | { failure: Failure };

const wayTo = ({ status, url, sessionId }: Checkout): Way =>
  status === 'PENDING' ? { payment: url } : { order: sessionId };

async function leave(at: string, find: () => Promise<Way>): Promise<void> {
  if (useCheckout.getState().busy !== null) return;
  useCheckout.setState({ busy: at, failed: null });
  const way = await find();
  // On the way to the payment page it stays busy: the button is shut until the browser has left.
  if ('payment' in way) return window.location.assign(way.payment);
  useCheckout.setState({ busy: null });
  if ('order' in way) return navigate(`/success?session_id=${encodeURIComponent(way.order)}`);
  const { failure } = way;
  // The shop knows better than this page what it still has.
  if (failure.status === 404 || failure.status === 409) void loadCatalogue();
  // Unfinished payments the shopper can end at once; against everything else only time helps.
  const wait = failure.code === 'too_many_open' ? 0 : (failure.retryAfter ?? 0);
  useCheckout.setState({ failed: { at, failure, retryAt: Date.now() + wait * 1000 } });
}

/**
 * Closes the till of a session that the shopper walked away from, and waits until that is done: what it holds may be the very units that they
 * ask for next. Money that was quicker wins.
 */
async function giveUp(sessionId: string): Promise<'paid' | 'over' | Failure> {
  const given = await api.abandon(sessionId);
  if (!given.ok && given.failure.code === 'invalid_transition') return 'paid';
  if (!given.ok && given.failure.code !== 'unknown_order') return given.failure;
  dropAttempts((attempt) => attempt.sessionId === sessionId);
  for (let looks = 0; looks < 8; looks += 1) {
    const found = await look(sessionId);
    if (found !== 'open') return found;
    await new Promise((done) => setTimeout(done, 500));
  }
  return 'over';
}

async function look(sessionId: string): Promise<'paid' | 'open' | 'over' | Failure> {
  const answer = await api.order(sessionId);
  if (!answer.ok) return answer.failure.code === 'unknown_order' ? 'over' : answer.failure;
  if (isPaidFor(answer.value)) return 'paid';
  return answer.value.status === 'PENDING' ? 'open' : 'over';
}

/** The attempt under way for this very request, or a new one, written down before the shop is asked. */
function attemptFor(basketId: string, request: string): Attempt {
  const known = useCart
    .getState()
    .attempts.find((attempt) => attempt.basketId === basketId && attempt.request === request);
  if (known) return known;
  const attempt = { basketId, request, key: newKey(), sessionId: null, heldUntil: null };
  keepAttempt(attempt);
  return attempt;
}

/** Refused is what the shop answered with a reason. No answer, a busy shop or a passing failure is asked again under the same key. */
const isRefusal = ({ status }: Failure): boolean => status >= 400 && status < 500 && status !== 429;

/** `crypto.randomUUID` is missing on pages that a machine in the local network serves over plain HTTP. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
