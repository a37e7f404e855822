import type { Basket } from '@holdfast/client';
import { useId } from 'react';
import { useCart } from '../cart/cart';
import { requestOf, useCheckout } from '../checkout/checkout';
import { countryNames } from '../words/countries';
import { formatClock, money } from '../words/formats';
import { useWords } from '../words/language';
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
  const { cart, sums } = useWords();
  const hold = useHold(basket);
  const seconds = useSecondsUntil(failure?.retryAt ?? 0);
  return (
    <section className="basket" aria-label={title ?? cart.items}>
      {title && <h2>{title}</h2>}
      {basket.id !== 'cart' && <p className="hint">{cart.whySeparately}</p>}
      <fieldset disabled={busy !== null}>
        <legend className="unseen">{cart.change}</legend>
        <BasketLines lines={basket.lines} held={hold !== null} />
        {first && <Email />}
        {basket.ships && <Country />}
      </fieldset>
      <p className="sum">
        <span>{sums.total}</span>
        <strong>{totalOf(basket, cart.youChoose)}</strong>
      </p>
      <OnTop ships={basket.ships} added={added} />
      {hold?.until && <p className="hint">{cart.heldUntil(formatClock(hold.until))}</p>}
      {failure && <CheckoutFailure failure={failure.failure} lines={basket.lines} />}
      <button
        type="submit"
        value={basket.id}
        className="primary wide"
        disabled={busy !== null || !basket.ready || seconds > 0}
      >
        {busy === basket.id ? cart.opening : seconds > 0 ? cart.tryAgainIn(seconds) : cart.pay}
      </button>
    </section>
  );
}

function totalOf({ total, ready }: Basket, chosen: string): string {
  if (total) return money(total);
  return ready ? chosen : '–';
}

function Email() {
  const { email } = useCart();
  const { cart } = useWords();
  const [field, hint] = [useId(), useId()];
  return (
    <div className="field">
      <label htmlFor={field}>{cart.email}</label>
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
        {cart.whyEmail}
      </p>
    </div>
  );
}

/** Nothing is chosen for the shopper: the payment page takes an address only where they say. */
function Country() {
  const { country } = useCart();
  const { cart } = useWords();
  const [field, hint] = [useId(), useId()];
  return (
    <div className="field">
      <label htmlFor={field}>{cart.country}</label>
      <select
        id={field}
        autoComplete="country"
        value={country}
        aria-describedby={hint}
        onChange={({ target }) => useCart.setState({ country: target.value })}
      >
        <option value="">{cart.notChosen}</option>
        {countryNames().map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
      <p id={hint} className="hint">
        {cart.whyCountry}
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
