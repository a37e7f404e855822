import { createHash, randomUUID } from 'node:crypto';
import { FILE_CHUNK_BYTES } from '../../../domain/files';
import { Problem } from '../../../domain/problem';
import type { Db } from '../../../store/database';
import { invalid } from '../../http/route';

interface Upload {
  sku: string;
  filename: string;
  contentType: string;
  bytes: AsyncIterable<Uint8Array>;
  /** The most bytes it may have. */
  limit: number;
  at: Date;
}

/**
 * Writes a file piece by piece as it comes, without a transaction that a slow sender could hold open, and with one piece at a time in
 * memory. Only when all of it is there does it become the product's, in place of the earlier one.
 */
export async function storeFile(db: Db, upload: Upload): Promise<void> {
  const { filename, contentType, at } = upload;
  const { id } = await db.productFile.create({
    data: { id: randomUUID(), sku: null, filename, contentType, size: 0n, sha256: '', createdAt: at },
  });
  try {
    const written = await writePieces(db, id, upload);
    await putInPlace(db, id, upload, written);
  } catch (error) {
    // What cannot be removed now is nobody's, and goes with the tidying.
    await removeFile(db, id).catch(() => undefined);
    throw error;
  }
}

/**
 * Removes files that have been nobody's for a day: uploads that were cut off with their process, and earlier files, which are kept so long
 * for the downloads under way.
 */
export async function removeForsakenFiles(db: Db, now: number): Promise<void> {
  const forsaken = await db.productFile.findMany({
    where: { sku: null, createdAt: { lt: new Date(now - FORSAKEN_MS) } },
    select: { id: true },
  });
  for (const { id } of forsaken) await removeFile(db, id);
}

export const tooLarge = (limit: number): Problem =>
  new Problem('payload_too_large', `A file may have ${limit} bytes at most.`);

const FORSAKEN_MS = 24 * 60 * 60 * 1000;

async function writePieces(db: Db, fileId: string, { bytes, limit }: Upload) {
  const digest = createHash('sha256');
  let size = 0;
  let seq = 0;
  for await (const piece of inPieces(bytes)) {
    size += piece.length;
    if (size > limit) throw tooLarge(limit);
    digest.update(piece);
    // Not as raw SQL: Prisma keeps the text of such queries, with what is in them, in a cache.
    await db.productFileChunk.create({ data: { fileId, seq, bytes: piece } });
    seq += 1;
  }
  if (size === 0) throw invalid([{ path: '', message: 'the file is empty' }]);
  return { size: BigInt(size), sha256: digest.digest('hex') };
}

/** The same bytes in pieces of exactly `FILE_CHUNK_BYTES`, but for the last. A piece is good until the next is asked for. */
async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const piece = new Uint8Array(FILE_CHUNK_BYTES);
  let filled = 0;
  for await (const part of bytes) {
    for (let read = 0; read < part.length; ) {
      const taken = Math.min(part.length - read, FILE_CHUNK_BYTES - filled);
      piece.set(part.subarray(read, read + taken), filled);
      filled += taken;
      read += taken;
      if (filled < FILE_CHUNK_BYTES) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

/**
 * The product's row is locked, so that of two uploads at once one is simply the later. The earlier file is nobody's from now on; to delete
 * its pieces takes longer than a transaction should.
 */
async function putInPlace(db: Db, id: string, { sku, at }: Upload, written: { size: bigint; sha256: string }) {
  await db.$transaction(async (tx) => {
    const locked = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM products WHERE sku = ${sku} AND kind = 'DIGITAL' FOR UPDATE`;
    if (locked.length === 0) throw new Problem('invalid_transition', `${sku} is no longer digital.`);
    await tx.productFile.updateMany({ where: { sku }, data: { sku: null, createdAt: at } });
    await tx.productFile.update({ where: { id }, data: { sku, ...written } });
  });
}

/** A few pieces at a time, for a file of half a gigabyte is more than one statement may take. */
async function removeFile(db: Db, id: string): Promise<void> {
  while ((await db.productFileChunk.deleteMany({ where: { fileId: id }, limit: 16 })).count > 0);
  await db.productFile.deleteMany({ where: { id, sku: null } });
}
