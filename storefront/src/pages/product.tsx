import { type Product, shownCurrency } from '@holdfast/client';
import { useCart } from '../cart/cart';
import { useCatalogue } from '../catalogue';
import { CatalogueNotice } from '../parts/catalogue-notice';
import { Offer } from '../parts/offer';
import { Page } from '../parts/page';
import { PictureOf } from '../parts/picture';
import { Link } from '../router';
import { useWords } from '../words/language';

/** One product, with an address of its own that can be passed on. */
export function ProductPage({ sku }: { sku: string }) {
  const { products } = useCatalogue();
  const { frame, product: words } = useWords();
  const currency = useCart((cart) => shownCurrency(products ?? [], cart.currency));
  const product = products?.find((one) => one.sku === sku) ?? null;
  if (product === null)
    return (
      <Page title={products ? words.gone : words.title}>
        <CatalogueNotice />
        {products && (
          <p>
            {words.notSold} <Link href="/">{frame.seeProducts}</Link>
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
            <Link href="/">{words.all}</Link>
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
  const { choicesOf } = useWords().product;
  if (!group) return null;
  return (
    <nav className="choices" aria-label={choicesOf(group.name)}>
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
  const { contents } = useWords().product;
  if (!bundle) return null;
  return (
    <ul className="contents" aria-label={contents}>
      {bundle.map(({ sku, name, quantity }) => (
        <li key={sku}>
          {quantity} × {name}
        </li>
      ))}
    </ul>
  );
}
