import { createHash, randomUUID } from 'node:crypto';
import { FILE_CHUNK_BYTES } from '../../domain/files';
import { Problem } from '../../domain/problem';
import type { Db } from '../../platform/database';
import { invalid } from '../route';

interface Upload {
  sku: string;
  filename: string;
  contentType: string;
  bytes: AsyncIterable<Uint8Array>;
  /** The most bytes it may have. */
  limit: number;
  at: Date;
}

/** An upload that was cut off with its process leaves its pieces behind; the next one removes them, once it must be dead. */
const FORSAKEN_MS = 24 * 60 * 60 * 1000;

/**
 * Writes a file piece by piece as it comes, without a transaction that a slow sender could hold open, and with one piece at a time in
 * memory. Only when all of it is there does it become the product's, in place of the earlier one.
 */
export async function storeFile(db: Db, upload: Upload): Promise<void> {
  const { filename, contentType, at } = upload;
  await db.productFile.deleteMany({ where: { sku: null, createdAt: { lt: new Date(at.getTime() - FORSAKEN_MS) } } });
  const { id } = await db.productFile.create({
    data: { id: randomUUID(), sku: null, filename, contentType, size: 0n, sha256: '', createdAt: at },
  });
  try {
    const written = await writePieces(db, id, upload);
    await putInPlace(db, id, upload.sku, written);
  } catch (error) {
    await db.productFile.deleteMany({ where: { id, sku: null } });
    throw error;
  }
}

export const tooLarge = (limit: number): Problem =>
  new Problem('payload_too_large', `A file may have ${limit} bytes at most.`);

async function writePieces(db: Db, fileId: string, { bytes, limit }: Upload) {
  const digest = createHash('sha256');
  let size = 0;
  let seq = 0;
  for await (const piece of inPieces(bytes)) {
    size += piece.length;
    if (size > limit) throw tooLarge(limit);
    digest.update(piece);
    await db.$executeRaw`INSERT INTO product_file_chunks (file_id, seq, bytes) VALUES (${fileId}::uuid, ${seq}, ${piece})`;
    seq += 1;
  }
  if (size === 0) throw invalid([{ path: '', message: 'the file is empty' }]);
  return { size: BigInt(size), sha256: digest.digest('hex') };
}

/** The same bytes in pieces of exactly `FILE_CHUNK_BYTES`, but for the last. */
async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let piece = Buffer.allocUnsafe(FILE_CHUNK_BYTES);
  let filled = 0;
  for await (const part of bytes) {
    for (let read = 0; read < part.length; ) {
      const taken = Math.min(part.length - read, FILE_CHUNK_BYTES - filled);
      piece.set(part.subarray(read, read + taken), filled);
      filled += taken;
      read += taken;
      if (filled < FILE_CHUNK_BYTES) continue;
      yield piece;
      piece = Buffer.allocUnsafe(FILE_CHUNK_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

/** The product's row is locked, so that of two uploads at once one is simply the later. */
async function putInPlace(db: Db, id: string, sku: string, written: { size: bigint; sha256: string }): Promise<void> {
  await db.$transaction(async (tx) => {
    const locked = await tx.$queryRaw<
      unknown[]
    >`SELECT 1 FROM products WHERE sku = ${sku} AND kind = 'DIGITAL' FOR UPDATE`;
    if (locked.length === 0) throw new Problem('invalid_transition', `${sku} is no longer digital.`);
    await tx.productFile.deleteMany({ where: { sku } });
    await tx.productFile.update({ where: { id }, data: { sku, ...written } });
  });
}
