import { type Product, shownCurrency } from '@holdfast/client';
import { useCart } from '../cart/cart';
import { useCatalogue } from '../catalogue';
import { CatalogueNotice } from '../parts/catalogue-notice';
import { Offer } from '../parts/offer';
import { Page } from '../parts/page';
import { Picture } from '../parts/picture';
import { Link } from '../router';
import { useWords } from '../words/language';

/** Everything the shop sells. */
export function ProductsPage() {
  const { products } = useCatalogue();
  const { frame, catalogue } = useWords();
  const currency = useCart((cart) => shownCurrency(products ?? [], cart.currency));
  return (
    <Page title={frame.products}>
      <CatalogueNotice />
      {products?.length === 0 && <p>{catalogue.empty}</p>}
      <ul className="shelf">
        {products?.map((product) => (
          <li key={product.sku} className="card">
            <ProductCard product={product} currency={currency} />
          </li>
        ))}
      </ul>
    </Page>
  );
}

function ProductCard({ product, currency }: { product: Product; currency: string }) {
  return (
    <>
      <Picture product={product} sizes="(max-width: 30rem) 100vw, 22rem" />
      <div className="card-words">
        <h2>
          <Link href={`/product/${encodeURIComponent(product.sku)}`}>{product.name}</Link>
        </h2>
        <p>{product.description}</p>
      </div>
      <Offer product={product} currency={currency} />
    </>
  );
}
