import type { Basket, Shop } from '@holdfast/client';
import { useEffect, useState } from 'react';
import { holdfast } from '../holdfast';
import type { ShopWords } from '../words/en';
import { useWords } from '../words/language';

export type AddedAtCheckout = Shop['addedAtCheckout'];

/** What the payment page may add to a basket's total: nothing, as long as the shop has not been reached. */
export function useAddedAtCheckout(): AddedAtCheckout {
  const [shop, setShop] = useState<Shop | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    void holdfast.shop({ signal: leaving.signal }).then((answer) => answer.ok && setShop(answer.value));
    return () => leaving.abort();
  }, []);
  return shop?.addedAtCheckout ?? { shipping: false, tax: false };
}

/** Says what may come on top of a basket's total, if anything. */
export function OnTop({ ships, added }: Pick<Basket, 'ships'> & { added: AddedAtCheckout }) {
  const { cart } = useWords();
  const words = wordsFor(added.shipping && ships, added.tax, cart);
  return words && <p className="hint">{words}</p>;
}

function wordsFor(shipping: boolean, tax: boolean, words: ShopWords['cart']): string | null {
  if (shipping && tax) return words.shippingAndTax;
  if (shipping) return words.shippingOnly;
  return tax ? words.taxOnly : null;
}
