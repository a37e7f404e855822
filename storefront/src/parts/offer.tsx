import { formatMoney, MOST_OF_ONE, type Product, priceIn, quantityOf } from '@holdfast/client';
import { setQuantity, useCart } from '../cart/cart';
import { useCheckout } from '../checkout/checkout';
import { Link } from '../router';
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
  if (product.payWhatYouWant) {
    const { minimum, suggested } = product.payWhatYouWant;
    return (
      <p className="price">
        Pay what you want
        <small>
          from {formatMoney(minimum)}, suggested {formatMoney(suggested)}. You choose on the payment page.
        </small>
      </p>
    );
  }
  const price = priceIn(product, currency);
  if (price) return <p className="price">{formatMoney(price)}</p>;
  const others = product.prices.map((other) => other.currency.toUpperCase());
  return (
    <p className="price">
      {product.prices[0] && formatMoney(product.prices[0])}
      <small>only sold in {others.join(' and ')}</small>
    </p>
  );
}

const FEW = 5;

const isSoldOut = ({ available }: Product): boolean => available !== null && available <= 0;

function Stock({ product }: { product: Product }) {
  const { kind, available } = product;
  if (isSoldOut(product)) return <span className="tag bad">Sold out</span>;
  if (available !== null && available <= FEW) return <span className="tag warn">Only {available} left</span>;
  return <span className="tag">{kind === 'DIGITAL' ? 'Instant download' : 'In stock'}</span>;
}

function AddToCart({ product, currency }: { product: Product; currency: string }) {
  const inCart = useCart(({ lines }) => quantityOf(lines, product.sku));
  const busy = useCheckout((checkout) => checkout.busy !== null);
  const most = product.payWhatYouWant ? 1 : Math.min(product.available ?? MOST_OF_ONE, MOST_OF_ONE);
  const forSale = product.payWhatYouWant !== null || priceIn(product, currency) !== null;
  const add = () => {
    setQuantity(product.sku, inCart + 1);
    announce(`${product.name} added. Quantity in your cart: ${inCart + 1}.`);
  };
  return (
    <div className="add">
      <button type="button" className="primary" disabled={busy || !forSale || inCart >= most} onClick={add}>
        {isSoldOut(product) ? 'Sold out' : 'Add to cart'}
        <span className="unseen"> {product.name}</span>
      </button>
      {inCart > 0 && <Link href="/cart">{inCart} in your cart</Link>}
    </div>
  );
}
