import { type Product, shownCurrency } from '@holdfast/client';
import { useCart } from '../cart/cart';
import { useCatalogue } from '../catalogue';
import { CatalogueNotice } from '../parts/catalogue-notice';
import { Offer } from '../parts/offer';
import { Page } from '../parts/page';
import { PictureOf } from '../parts/picture';
import { Link } from '../router';

/** One product, with an address of its own that can be passed on. */
export function ProductPage({ sku }: { sku: string }) {
  const { products } = useCatalogue();
  const currency = useCart((cart) => shownCurrency(products ?? [], cart.currency));
  const product = products?.find((one) => one.sku === sku) ?? null;
  if (product === null)
    return (
      <Page title={products ? 'No longer sold' : 'Product'}>
        <CatalogueNotice />
        {products && (
          <p>
            The shop does not sell this product at the moment. <Link href="/">See our products</Link>
          </p>
        )}
      </Page>
    );
  return (
    <Page title={product.name}>
      <CatalogueNotice />
      <div className="product">
        <Pictures product={product} />
        <div className="product-words">
          <p>{product.description}</p>
          <Choices product={product} all={products ?? []} />
          <Contents product={product} />
          <Offer product={product} currency={currency} />
          <p>
            <Link href="/">All products</Link>
          </p>
        </div>
      </div>
    </Page>
  );
}

function Pictures({ product: { name, images } }: { product: Product }) {
  const shown = images.length > 0 ? images : [null];
  return (
    <div className="pictures">
      {shown.map((image) => (
        <PictureOf key={image?.url} image={image} alt={image?.alt ?? name} sizes="(max-width: 44rem) 100vw, 34rem" />
      ))}
    </div>
  );
}

/** The products that differ from this one in their options only, each with a page of its own. */
function Choices({ product: { sku, group }, all }: { product: Product; all: Product[] }) {
  if (!group) return null;
  return (
    <nav className="choices" aria-label={`Choices of ${group.name}`}>
      {all
        .filter((other) => other.group?.id === group.id)
        .map((other) => (
          <Link
            key={other.sku}
            className="button"
            href={`/product/${encodeURIComponent(other.sku)}`}
            aria-current={other.sku === sku ? 'page' : undefined}
          >
            {Object.values(other.group?.options ?? {}).join(', ')}
          </Link>
        ))}
    </nav>
  );
}

function Contents({ product: { bundle } }: { product: Product }) {
  if (!bundle) return null;
  return (
    <ul className="contents" aria-label="What is in it">
      {bundle.map(({ sku, name, quantity }) => (
        <li key={sku}>
          {quantity} × {name}
        </li>
      ))}
    </ul>
  );
}
