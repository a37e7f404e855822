import type { Basket, Shop } from '@holdfast/client';
import { useEffect, useState } from 'react';
import { holdfast } from '../holdfast';

/** What the payment page may add to a basket's total. Says nothing where the shop adds nothing, or is not reached. */
export function OnTop({ ships }: Pick<Basket, 'ships'>) {
  const [shop, setShop] = useState<Shop | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    void holdfast.shop({ signal: leaving.signal }).then((answer) => answer.ok && setShop(answer.value));
    return () => leaving.abort();
  }, []);
  const { shipping, tax } = shop?.addedAtCheckout ?? { shipping: false, tax: false };
  const words = wordsFor(shipping && ships, tax);
  return words && <p className="hint">{words}</p>;
}

function wordsFor(shipping: boolean, tax: boolean): string | null {
  if (shipping && tax) return 'Shipping comes on top, and tax may. You see both on the payment page.';
  if (shipping) return 'Shipping comes on top. You choose it on the payment page.';
  return tax ? 'Tax may come on top. You see it on the payment page.' : null;
}
