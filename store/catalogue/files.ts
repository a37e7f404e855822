import { createHash, randomUUID } from 'node:crypto';
import { FILE_CHUNK_BYTES } from '../../domain/files';
import type { Db, Tx } from '../database';

/** The file that buyers of a product download. */
export interface ProductFile {
  id: string;
  sku: string;
  filename: string;
  contentType: string;
  /** Bytes. */
  size: number;
  sha256: string;
}

/** The current file of a product; null when it has none. */
export async function findFile(db: Db, { sku }: { sku: string }): Promise<ProductFile | null> {
  const row = await db.productFile.findUnique({ where: { sku } });
  return row && { ...fileOf(row), sku };
}

/** One piece of a file; every piece but the last has `FILE_CHUNK_BYTES`. */
export async function readChunk(db: Db, { fileId, seq }: { fileId: string; seq: number }): Promise<Uint8Array> {
  const { bytes } = await db.productFileChunk.findUniqueOrThrow({ where: { fileId_seq: { fileId, seq } } });
  return bytes;
}

/** Gives a product a file that is in memory as a whole. */
export async function attachFile(
  tx: Tx,
  { sku, bytes, at, ...named }: { sku: string; filename: string; contentType: string; bytes: Uint8Array; at: Date },
): Promise<void> {
  const id = await createFile(tx, { ...named, at });
  for (let seq = 0; seq * FILE_CHUNK_BYTES < bytes.length; seq += 1) {
    const piece = bytes.subarray(seq * FILE_CHUNK_BYTES, (seq + 1) * FILE_CHUNK_BYTES);
    await writeChunk(tx, { fileId: id, seq, bytes: new Uint8Array(piece) });
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await tx.productFile.update({ where: { id }, data: { sku, size: bytes.length, sha256 } });
}

/** Begins a file that belongs to no product yet; answers its id. */
export async function createFile(
  db: Db | Tx,
  { filename, contentType, at }: { filename: string; contentType: string; at: Date },
): Promise<string> {
  const { id } = await db.productFile.create({
    data: { id: randomUUID(), sku: null, filename, contentType, size: 0, sha256: '', createdAt: at },
  });
  return id;
}

/** Not as raw SQL: Prisma caches the text of raw queries together with their parameters. */
export async function writeChunk(
  db: Db | Tx,
  { fileId, seq, bytes }: { fileId: string; seq: number; bytes: Uint8Array<ArrayBuffer> },
): Promise<void> {
  await db.productFileChunk.create({ data: { fileId, seq, bytes } });
}

/**
 * Makes a complete file the product's; false when the product is not digital, or is a bundle. The product's row is
 * locked, so of two uploads at once the later one wins. The earlier file belongs to no product from now on: deleting
 * its pieces takes longer than a transaction should.
 */
export function putInPlace(
  db: Db,
  { id, sku, size, sha256, at }: { id: string; sku: string; size: number; sha256: string; at: Date },
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const locked = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM products p WHERE sku = ${sku} AND kind = 'DIGITAL'
        AND NOT EXISTS (SELECT 1 FROM bundle_items b WHERE b.bundle = p.sku) FOR UPDATE`;
    if (locked.length === 0) return false;
    await tx.productFile.updateMany({ where: { sku }, data: { sku: null, createdAt: at } });
    await tx.productFile.update({ where: { id }, data: { sku, size, sha256 } });
    return true;
  });
}

/** Removes a file that belongs to no product, a few pieces at a time: half a gigabyte is too much for one statement. */
export async function removeFile(db: Db, { id }: { id: string }): Promise<void> {
  while ((await db.productFileChunk.deleteMany({ where: { fileId: id }, limit: 16 })).count > 0);
  await db.productFile.deleteMany({ where: { id, sku: null } });
}

/**
 * Removes files that have belonged to no product for a day: uploads cut off when their process died, and replaced
 * files, which are kept that long for downloads under way.
 */
export async function removeAbandonedFiles(db: Db, { at }: { at: Date }): Promise<void> {
  const abandoned = await db.productFile.findMany({
    where: { sku: null, createdAt: { lt: new Date(at.getTime() - KEPT_MS) } },
    select: { id: true },
  });
  for (const { id } of abandoned) await removeFile(db, { id });
}

const KEPT_MS = 24 * 60 * 60 * 1000;

const fileOf = (row: { id: string; filename: string; contentType: string; size: bigint; sha256: string }) => ({
  id: row.id,
  filename: row.filename,
  contentType: row.contentType,
  size: Number(row.size),
  sha256: row.sha256,
});
