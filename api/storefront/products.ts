import { z } from 'zod';
import { isSku } from '../../domain/ids';
import { Problem } from '../../domain/problem';
import type { ProductForSale } from '../../domain/product';
import type { ApiDeps } from '../deps';
import { CACHED, CONDITIONAL, cacheable, NOT_MODIFIED } from '../http/caching';
import { Cursor, NextCursor } from '../http/cursor';
import { invalid } from '../http/parse';
import { PictureDocument, pictureDocument } from '../http/picture-document';
import { type Route, route } from '../http/route';
import { Money, money, orNull } from '../http/schemas';
import { pictureAddress } from './demo';
import { PRODUCT_EXAMPLE } from './examples';

const Product = z
  .strictObject({
    sku: z.string(),
    name: z.string(),
    description: z.string(),
    kind: z.enum(['PHYSICAL', 'DIGITAL']),
    imageUrl: orNull(z.string()).meta({
      description:
        'The first of `images`: a URL, or a path of the storefront. Uploaded pictures, and those of the demo catalogue, may be shown by any origin.',
    }),
    images: z.array(PictureDocument),
    prices: z.array(Money).meta({ description: 'One per currency; a checkout without a currency uses the first.' }),
    payWhatYouWant: orNull(z.strictObject({ minimum: Money, suggested: Money })),
    group: orNull(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        options: z.record(z.string(), z.string()).meta({ description: 'Of this product, by name.' }),
      }),
    ).meta({
      description:
        'Products with the same group are one thing with a choice, such as of a size: show them on one page. Their options have the same names, and no two products have the same options.',
    }),
    bundle: orNull(
      z.array(
        z.strictObject({
          sku: z.string(),
          name: z.string(),
          quantity: z.int().meta({ description: 'In one bundle.' }),
        }),
      ),
    ).meta({
      description:
        'What a bundle is made of, which may be not for sale alone; null for any other product. It is bought by its own SKU, at its own price.',
    }),
    available: orNull(z.int()).meta({
      description:
        'On hand minus held; null means unlimited (digital). Of a bundle: how many there is enough for of all that is in it. 0 while Stripe refuses to sell it. May be a few seconds old; a checkout always counts anew.',
    }),
  })
  .meta({ id: 'Product', example: PRODUCT_EXAMPLE });

const PAGE = 50;
const MOST = 200;

/** What is not here is ignored, as without pages. */
const Page = z.object({
  group: z.string().max(40).optional().meta({ description: 'Only the products of this group.', example: 'STONE-VASE' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST)
    .optional()
    .meta({ description: `How many a page has: 1–${MOST}. With a cursor alone, ${PAGE}.`, example: 24 }),
  cursor: Cursor,
});

/** A cursor names the last product of its page. */
const cursorAt = ({ sku }: ProductForSale): string => Buffer.from(sku).toString('base64url');

function skuIn(cursor: string): string {
  const sku = Buffer.from(cursor, 'base64url').toString();
  if (isSku(sku)) return sku;
  throw invalid([{ path: 'cursor', message: 'is not a cursor from this API' }]);
}

/** `GET /products` and `GET /products/{sku}`: the products for sale now. */
export function productRoutes({ shown, env }: Pick<ApiDeps, 'shown' | 'env'>): Route[] {
  const addressOf = pictureAddress(env);
  const described = (product: ProductForSale) =>
    describe(
      product,
      product.pictures.map((one) => pictureDocument(one, addressOf)),
    );
  return [
    route({
      method: 'get',
      path: '/products',
      tag: 'Storefront',
      summary: 'The products for sale, with prices and available stock',
      description: 'In the order in which they were added. All of them, unless `limit` or `cursor` asks for a page.',
      query: Page,
      headers: CONDITIONAL,
      answers: {
        200: {
          description: 'Every active product that is no draft.',
          schema: z.strictObject({ data: z.array(Product), nextCursor: NextCursor }),
          headers: CACHED,
        },
        304: NOT_MODIFIED,
      },
      handle: async ({ query: { group = null, cursor, limit } }) => {
        const most = limit ?? (cursor ? PAGE : null);
        const after = cursor ? skuIn(cursor) : null;
        const isKnowable = group === null || isSku(group);
        const found = isKnowable ? await shown.page({ group, after, limit: most && most + 1 }) : [];
        const page = most === null ? found : found.slice(0, most);
        const last = page.length < found.length ? page.at(-1) : undefined;
        return cacheable({ data: page.map(described), nextCursor: last ? cursorAt(last) : null });
      },
    }),
    route({
      method: 'get',
      path: '/products/{sku}',
      tag: 'Storefront',
      summary: 'One product for sale, with its prices and available stock',
      params: z.object({ sku: z.string().meta({ example: 'TULIPS' }) }),
      headers: CONDITIONAL,
      answers: {
        200: { description: 'The product.', schema: Product, headers: CACHED },
        304: NOT_MODIFIED,
      },
      problems: ['unknown_sku'],
      handle: async ({ params: { sku } }) => {
        const product = isSku(sku) ? await shown.one(sku) : undefined;
        if (!product) throw new Problem('unknown_sku', 'No product with this SKU is for sale.');
        return cacheable(described(product));
      },
    }),
  ];
}

function describe(product: ProductForSale, images: z.infer<typeof PictureDocument>[]): z.infer<typeof Product> {
  const { sku, name, description, kind, group, prices, contents, available, refused } = product;
  const chosenByShopper = prices.find(({ minimum }) => minimum !== null);
  return {
    ...{ sku, name, description, kind, images },
    imageUrl: images[0]?.url ?? null,
    available: refused ? 0 : available,
    prices: prices.filter(({ minimum }) => minimum === null).map(({ amount, currency }) => money(amount, currency)),
    payWhatYouWant: chosenByShopper
      ? {
          minimum: money(chosenByShopper.minimum ?? 0, chosenByShopper.currency),
          suggested: money(chosenByShopper.amount, chosenByShopper.currency),
        }
      : null,
    group,
    bundle: contents?.map(({ sku, name, quantity }) => ({ sku, name, quantity })) ?? null,
  };
}
