import { z } from 'zod';
import type { Prisma } from '../../prisma/generated/client';
import type { ApiDeps } from '../deps';
import { type Route, route } from '../http/route';
import { Money, money, orNull } from '../http/schemas';

const Product = z
  .strictObject({
    sku: z.string(),
    name: z.string(),
    description: z.string(),
    kind: z.enum(['PHYSICAL', 'DIGITAL']),
    imageUrl: orNull(z.string()),
    prices: z
      .array(Money)
      .meta({ description: 'One a currency; the first is what a checkout without a currency takes.' }),
    payWhatYouWant: orNull(z.strictObject({ minimum: Money, suggested: Money })),
    available: orNull(z.int()).meta({ description: 'On hand and not held; null is unlimited (digital).' }),
  })
  .meta({ id: 'Product' });

/** `GET /products`: what is for sale now. */
export const productRoutes = ({ db }: Pick<ApiDeps, 'db'>): Route[] => [
  route({
    method: 'get',
    path: '/products',
    tag: 'Storefront',
    summary: 'What is for sale, at which prices, and how much of it is free',
    answers: { 200: { description: 'Every active product.', schema: z.strictObject({ data: z.array(Product) }) } },
    handle: async () => {
      const products = await db.product.findMany({
        where: { active: true },
        orderBy: [{ createdAt: 'asc' }, { sku: 'asc' }],
        include: parts,
      });
      return { body: { data: products.map(describe) } };
    },
  }),
];

const parts = {
  prices: { where: { current: true }, orderBy: [{ position: 'asc' }, { id: 'asc' }] },
  stock: true,
} satisfies Prisma.ProductInclude;

function describe(product: Prisma.ProductGetPayload<{ include: typeof parts }>): z.infer<typeof Product> {
  const { sku, name, description, kind, imageUrl, prices, stock } = product;
  const chosenByShopper = prices.find(({ minimum }) => minimum !== null);
  return {
    sku,
    name,
    description,
    kind,
    imageUrl,
    prices: prices.filter(({ minimum }) => minimum === null).map(({ amount, currency }) => money(amount, currency)),
    payWhatYouWant: chosenByShopper
      ? {
          minimum: money(chosenByShopper.minimum ?? 0, chosenByShopper.currency),
          suggested: money(chosenByShopper.amount, chosenByShopper.currency),
        }
      : null,
    available: kind === 'DIGITAL' ? null : (stock?.onHand ?? 0) - (stock?.held ?? 0),
  };
}
