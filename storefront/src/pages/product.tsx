import { shownCurrency } from '@holdfast/client';
import { useCart } from '../cart/cart';
import { useCatalogue } from '../catalogue';
import { CatalogueNotice } from '../parts/catalogue-notice';
import { Offer } from '../parts/offer';
import { Page } from '../parts/page';
import { Picture } from '../parts/picture';
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
        <Picture product={product} />
        <div className="product-words">
          <p>{product.description}</p>
          <Offer product={product} currency={currency} />
          <p>
            <Link href="/">All products</Link>
          </p>
        </div>
      </div>
    </Page>
  );
}
