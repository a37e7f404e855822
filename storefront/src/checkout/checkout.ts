import {
  type Basket,
  type CheckoutRequest,
  comeBack,
  type Destination,
  type Failure,
  recoverCheckout,
  requestFor,
  startCheckout,
} from '@holdfast/client';
import { create } from 'zustand';
import { cartStore } from '../cart/cart';
import { loadCatalogue } from '../catalogue';
import { holdfast } from '../holdfast';
import { navigate } from '../router';
import { localeOfPayment } from '../words/language';

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
 * The request that pays for a basket. Stripe's page, the mails and the order's page are in the shopper's language,
 * where they have it.
 */
export const requestOf = (basket: Basket, shopper: { email: string; country: string }): CheckoutRequest =>
  requestFor(basket, { ...shopper, locale: localeOfPayment() });

/**
 * Starts the checkout of a basket and goes to the payment page, or to its order if that is paid already.
 *
 * @param shopper what they say of themself; either may be empty
 */
export const pay = (basket: Basket, shopper: { email: string; country: string }): Promise<void> =>
  leave(basket.id, () => startCheckout(holdfast, cartStore, requestOf(basket, shopper), { basketId: basket.id }));

/** Recovers an expired checkout by the token in its mail. */
export const recover = (token: string): Promise<void> =>
  leave('recover', () => recoverCheckout(holdfast, cartStore, token));

/** Abandons the payment that the shopper came back from, once per session. No checkout can start meanwhile. */
export function abandonAfterReturn(sessionId: string): Promise<'paid' | 'over' | Failure> {
  const known = returns.get(sessionId);
  if (known) return known;
  useCheckout.setState({ busy: 'returning', failed: null });
  const abandoning = comeBack(holdfast, cartStore, sessionId).finally(() => {
    useCheckout.setState({ busy: null });
    void loadCatalogue();
  });
  returns.set(sessionId, abandoning);
  return abandoning;
}

const returns = new Map<string, Promise<'paid' | 'over' | Failure>>();

async function leave(at: string, start: () => Promise<Destination>): Promise<void> {
  if (useCheckout.getState().busy !== null) return;
  useCheckout.setState({ busy: at, failed: null });
  const destination = await start();
  // Stays busy, and the button disabled, until the browser has left for the payment page.
  if (destination.to === 'payment') return window.location.assign(destination.url);
  useCheckout.setState({ busy: null });
  if (destination.to === 'order') return navigate(`/success?session_id=${encodeURIComponent(destination.sessionId)}`);
  const { failure } = destination;
  // The catalogue on this page is out of date.
  if (failure.status === 404 || failure.status === 409) void loadCatalogue();
  // The shopper can end unfinished payments at once; after any other refusal they have to wait.
  const wait = failure.code === 'too_many_open' ? 0 : (failure.retryAfter ?? 0);
  useCheckout.setState({ failed: { at, failure, retryAt: Date.now() + wait * 1000 } });
}
