import { createHash } from 'node:crypto';
import { FILE_CHUNK_BYTES } from '../../domain/files';
import { type ObjectStore, PART_BYTES } from '../../platform/object-store';
import type { Db } from '../database';
import { createFile, objectKey, putInPlace, removeFile, type WrittenFile, writeChunk } from './files';

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
 * Stores a file piece by piece as it arrives, in storage if there is one, else in the database: a slow sender holds no
 * transaction open, and only one piece is in memory. Once all of it is there, it becomes the product's in place of the
 * earlier one; whatever else happens, its pieces go and the earlier file stays.
 */
export async function storeFile(
  db: Db,
  objects: ObjectStore | null,
  { at, ...upload }: Upload & { at: Date },
): Promise<UploadOutcome> {
  const { sku, filename, contentType } = upload;
  const store = objects ? 'S3' : 'DATABASE';
  const id = await createFile(db, { filename, contentType, store, at });
  const sink = objects ? inStorage(objects, { key: objectKey(id), contentType }) : inDatabase(db, id);
  let outcome: UploadOutcome | undefined;
  try {
    const written = await writePieces(sink, upload);
    if (typeof written === 'string') outcome = written;
    else outcome = (await putInPlace(db, { id, sku, ...written, at })) ? 'stored' : 'not-digital';
    return outcome;
  } finally {
    // What cannot be removed now is removed by `removeAbandonedFiles`.
    if (outcome !== 'stored')
      await sink
        .abort()
        .then(() => removeFile(db, objects, { id, store }))
        .catch(() => undefined);
  }
}

/** Where the pieces of a file go, in their order. */
interface Sink {
  pieceBytes: number;
  write(piece: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Resolves with the ETag of an object in storage. */
  finish(): Promise<string | null>;
  /** Frees what only the sink knows of. */
  abort(): Promise<void>;
}

function inDatabase(db: Db, fileId: string): Sink {
  let seq = 0;
  return {
    pieceBytes: FILE_CHUNK_BYTES,
    async write(bytes) {
      await writeChunk(db, { fileId, seq, bytes });
      seq += 1;
    },
    finish: async () => null,
    abort: async () => undefined,
  };
}

const inStorage = (objects: ObjectStore, object: { key: string; contentType: string }): Sink => ({
  pieceBytes: PART_BYTES,
  ...objects.upload(object),
});

async function writePieces(sink: Sink, { bytes, limit }: Upload): Promise<WrittenFile | 'too-large' | 'empty'> {
  const digest = createHash('sha256');
  let size = 0;
  for await (const piece of inPieces(bytes, sink.pieceBytes)) {
    size += piece.length;
    if (size > limit) return 'too-large';
    digest.update(piece);
    await sink.write(piece);
  }
  return size === 0 ? 'empty' : { size, sha256: digest.digest('hex'), etag: await sink.finish() };
}

/** The same bytes in pieces of exactly `most`, except the last. A piece is valid until the next one is asked for. */
async function* inPieces(bytes: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const piece = new Uint8Array(most);
  let filled = 0;
  for await (const part of bytes) {
    for (let read = 0; read < part.length; ) {
      const taken = Math.min(part.length - read, most - filled);
      piece.set(part.subarray(read, read + taken), filled);
      filled += taken;
      read += taken;
      if (filled < most) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
