import type { Failure } from '../api/client';
import type { BasketLine } from '../cart/baskets';
import { setQuantity } from '../cart/cart';
import { useCatalogue } from '../catalogue';
import { useCheckout } from '../checkout/checkout';
import { wordsFor } from '../words/failures';
import { announce } from './announcer';
import { Notice } from './notice';

/** Why a checkout did not start. If `lines` are from the cart, one button adjusts it to what is in stock. */
export function CheckoutFailure({ failure, lines }: { failure: Failure; lines: BasketLine[] }) {
  const products = useCatalogue((catalogue) => catalogue.products);
  const { title, text } = wordsFor(failure);
  const nameFor = (sku: string) => products?.find((product) => product.sku === sku)?.name ?? sku;
  const inCart = failure.items.filter(({ sku }) => lines.some((line) => line.sku === sku));
  const adjust = () => {
    for (const { sku, available = 0 } of inCart) setQuantity(sku, available);
    useCheckout.setState({ failed: null });
    announce('Your cart has been changed to what is left.');
    document.querySelector<HTMLElement>('h1')?.focus();
  };
  return (
    <Notice tone="bad" title={title}>
      <p>{text}</p>
      {failure.items.length > 0 && (
        <ul>
          {failure.items.map(({ sku, requested, available = 0 }) => (
            <li key={sku}>
              <strong>{nameFor(sku)}</strong>
              {requested !== undefined &&
                `: ${available > 0 ? `${available} left` : 'none left'}, you wanted ${requested}`}
            </li>
          ))}
        </ul>
      )}
      {inCart.length > 0 && (
        <button type="button" onClick={adjust}>
          {inCart.every(({ available = 0 }) => available <= 0)
            ? 'Remove from my cart'
            : 'Change my cart to what is left'}
        </button>
      )}
    </Notice>
  );
}
