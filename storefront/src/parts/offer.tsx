import { MOST_OF_ONE, type Product, priceIn, quantityOf } from '@holdfast/client';
import { setQuantity, useCart } from '../cart/cart';
import { useCheckout } from '../checkout/checkout';
import { Link } from '../router';
import { money } from '../words/formats';
import { useWords } from '../words/language';
import { announce } from './announcer';
import { TellMe } from './tell-me';

/** What a product costs, how many there are, and the button that puts it into the cart. */
export function Offer({ product, currency }: { product: Product; currency: string }) {
  return (
    <>
      <Price product={product} currency={currency} />
      <p className="stock">
        <Stock product={product} />
      </p>
      <AddToCart product={product} currency={currency} />
      {isSoldOut(product) && <TellMe product={product} />}
    </>
  );
}

function Price({ product, currency }: { product: Product; currency: string }) {
  const { offer } = useWords();
  if (product.payWhatYouWant) {
    const { minimum, suggested } = product.payWhatYouWant;
    return (
      <p className="price">
        {offer.payWhatYouWant}
        <small>{offer.choose(money(minimum), money(suggested))}</small>
      </p>
    );
  }
  const price = priceIn(product, currency);
  if (price) return <p className="price">{money(price)}</p>;
  const others = product.prices.map((other) => other.currency.toUpperCase());
  return (
    <p className="price">
      {product.prices[0] && money(product.prices[0])}
      <small>{offer.onlyIn(others)}</small>
    </p>
  );
}

const FEW = 5;

const isSoldOut = ({ available }: Product): boolean => available !== null && available <= 0;

function Stock({ product }: { product: Product }) {
  const { kind, available } = product;
  const { offer } = useWords();
  if (isSoldOut(product)) return <span className="tag bad">{offer.soldOut}</span>;
  if (available !== null && available <= FEW) return <span className="tag warn">{offer.onlyLeft(available)}</span>;
  return <span className="tag">{kind === 'DIGITAL' ? offer.instant : offer.inStock}</span>;
}

function AddToCart({ product, currency }: { product: Product; currency: string }) {
  const { offer } = useWords();
  const inCart = useCart(({ lines }) => quantityOf(lines, product.sku));
  const busy = useCheckout((checkout) => checkout.busy !== null);
  const most = product.payWhatYouWant ? 1 : Math.min(product.available ?? MOST_OF_ONE, MOST_OF_ONE);
  const forSale = product.payWhatYouWant !== null || priceIn(product, currency) !== null;
  const add = () => {
    setQuantity(product.sku, inCart + 1);
    announce(offer.added(product.name, inCart + 1));
  };
  return (
    <div className="add">
      <button type="button" className="primary" disabled={busy || !forSale || inCart >= most} onClick={add}>
        {isSoldOut(product) ? offer.soldOut : offer.add}
        <span className="unseen"> {product.name}</span>
      </button>
      {inCart > 0 && <Link href="/cart">{offer.inYourCart(inCart)}</Link>}
    </div>
  );
}
