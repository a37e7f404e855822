import { createHash } from 'node:crypto';
import { FILE_CHUNK_BYTES } from '../../domain/files';
import type { Db } from '../database';
import { createFile, putInPlace, removeFile, writeChunk } from './files';

export interface Upload {
  sku: string;
  filename: string;
  contentType: string;
  bytes: AsyncIterable<Uint8Array>;
  /** The most bytes it may have. */
  limit: number;
}

/** `not-digital`: the product has become a physical one or a bundle meanwhile. */
export type UploadOutcome = 'stored' | 'too-large' | 'empty' | 'not-digital';

/**
 * Stores a file piece by piece as it arrives: a slow sender holds no transaction open, and only one piece is in
 * memory. Once all of it is there, it becomes the product's in place of the earlier one; whatever else happens, its
 * pieces go and the earlier file stays.
 */
export async function storeFile(db: Db, { at, ...upload }: Upload & { at: Date }): Promise<UploadOutcome> {
  const { sku, filename, contentType } = upload;
  const id = await createFile(db, { filename, contentType, at });
  let outcome: UploadOutcome | undefined;
  try {
    const written = await writePieces(db, id, upload);
    if (typeof written === 'string') outcome = written;
    else outcome = (await putInPlace(db, { id, sku, ...written, at })) ? 'stored' : 'not-digital';
    return outcome;
  } finally {
    // Pieces that cannot be removed now are removed by `removeAbandonedFiles`.
    if (outcome !== 'stored') await removeFile(db, { id }).catch(() => undefined);
  }
}

async function writePieces(
  db: Db,
  fileId: string,
  { bytes, limit }: Upload,
): Promise<{ size: number; sha256: string } | 'too-large' | 'empty'> {
  const digest = createHash('sha256');
  let size = 0;
  let seq = 0;
  for await (const piece of inPieces(bytes)) {
    size += piece.length;
    if (size > limit) return 'too-large';
    digest.update(piece);
    await writeChunk(db, { fileId, seq, bytes: piece });
    seq += 1;
  }
  return size === 0 ? 'empty' : { size, sha256: digest.digest('hex') };
}

/**
 * The same bytes in pieces of exactly `FILE_CHUNK_BYTES`, except the last. A piece is valid until the next one is
 * asked for.
 */
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
