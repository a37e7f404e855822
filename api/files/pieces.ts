import { FILE_CHUNK_BYTES } from '../../domain/files';
import type { StoredObject } from '../../platform/object-store';
import { type ProductFile, readChunk } from '../../store/catalogue/files';
import type { ApiDeps } from '../deps';
import { configured, type FileDeps, watched } from './alarms';

/** Bytes from `start` up to, but not including, `end`. */
interface ByteRange {
  start: number;
  end: number;
}

export type Pieces = AsyncGenerator<Uint8Array, void>;

/** A range of a file's bytes, a piece at a time: the next one is read when it is asked for. */
export async function* piecesOf(deps: FileDeps & Pick<ApiDeps, 'fileDb'>, file: ProductFile, range: ByteRange): Pieces {
  const read = file.object ? fromStorage(deps, file.sku, file.object) : fromDatabase(deps, file);
  for (let start = range.start; start < range.end; ) {
    const end = Math.min(range.end, start - (start % FILE_CHUNK_BYTES) + FILE_CHUNK_BYTES);
    const piece = await read({ start, end });
    if (piece.length !== end - start) throw new Error('a piece of the file is too short');
    yield piece;
    start = end;
  }
}

/** Reads what is within one piece. */
type Reader = (range: ByteRange) => Promise<Uint8Array>;

const fromDatabase =
  ({ fileDb }: Pick<ApiDeps, 'fileDb'>, { id: fileId }: ProductFile): Reader =>
  async ({ start, end }) => {
    const seq = Math.floor(start / FILE_CHUNK_BYTES);
    const bytes = await readChunk(fileDb, { fileId, seq });
    return bytes.subarray(start - seq * FILE_CHUNK_BYTES, end - seq * FILE_CHUNK_BYTES);
  };

const fromStorage =
  (deps: FileDeps, sku: string, object: StoredObject): Reader =>
  (range) =>
    watched(deps, sku, async () => configured(deps.objects).read(object, range));
