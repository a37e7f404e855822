import { type Basket, formatMoney } from '@holdfast/client';
import { useId } from 'react';
import { useCart } from '../cart/cart';
import { requestOf, useCheckout } from '../checkout/checkout';
import { countryNames } from '../words/countries';
import { formatClock } from '../words/when';
import { BasketLines } from './basket-lines';
import { CheckoutFailure } from './checkout-failure';
import { type AddedAtCheckout, OnTop } from './on-top';
import { useSecondsUntil } from './seconds-until';

interface BasketCardProps {
  basket: Basket;
  title: string | null;
  first: boolean;
  added: AddedAtCheckout;
}

/** One basket: its lines, its total, and the button that pays for it, whose value is the basket's id. */
export function BasketCard({ basket, title, first, added }: BasketCardProps) {
  const { busy, failed } = useCheckout();
  const failure = failed?.at === basket.id ? failed : null;
  const hold = useHold(basket);
  const seconds = useSecondsUntil(failure?.retryAt ?? 0);
  return (
    <section className="basket" aria-label={title ?? 'Items'}>
      {title && <h2>{title}</h2>}
      {basket.id !== 'cart' && (
        <p className="hint">You choose the amount on the payment page, so this item is paid for separately.</p>
      )}
      <fieldset disabled={busy !== null}>
        <legend className="unseen">Change the contents</legend>
        <BasketLines lines={basket.lines} held={hold !== null} />
        {first && <Email />}
        {basket.ships && <Country />}
      </fieldset>
      <p className="sum">
        <span>Total</span>
        <strong>{totalOf(basket)}</strong>
      </p>
      <OnTop ships={basket.ships} added={added} />
      {hold?.until && <p className="hint">Held for you until {formatClock(hold.until)}.</p>}
      {failure && <CheckoutFailure failure={failure.failure} lines={basket.lines} />}
      <button
        type="submit"
        value={basket.id}
        className="primary wide"
        disabled={busy !== null || !basket.ready || seconds > 0}
      >
        {busy === basket.id ? 'Opening the payment page…' : seconds > 0 ? `Try again in ${seconds} s` : 'Go to payment'}
      </button>
    </section>
  );
}

function totalOf({ total, ready }: Basket): string {
  if (total) return formatMoney(total);
  return ready ? 'You choose' : '–';
}

function Email() {
  const { email } = useCart();
  const [field, hint] = [useId(), useId()];
  return (
    <div className="field">
      <label htmlFor={field}>E-mail (optional)</label>
      <input
        id={field}
        type="email"
        autoComplete="email"
        maxLength={254}
        value={email}
        aria-describedby={hint}
        onChange={({ target }) => useCart.setState({ email: target.value })}
      />
      <p id={hint} className="hint">
        We fill it in on the payment page, and can e-mail you a link back if your checkout expires.
      </p>
    </div>
  );
}

/** Nothing is chosen for the shopper: the payment page takes an address only where they say. */
function Country() {
  const { country } = useCart();
  const [field, hint] = [useId(), useId()];
  return (
    <div className="field">
      <label htmlFor={field}>Deliver to (optional)</label>
      <select
        id={field}
        autoComplete="country"
        value={country}
        aria-describedby={hint}
        onChange={({ target }) => useCart.setState({ country: target.value })}
      >
        <option value="">Not chosen</option>
        {countryNames().map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
      <p id={hint} className="hint">
        What shipping costs may depend on it.
      </p>
    </div>
  );
}

/**
 * The stock that an earlier checkout of this basket still holds, or null. `until` is set only if the basket has not
 * changed since. While the shopper holds the stock themself, it would be wrong to show it as sold out.
 */
function useHold(basket: Basket): { until: string | null } | null {
  const { attempts, email, country } = useCart();
  const attempt = attempts.find(({ basketId }) => basketId === basket.id);
  const limited = basket.lines.some(({ product }) => typeof product?.available === 'number');
  if (!attempt?.heldUntil || !limited || Date.parse(attempt.heldUntil) < Date.now()) return null;
  const same = attempt.request === JSON.stringify(requestOf(basket, { email, country }));
  return { until: same ? attempt.heldUntil : null };
}
