import { createHash } from 'node:crypto';
import { type Picture, type UploadedPicture, uploadedUrl, withPicture, withSize } from '../../domain/picture';
import type { PictureFormat } from '../../domain/picture-format';
import type { Db, Tx } from '../database';
import { picturesOf } from './products';

export interface PictureUpload extends PictureFormat {
  bytes: Uint8Array<ArrayBuffer>;
}

/** Where an uploaded picture goes. Places count from 0. */
export type PictureGoal =
  /** One more picture of the product, or one in place of an earlier one. `alt` stays if none is given. */
  | { as: 'picture'; place: number; alt: string | null }
  /** Another width of the picture that stands there. */
  | { as: 'size'; place: number };

/** `no-place`: there is no picture at that place or before it, or it has too many sizes. */
export type PictureOutcome = 'changed' | 'unknown' | 'no-place';

/** Stores a picture and shows it with its product, in one transaction; a refusal changes nothing. */
export function storePicture(
  db: Db,
  { sku, goal, upload, at }: { sku: string; goal: PictureGoal; upload: PictureUpload; at: Date },
): Promise<PictureOutcome> {
  const { bytes, contentType, width, height } = upload;
  const id = createHash('sha256').update(bytes).digest('base64url');
  const picture = { url: uploadedUrl(id), width, height };
  return db.$transaction(async (tx) => {
    const outcome = await changePictures(tx, { sku, at }, (pictures) => placed(pictures, goal, picture));
    // Not as raw SQL: Prisma caches the text of raw queries together with their parameters.
    if (outcome === 'changed')
      await tx.picture.upsert({
        where: { id },
        create: { id, contentType, bytes, uploadedAt: at },
        update: { uploadedAt: at },
      });
    return outcome;
  });
}

/** Shows a picture with its product no more, nor its sizes. */
export const removePicture = (
  db: Db,
  { sku, place, at }: { sku: string; place: number; at: Date },
): Promise<PictureOutcome> =>
  db.$transaction((tx) =>
    changePictures(tx, { sku, at }, (pictures) => (place < pictures.length ? pictures.toSpliced(place, 1) : null)),
  );

/** The bytes of an uploaded picture; null if there is none with this id. */
export const readPicture = (db: Db, id: string): Promise<{ contentType: string; bytes: Uint8Array } | null> =>
  db.picture.findUnique({ where: { id }, select: { contentType: true, bytes: true } });

/** Removes pictures that were uploaded before a time and that no product shows. */
export async function removeUnusedPictures(db: Db, { before }: { before: Date }): Promise<void> {
  await db.$executeRaw`
    WITH shown AS (SELECT DISTINCT jsonb_path_query(images, '$.**.url') #>> '{}' AS url FROM products)
    DELETE FROM pictures p WHERE p.uploaded_at < ${before}
      AND NOT EXISTS (SELECT 1 FROM shown s WHERE s.url = ${uploadedUrl('')} || p.id)`;
}

/** Changes a product's pictures under the lock of its row; `change` answers null to refuse. */
async function changePictures(
  tx: Tx,
  { sku, at }: { sku: string; at: Date },
  change: (pictures: Picture[]) => Picture[] | null,
): Promise<PictureOutcome> {
  const [row] = await tx.$queryRaw<{ images: unknown; imageUrl: string | null }[]>`
    SELECT images, image_url AS "imageUrl" FROM products WHERE sku = ${sku} FOR UPDATE`;
  if (!row) return 'unknown';
  const images = change(picturesOf(row));
  if (images === null) return 'no-place';
  await tx.product.update({ where: { sku }, data: { images, imageUrl: images[0]?.url ?? null, updatedAt: at } });
  return 'changed';
}

const placed = (pictures: Picture[], goal: PictureGoal, picture: UploadedPicture): Picture[] | null =>
  goal.as === 'size' ? withSize(pictures, { ...goal, picture }) : withPicture(pictures, { ...goal, picture });
