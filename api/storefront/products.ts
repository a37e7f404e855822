import { z } from 'zod';
import type { ProductForSale } from '../../domain/product';
import { productsForSale } from '../../store/catalogue/products';
import type { ApiDeps } from '../deps';
import { type Route, route } from '../http/route';
import { Money, money, orNull } from '../http/schemas';
import { pictureAddress } from './demo';

const Product = z
  .strictObject({
    sku: z.string(),
    name: z.string(),
    description: z.string(),
    kind: z.enum(['PHYSICAL', 'DIGITAL']),
    imageUrl: orNull(z.string()).meta({
      description: 'A URL, or a path of the storefront. Pictures of the demo catalogue may be shown by any origin.',
    }),
    prices: z.array(Money).meta({ description: 'One per currency; a checkout without a currency uses the first.' }),
    payWhatYouWant: orNull(z.strictObject({ minimum: Money, suggested: Money })),
    available: orNull(z.int()).meta({
      description: 'On hand minus held; null means unlimited (digital). 0 while Stripe refuses to sell it.',
    }),
  })
  .meta({ id: 'Product' });

/** `GET /products`: the products for sale now. */
export function productRoutes({ db, env }: Pick<ApiDeps, 'db' | 'env'>): Route[] {
  const addressOf = pictureAddress(env);
  return [
    route({
      method: 'get',
      path: '/products',
      tag: 'Storefront',
      summary: 'The products for sale, with prices and available stock',
      answers: { 200: { description: 'Every active product.', schema: z.strictObject({ data: z.array(Product) }) } },
      handle: async () => ({
        body: {
          data: (await productsForSale(db)).map((one) => describe({ ...one, imageUrl: addressOf(one.imageUrl) })),
        },
      }),
    }),
  ];
}

function describe({ prices, available, refused, ...product }: ProductForSale): z.infer<typeof Product> {
  const chosenByShopper = prices.find(({ minimum }) => minimum !== null);
  return {
    ...product,
    available: refused ? 0 : available,
    prices: prices.filter(({ minimum }) => minimum === null).map(({ amount, currency }) => money(amount, currency)),
    payWhatYouWant: chosenByShopper
      ? {
          minimum: money(chosenByShopper.minimum ?? 0, chosenByShopper.currency),
          suggested: money(chosenByShopper.amount, chosenByShopper.currency),
        }
      : null,
  };
}
