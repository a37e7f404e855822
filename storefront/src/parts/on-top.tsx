import type { Basket, Shop } from '@holdfast/client';
import { useEffect, useState } from 'react';
import { holdfast } from '../holdfast';

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
  const words = wordsFor(added.shipping && ships, added.tax);
  return words && <p className="hint">{words}</p>;
}

function wordsFor(shipping: boolean, tax: boolean): string | null {
  if (shipping && tax) return 'Shipping is extra, and tax may be added. You will see both on the payment page.';
  if (shipping) return 'Shipping is extra. You choose it on the payment page.';
  return tax ? 'Tax may be added. You will see it on the payment page.' : null;
}
