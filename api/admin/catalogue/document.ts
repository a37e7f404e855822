import { z } from 'zod';
import { PRODUCT_KINDS } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import type { Db } from '../../../store/database';
import { orNull, Timestamp, timestamp } from '../../http/schemas';

const stripePriceId = orNull(z.string()).meta({ description: 'Null until `npm run stripe:setup` has made the price.' });

export const AdminProduct = z
  .strictObject({
    sku: z.string(),
    name: z.string(),
    description: z.string(),
    kind: z.enum(PRODUCT_KINDS),
    imageUrl: orNull(z.string()),
    active: z.boolean(),
    prices: z.array(z.strictObject({ amount: z.int(), currency: z.string(), stripePriceId })),
    payWhatYouWant: orNull(
      z.strictObject({ currency: z.string(), minimum: z.int(), suggested: z.int(), stripePriceId }),
    ),
    file: orNull(
      z.strictObject({
        filename: z.string(),
        contentType: z.string(),
        size: z.int().meta({ description: 'Bytes.' }),
        sha256: z.string(),
        uploadedAt: Timestamp,
      }),
    ).meta({ description: 'What a buyer downloads; digital products only.' }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'AdminProduct' });

/** A product as staff see it; `404 unknown_sku` when there is none. */
export async function readProduct(db: Db, sku: string): Promise<z.infer<typeof AdminProduct>> {
  const product = await db.product.findUnique({
    where: { sku },
    include: { prices: { where: { current: true }, orderBy: { position: 'asc' } }, file: true },
  });
  if (!product) throw unknownSku(sku);
  const fixed = product.prices.filter(({ minimum }) => minimum === null);
  const open = product.prices.find(({ minimum }) => minimum !== null);
  return {
    sku: product.sku,
    name: product.name,
    description: product.description,
    kind: product.kind,
    imageUrl: product.imageUrl,
    active: product.active,
    prices: fixed.map(({ amount, currency, stripePriceId }) => ({ amount: Number(amount), currency, stripePriceId })),
    payWhatYouWant: open
      ? {
          currency: open.currency,
          minimum: Number(open.minimum),
          suggested: Number(open.amount),
          stripePriceId: open.stripePriceId,
        }
      : null,
    file: product.file && {
      filename: product.file.filename,
      contentType: product.file.contentType,
      size: Number(product.file.size),
      sha256: product.file.sha256,
      uploadedAt: timestamp(product.file.createdAt),
    },
    createdAt: timestamp(product.createdAt),
    updatedAt: timestamp(product.updatedAt),
  };
}

export const unknownSku = (sku: string): Problem => new Problem('unknown_sku', `There is no product ${sku}.`);
