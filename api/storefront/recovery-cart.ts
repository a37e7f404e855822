import { z } from 'zod';
import { type Shortage, shortagesOf } from '../../domain/cart-stock';
import { isSku } from '../../domain/ids';
import type { ProductForSale } from '../../domain/product';
import { findForCheckout } from '../../store/catalogue/products';
import { findRecoveryPreview, type RecoveryPreview } from '../../store/orders/recovery';
import type { ApiDeps } from '../deps';
import { type Route, route } from '../http/route';
import { Money, money, orNull, Timestamp, timestamp } from '../http/schemas';
import { freeStock, priceIn } from './checkout/cart';
import { pictureAddress } from './demo';
import { RECOVERY_CART_EXAMPLE } from './examples';
import { expiredSession, linkExpired, Token } from './recover';

/** Why a line cannot be bought: the code with which `POST` refuses the cart because of it. */
const LINE_PROBLEMS = ['unknown_sku', 'not_for_sale', 'currency_unavailable', 'out_of_stock'] as const;
type LineProblem = (typeof LINE_PROBLEMS)[number];

const RecoveryCart = z
  .strictObject({
    currency: z.string(),
    items: z.array(
      z.strictObject({
        sku: z.string(),
        name: z.string().meta({ description: 'Of a product that is no longer sold, its name then.' }),
        imageUrl: orNull(z.string()),
        quantity: z.int(),
        unitAmount: orNull(Money).meta({
          description: 'Today’s price; null if there is none, or the shopper names it.',
        }),
        total: orNull(Money),
        payWhatYouWant: orNull(z.strictObject({ minimum: Money, suggested: Money })),
        available: orNull(z.int()).meta({
          description: 'As in `GET /products`; 0 for what is not for sale. null means unlimited.',
        }),
        problem: orNull(z.enum(LINE_PROBLEMS)).meta({
          description: 'The code with which `POST /recover/{token}` would refuse this line now; null: it would not.',
        }),
      }),
    ),
    total: orNull(Money).meta({
      description: 'Without shipping and tax. null if a line cannot be bought, or the shopper names its price.',
    }),
    until: Timestamp.meta({ description: 'The end of the link.' }),
    bought: z.boolean().meta({
      description: 'A checkout from a link to this cart was paid, or its payment is under way: do not offer it again.',
    }),
  })
  .meta({ id: 'RecoveryCart', example: RECOVERY_CART_EXAMPLE });
type RecoveryCart = z.input<typeof RecoveryCart>;

/** `GET /recover/{token}/cart`: what the cart page shows before the shopper presses the button. */
export function recoveryCartRoutes(deps: ApiDeps): Route[] {
  const addressOf = pictureAddress(deps.env);
  return [
    route({
      method: 'get',
      path: '/recover/{token}/cart',
      tag: 'Storefront',
      summary: 'The cart behind a recovery link, as it could be bought now',
      description: 'At today’s prices and stock. Holds nothing, and says nothing about the shopper.',
      params: Token,
      answers: { 200: { description: 'The cart.', schema: RecoveryCart } },
      problems: ['link_invalid', 'link_expired'],
      handle: async ({ params: { token } }) => {
        const { sessionId } = expiredSession(deps, token);
        const preview = await findRecoveryPreview(deps.db, { sessionId, at: new Date(deps.clock.now()) });
        if (preview === null) throw linkExpired();
        const skus = preview.items.map(({ sku }) => sku).filter(isSku);
        const { products } = await findForCheckout(deps.db, { skus });
        return { body: cartOf(preview, products, addressOf) };
      },
    }),
  ];
}

function cartOf(
  { items: then, currency, until, bought }: RecoveryPreview,
  products: ProductForSale[],
  addressOf: (url: string) => string,
): RecoveryCart {
  const shortages = shortagesIn(then, products);
  const items = then.map((item) => {
    const product = products.find(({ sku }) => sku === item.sku);
    const shortage = shortages.find(({ sku }) => sku === item.sku);
    const line = lineOf(product, shortage, item.quantity, currency);
    return {
      ...item,
      name: product?.name ?? item.name,
      imageUrl: product?.imageUrl ? addressOf(product.imageUrl) : null,
      ...line,
    };
  });
  const known = items.every(({ problem, total }) => problem === null && total !== null);
  const total = known
    ? money(
        items.reduce((sum, line) => sum + (line.total?.amount ?? 0), 0),
        currency,
      )
    : null;
  return { currency, items, total, until: timestamp(until), bought };
}

type Line = Pick<RecoveryCart['items'][number], 'unitAmount' | 'total' | 'payWhatYouWant' | 'available' | 'problem'>;

/** What the cart lacks: a product may be in several of its lines, alone and in bundles. */
function shortagesIn(items: RecoveryPreview['items'], products: ProductForSale[]): Shortage[] {
  const lines = items.map(({ sku, quantity }) => {
    const contents = products.find((product) => product.sku === sku)?.contents;
    return {
      ...{ sku, quantity },
      ...(contents && { contents: contents.map((one) => ({ sku: one.sku, quantity: one.quantity * quantity })) }),
    };
  });
  return shortagesOf(lines, freeStock(products));
}

function lineOf(
  product: ProductForSale | undefined,
  shortage: Shortage | undefined,
  quantity: number,
  currency: string,
): Line {
  const price = product && priceIn(product, currency);
  const problem = problemOf(product, shortage, price !== undefined);
  const forSale = product !== undefined && product.prices.length > 0 && !product.refused;
  const line = {
    unitAmount: null,
    total: null,
    payWhatYouWant: null,
    available: forSale ? (shortage?.available ?? product.available) : 0,
    problem,
  };
  if (!price) return line;
  const { amount, minimum } = price;
  if (minimum !== null)
    return { ...line, payWhatYouWant: { minimum: money(minimum, currency), suggested: money(amount, currency) } };
  return { ...line, unitAmount: money(amount, currency), total: money(quantity * amount, currency) };
}

/** As a checkout would say. */
function problemOf(
  product: ProductForSale | undefined,
  shortage: Shortage | undefined,
  isPriced: boolean,
): LineProblem | null {
  if (product === undefined) return 'unknown_sku';
  if (product.prices.length === 0 || product.refused) return 'not_for_sale';
  if (!isPriced) return 'currency_unavailable';
  return shortage ? 'out_of_stock' : null;
}
