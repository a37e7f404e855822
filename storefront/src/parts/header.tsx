import { currenciesOf, shownCurrency } from '@holdfast/client';
import { LANGUAGES } from '../../../domain/locale';
import { useCart } from '../cart/cart';
import { useCatalogue } from '../catalogue';
import { useCheckout } from '../checkout/checkout';
import { Link, useLocation } from '../router';
import { LANGUAGE_NAMES, useLanguage, useWords } from '../words/language';

/** The shop's name, the other language, links to the products and the cart, and the currency if there is a choice. */
export function Header() {
  const { pathname } = useLocation();
  const { frame } = useWords();
  const count = useCart(({ lines }) => lines.reduce((sum, { quantity }) => sum + quantity, 0));
  return (
    <header>
      <Link className="brand" href="/">
        <img src="/favicon.svg" alt="" width="28" height="28" /> Holdfast <span>{frame.demoShop}</span>
      </Link>
      <LanguageChoice />
      <nav aria-label={frame.shop}>
        <Link href="/" aria-current={pathname === '/' ? 'page' : undefined}>
          {frame.products}
        </Link>
        <Link href="/cart" aria-current={pathname === '/cart' ? 'page' : undefined}>
          {frame.cart}
          {count > 0 && (
            <span className="count">
              {count}
              <span className="unseen"> {frame.inCart(count)}</span>
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
  const { frame } = useWords();
  const currencies = currenciesOf(products);
  if (currencies.length < 2) return null;
  return (
    <label className="currency">
      <span>{frame.currency}</span>
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

/** Leads to the other language, and says so in it. */
function LanguageChoice() {
  const { language } = useWords();
  return LANGUAGES.filter((one) => one !== language).map((other) => (
    <button
      key="other" // stays in place, and keeps the focus
      type="button"
      className="quiet"
      lang={other}
      onClick={() => useLanguage.setState({ chosen: other })}
    >
      {LANGUAGE_NAMES[other]}
    </button>
  ));
}
