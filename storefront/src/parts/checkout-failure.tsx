import type { BasketLine, Failure } from '@holdfast/client';
import { setQuantity } from '../cart/cart';
import { useCatalogue } from '../catalogue';
import { useCheckout } from '../checkout/checkout';
import { wordsFor } from '../words/failures';
import { useWords } from '../words/language';
import { announce } from './announcer';
import { Notice } from './notice';

/** Why a checkout did not start. If `lines` are from the cart, one button adjusts it to what is in stock. */
export function CheckoutFailure({ failure, lines }: { failure: Failure; lines: BasketLine[] }) {
  const products = useCatalogue((catalogue) => catalogue.products);
  const { title, text } = wordsFor(failure);
  const words = useWords().missing;
  const nameFor = (sku: string) => products?.find((product) => product.sku === sku)?.name ?? sku;
  const missing = missingIn(failure);
  const inCart = missing.filter(({ sku }) => lines.some((line) => line.sku === sku));
  const adjust = () => {
    for (const { sku, available } of inCart) setQuantity(sku, available);
    useCheckout.setState({ failed: null });
    announce(words.changed);
    document.querySelector<HTMLElement>('h1')?.focus();
  };
  return (
    <Notice tone="bad" title={title}>
      <p>{text}</p>
      {missing.length > 0 && (
        <ul>
          {missing.map(({ sku, requested, available }) => (
            <li key={sku}>
              <strong>{nameFor(sku)}</strong>
              {requested !== null && words.left(available, requested)}
            </li>
          ))}
        </ul>
      )}
      {inCart.length > 0 && (
        <button type="button" onClick={adjust}>
          {inCart.every(({ available }) => available <= 0) ? words.remove : words.change}
        </button>
      )}
    </Notice>
  );
}

/** What cannot be bought, and how many there are; `requested` is null for what is not sold at all. */
function missingIn(failure: Failure): { sku: string; requested: number | null; available: number }[] {
  if (failure.code === 'out_of_stock') return failure.items;
  if (failure.code === 'not_for_sale') return failure.items.map(({ sku }) => ({ sku, requested: null, available: 0 }));
  if (failure.code === 'unknown_sku' || failure.code === 'currency_unavailable')
    return failure.skus.map((sku) => ({ sku, requested: null, available: 0 }));
  return [];
}
