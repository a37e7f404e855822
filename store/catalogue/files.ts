import { createHash, randomUUID } from 'node:crypto';
import { FILE_CHUNK_BYTES } from '../../domain/files';
import type { ObjectStore, StoredObject } from '../../platform/object-store';
import type { ProductFile as FileRow, FileStore } from '../../prisma/generated/client';
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
  /** Where its bytes are, if they are in storage and not in the database. */
  object: StoredObject | null;
}

/** The key of a file's object in storage. */
export const objectKey = (fileId: string): string => `product-files/${fileId}`;

/** The current file of a product; null when it has none. */
export async function findFile(db: Db, { sku }: { sku: string }): Promise<ProductFile | null> {
  const row = await db.productFile.findUnique({ where: { sku } });
  return row && { ...fileOf(row), sku };
}

/** One piece of a file in the database; every piece but the last has `FILE_CHUNK_BYTES`. */
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
  {
    filename,
    contentType,
    store = 'DATABASE',
    at,
  }: { filename: string; contentType: string; store?: FileStore; at: Date },
): Promise<string> {
  const { id } = await db.productFile.create({
    data: { id: randomUUID(), sku: null, filename, contentType, size: 0, sha256: '', store, createdAt: at },
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

/** A file's id, and where its bytes are. */
export interface FileRef {
  id: string;
  store: FileStore;
}

/** What is known of a file once all of it is written. */
export interface WrittenFile {
  size: number;
  sha256: string;
  /** Of an object in storage; null of a file in the database. */
  etag: string | null;
}

/**
 * Makes a complete file the product's; false when the product is not digital, or is a bundle. The product's row is
 * locked, so of two uploads at once the later one wins. The earlier file belongs to no product from now on: deleting
 * its pieces takes longer than a transaction should.
 */
export function putInPlace(
  db: Db,
  { id, sku, at, ...written }: { id: string; sku: string; at: Date } & WrittenFile,
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const locked = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM products p WHERE sku = ${sku} AND kind = 'DIGITAL'
        AND NOT EXISTS (SELECT 1 FROM bundle_items b WHERE b.bundle = p.sku) FOR UPDATE`;
    if (locked.length === 0) return false;
    await tx.productFile.updateMany({ where: { sku }, data: { sku: null, createdAt: at } });
    await tx.productFile.update({ where: { id }, data: { sku, ...written } });
    return true;
  });
}

/**
 * Removes a file that belongs to no product: its object in storage, or its pieces, a few at a time, since half a
 * gigabyte is too much for one statement.
 */
export async function removeFile(db: Db, objects: ObjectStore | null, { id, store }: FileRef): Promise<void> {
  if (store === 'S3') {
    if (objects === null) return; // until storage is configured again
    await objects.remove(objectKey(id));
  }
  while ((await db.productFileChunk.deleteMany({ where: { fileId: id }, limit: 16 })).count > 0);
  await db.productFile.deleteMany({ where: { id, sku: null } });
}

/**
 * Removes files that have belonged to no product for a day: uploads cut off when their process died, and replaced
 * files, which are kept that long for downloads under way.
 */
export async function removeAbandonedFiles(db: Db, objects: ObjectStore | null, { at }: { at: Date }): Promise<void> {
  const abandoned = await db.productFile.findMany({
    where: { sku: null, createdAt: { lt: new Date(at.getTime() - KEPT_MS) } },
    select: { id: true, store: true },
    orderBy: { store: 'asc' }, // those in storage last: it may be away
  });
  for (const file of abandoned) await removeFile(db, objects, file);
}

/** The newest file of a product in storage; null when there is none. */
export async function newestInStorage(db: Db): Promise<StoredObject | null> {
  const row = await db.productFile.findFirst({
    where: { store: 'S3', sku: { not: null } },
    orderBy: { createdAt: 'desc' },
  });
  return row && fileOf(row).object;
}

const KEPT_MS = 24 * 60 * 60 * 1000;

const fileOf = ({ id, filename, contentType, size, sha256, etag }: FileRow) => ({
  ...{ id, filename, contentType, sha256 },
  size: Number(size),
  object: etag === null ? null : { key: objectKey(id), etag, size: Number(size) },
});
