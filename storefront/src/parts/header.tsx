import { currenciesOf, shownCurrency } from '@holdfast/client';
import { useCart } from '../cart/cart';
import { useCatalogue } from '../catalogue';
import { useCheckout } from '../checkout/checkout';
import { Link, useLocation } from '../router';

/** The shop's name, links to the products and the cart, and the currency if there is a choice. */
export function Header() {
  const { pathname } = useLocation();
  const count = useCart(({ lines }) => lines.reduce((sum, { quantity }) => sum + quantity, 0));
  return (
    <header>
      <Link className="brand" href="/">
        <img src="/favicon.svg" alt="" width="28" height="28" /> Holdfast <span>demo shop</span>
      </Link>
      <nav aria-label="Shop">
        <Link href="/" aria-current={pathname === '/' ? 'page' : undefined}>
          Products
        </Link>
        <Link href="/cart" aria-current={pathname === '/cart' ? 'page' : undefined}>
          Cart
          {count > 0 && (
            <span className="count">
              {count}
              <span className="unseen"> items</span>
            </span>
          )}
        </Link>
      </nav>
      <CurrencyChoice />
    </header>
  );
}

function CurrencyChoice() {
  const products = useCatalogue((catalogue) => catalogue.products) ?? [];
  const chosen = useCart((cart) => cart.currency);
  const busy = useCheckout((checkout) => checkout.busy !== null);
  const currencies = currenciesOf(products);
  if (currencies.length < 2) return null;
  return (
    <label className="currency">
      <span>Currency</span>
      <select
        value={shownCurrency(products, chosen)}
        disabled={busy}
        onChange={({ target }) => useCart.setState({ currency: target.value })}
      >
        {currencies.map((currency) => (
          <option key={currency} value={currency}>
            {currency.toUpperCase()}
          </option>
        ))}
      </select>
    </label>
  );
}
