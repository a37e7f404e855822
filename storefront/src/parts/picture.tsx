import type { Product } from '@holdfast/client';
import { useState } from 'react';

const PLACEHOLDER = '/images/placeholder.svg';

/** A product's picture, or a placeholder. It stands beside the product's name, so its `alt` is empty. */
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
      loading="lazy"
      onError={() => setMissing(wanted)}
    />
  );
}
