import type { Product } from '@holdfast/client';
import { useState } from 'react';

const PLACEHOLDER = '/images/placeholder.svg';

/** A product's first picture, or a placeholder. It stands beside the product's name, so its `alt` is empty. */
export function Picture({ product, sizes }: { product: Product | null; sizes: string }) {
  const [first] = product?.images ?? [];
  return <PictureOf image={first ?? null} alt="" sizes={sizes} />;
}

/**
 * A picture in the width that the browser chooses among those that the shop has.
 * @param sizes how wide it is shown, as the attribute of `<img>` says it
 */
export function PictureOf({ image, alt, sizes }: { image: Image | null; alt: string; sizes: string }) {
  const [missing, setMissing] = useState<string | null>(null);
  const wanted = image?.url ?? PLACEHOLDER;
  const isMissing = wanted === missing;
  return (
    <img
      className="picture"
      src={isMissing ? PLACEHOLDER : wanted}
      {...(image && !isMissing && { srcSet: srcSetOf(image), sizes })}
      alt={alt}
      width={image?.width ?? 400}
      height={image?.height ?? 300}
      loading="lazy"
      onError={() => setMissing(wanted)}
    />
  );
}

/** Without the width of the picture itself a browser cannot choose: then there is only that one. */
function srcSetOf({ url, width, sizes }: Image): string | undefined {
  if (sizes.length === 0 || width === null) return undefined;
  return [...sizes, { url, width }].map((one) => `${one.url} ${one.width}w`).join(', ');
}

type Image = Product['images'][number];
