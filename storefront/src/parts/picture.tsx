import { useState } from 'react';
import type { Product } from '../api/client';

const PLACEHOLDER = '/images/placeholder.svg';

/** A product's picture, or a stand-in when there is none. It stands beside the product's name, so it needs no words of its own. */
export function Picture({ product }: { product: Product | null }) {
  const [missing, setMissing] = useState<string | null>(null);
  const wanted = product?.imageUrl ?? PLACEHOLDER;
  return (
    <img
      className="picture"
      src={wanted === missing ? PLACEHOLDER : wanted}
      alt=""
      width="400"
      height="300"
      onError={() => setMissing(wanted)}
    />
  );
}
