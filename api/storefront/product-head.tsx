import { renderToStaticMarkup } from 'react-dom/server';
import { decimalsOf, type Money } from '../../domain/money';
import type { ProductForSale } from '../../domain/product';

/** What a page about a product tells those who do not run its scripts. */
export interface ProductPage {
  product: ProductForSale;
  /** The address of the page. */
  url: string;
  /** The whole address of a picture that every site can show; null if there is none. */
  picture: string | null;
}

const SHOP = 'Holdfast demo shop';

/**
 * The part of a product page's head that search engines and messengers read, as HTML: title, description, Open Graph
 * (https://ogp.me) and a `Product` as JSON-LD (https://schema.org/Product).
 */
export function productHead({ product, url, picture }: ProductPage): string {
  const { name, description } = product;
  const data = JSON.stringify(structured({ product, url, picture })).replaceAll('<', '\\u003c');
  return renderToStaticMarkup(
    <head>
      <title>{`${name} · ${SHOP}`}</title>
      <meta name="description" content={description} />
      <link rel="canonical" href={url} />
      <meta property="og:type" content="product" />
      <meta property="og:site_name" content={SHOP} />
      <meta property="og:title" content={name} />
      <meta property="og:description" content={description} />
      <meta property="og:url" content={url} />
      {picture && <meta property="og:image" content={picture} />}
      {picture && <meta name="twitter:card" content="summary_large_image" />}
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: data, not code; nothing in it can end the element */}
      <script type="application/ld+json" dangerouslySetInnerHTML={{ __html: data }} />
    </head>,
  ).replace(/^<head>|<\/head>$/g, '');
}

/** A page with this head in place of its own title and description. */
export const withHead = (page: string, head: string): string =>
  page.replace(/\s*<meta name="description"[^>]*>/, '').replace(/<title>[^<]*<\/title>/, () => head);

function structured({ product, url, picture }: ProductPage): object {
  const { name, description, sku, prices } = product;
  return {
    '@context': 'https://schema.org',
    '@type': 'Product',
    ...{ name, description, sku, url },
    ...(picture && { image: picture }),
    offers: prices.map((price) => ({
      '@type': 'Offer',
      // Where the shopper chooses, what they pay at least.
      price: decimal({ ...price, amount: price.minimum ?? price.amount }),
      priceCurrency: price.currency.toUpperCase(),
      availability: `https://schema.org/${isSoldOut(product) ? 'OutOfStock' : 'InStock'}`,
      url,
    })),
  };
}

const isSoldOut = ({ available, refused }: ProductForSale): boolean =>
  refused || (available !== null && available <= 0);

/** An amount in whole units with a point, as schema.org wants it: `12.50`. */
function decimal({ amount, currency }: Money): string {
  const decimals = decimalsOf(currency);
  return (amount / 10 ** decimals).toFixed(decimals);
}
