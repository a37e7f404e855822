import { z } from 'zod';
import { PRODUCT_KINDS } from '../../../domain/order';
import { pictureUrl } from '../../../domain/picture';
import { Problem } from '../../../domain/problem';
import { TAX_BEHAVIORS } from '../../../domain/product';
import { findProduct } from '../../../store/catalogue/products';
import type { ApiDeps } from '../../deps';
import { PictureDocument, pictureDocument } from '../../http/picture-document';
import { orNull, Timestamp, timestamp } from '../../http/schemas';

const stripePriceId = orNull(z.string()).meta({
  description: 'Null until `npm run stripe:setup` has created the price.',
});

const Group = z.strictObject({ id: z.string(), name: z.string(), options: z.record(z.string(), z.string()) });

export const AdminProduct = z
  .strictObject({
    sku: z.string(),
    name: z.string(),
    description: z.string(),
    kind: z.enum(PRODUCT_KINDS),
    imageUrl: orNull(z.string()).meta({ description: 'The first of its `images`.' }),
    images: z.array(PictureDocument),
    active: z.boolean(),
    weight: orNull(z.int()).meta({ description: 'Grams.' }),
    taxCode: orNull(z.string()),
    taxBehavior: orNull(z.enum(TAX_BEHAVIORS)),
    prices: z.array(z.strictObject({ amount: z.int(), currency: z.string(), stripePriceId })),
    payWhatYouWant: orNull(
      z.strictObject({ currency: z.string(), minimum: z.int(), suggested: z.int(), stripePriceId }),
    ),
    stillSoldAt: z
      .array(
        z.strictObject({ amount: z.int(), currency: z.string(), minimum: orNull(z.int()), stripePriceId: z.string() }),
      )
      .meta({ description: 'Earlier prices, which shoppers see and pay until those that replace them are at Stripe.' }),
    group: orNull(Group),
    bundle: orNull(z.array(z.strictObject({ sku: z.string(), quantity: z.int() }))).meta({
      description: 'What a bundle is made of; null for any other product.',
    }),
    licenceKeys: z.boolean().meta({ description: 'Each unit comes with a licence key: its stock are its keys.' }),
    file: orNull(
      z.strictObject({
        filename: z.string(),
        contentType: z.string(),
        size: z.int().meta({ description: 'Bytes.' }),
        sha256: z.string(),
        uploadedAt: Timestamp,
      }),
    ).meta({ description: 'What buyers download; digital products only.' }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'AdminProduct' });

/** A product as staff see it. Throws `404 unknown_sku` if there is none. */
export async function readProduct(
  { db, env }: Pick<ApiDeps, 'db' | 'env'>,
  sku: string,
): Promise<z.infer<typeof AdminProduct>> {
  const product = await findProduct(db, { sku });
  if (product === null) throw unknownSku(sku);
  const { prices, isRefused: _, imageUrl, pictures, file, createdAt, updatedAt, ...details } = product;
  return {
    ...details,
    imageUrl: imageUrl && pictureUrl(env, imageUrl),
    images: pictures.map((picture) => pictureDocument(picture, (url) => pictureUrl(env, url))),
    prices: prices
      .filter(({ minimum }) => minimum === null)
      .map(({ amount, currency, stripePriceId }) => ({ amount, currency, stripePriceId })),
    payWhatYouWant:
      prices
        .map(({ currency, minimum, amount, stripePriceId }) =>
          minimum === null ? null : { currency, minimum, suggested: amount, stripePriceId },
        )
        .find((price) => price !== null) ?? null,
    stillSoldAt: prices.flatMap(({ predecessor }) => predecessor ?? []),
    file: file && { ...file, uploadedAt: timestamp(file.uploadedAt) },
    createdAt: timestamp(createdAt),
    updatedAt: timestamp(updatedAt),
  };
}

export const unknownSku = (sku: string): Problem => new Problem('unknown_sku', `There is no product ${sku}.`);
