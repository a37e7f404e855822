import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { connectionCode } from './connection-code';
import type { Env } from './env';
import { faultOfAnswer, ObjectStoreError } from './object-store-error';

/** An object as it was when it was stored. */
export interface StoredObject {
  key: string;
  etag: string;
  /** Bytes. */
  size: number;
}

/** Storage that speaks S3's API. Everything rejects with an `ObjectStoreError`. */
export interface ObjectStore {
  /** The bytes from `start` up to, but not including, `end`; only if the object is still the one that was stored. */
  read(object: StoredObject, range: { start: number; end: number }): Promise<Uint8Array>;
  /** Resolves if the object is there, as it was stored. */
  check(object: StoredObject): Promise<void>;
  upload(object: { key: string; contentType: string }): ObjectUpload;
  /** Removes an object, if it is there. */
  remove(key: string): Promise<void>;
}

/** An object that is stored piece by piece. It is not there before `finish` resolves. */
export interface ObjectUpload {
  /** Pieces of `PART_BYTES`, except the last. */
  write(piece: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Resolves with the ETag. */
  finish(): Promise<string>;
  /** Frees what was written of an upload that did not finish. */
  abort(): Promise<void>;
}

/** S3 wants 5 MiB at least for each part but the last, and has 10 000 parts at most. */
export const PART_BYTES = 8 * 1024 * 1024;

/** Two tries of a read, and the pause between them, fit into the 10 s in which everything answers. */
const READ_MS = 4_000;
const WRITE_MS = 60_000;
const PAUSE_MS = 250;

interface Request {
  method: string;
  query?: string;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer> | string;
}

interface Answer {
  headers: Headers;
  bytes: Uint8Array;
}

/** What storage for files is reached with. */
export type ObjectStoreEnv = Pick<
  Env,
  | 'FILES_S3_ENDPOINT'
  | 'FILES_S3_BUCKET'
  | 'FILES_S3_REGION'
  | 'FILES_S3_KEY_ID'
  | 'FILES_S3_SECRET'
  | 'FILES_S3_PATH_STYLE'
>;

/** The storage that FILES_S3_* name; null without them. Does not connect. */
export function connectObjectStore(env: ObjectStoreEnv): ObjectStore | null {
  const { FILES_S3_ENDPOINT: endpoint, FILES_S3_BUCKET: bucket, FILES_S3_REGION: region } = env;
  const { FILES_S3_KEY_ID: accessKeyId, FILES_S3_SECRET: secretAccessKey } = env;
  if (!endpoint || !bucket || !accessKeyId || !secretAccessKey) return null;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });
  const base = env.FILES_S3_PATH_STYLE ? `${endpoint}/${bucket}` : endpoint.replace('://', `://${bucket}.`);

  const once = async (key: string, { method, query = '', headers, body }: Request): Promise<Answer> => {
    const hash = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const read = async (): Promise<Answer & { status: number }> => {
      const answer = await client.fetch(`${base}/${key}${query}`, {
        method,
        headers: { ...headers, 'x-amz-content-sha256': hash },
        ...(body !== undefined && { body }),
        redirect: 'manual',
        signal: AbortSignal.timeout(body === undefined ? READ_MS : WRITE_MS),
      });
      // Never read a whole file of which a range was wanted.
      const isWhole = headers?.range !== undefined && answer.status === 200;
      if (isWhole) await answer.body?.cancel();
      const bytes = isWhole ? new Uint8Array() : new Uint8Array(await answer.arrayBuffer());
      return { status: answer.status, headers: answer.headers, bytes };
    };
    const answer = await read().catch((error: unknown) => {
      throw new ObjectStoreError('away', connectionCode(error), { cause: error });
    });
    if (answer.status >= 300) throw faultOfAnswer(answer.status, textOf(answer));
    return answer;
  };

  /** Tries once more what may be better in a moment. */
  const ask = (key: string, request: Request): Promise<Answer> =>
    once(key, request).catch(async (error: unknown) => {
      if (!(error instanceof ObjectStoreError) || error.fault !== 'away') throw error;
      await setTimeout(PAUSE_MS);
      return once(key, request);
    });

  const read: ObjectStore['read'] = async ({ key, etag, size }, { start, end }) => {
    const range = { range: `bytes=${start}-${end - 1}`, 'if-match': etag };
    const { headers, bytes } = await ask(key, { method: 'GET', headers: range });
    const found = headers.get('content-range');
    if (found === null) throw new ObjectStoreError('refused', 'no_ranges');
    // Storage that does not know If-Match says by its ETag which object it has read.
    if (headers.get('etag') !== etag || found !== `bytes ${start}-${end - 1}/${size}` || bytes.length !== end - start)
      throw new ObjectStoreError('changed', 'etag_or_size');
    return bytes;
  };

  return {
    read,
    // Not by HEAD, whose answer has no body: a missing bucket would look like a missing object.
    async check(object) {
      await read(object, { start: 0, end: 1 });
    },
    upload: (object) => uploadInParts(ask, object),
    async remove(key) {
      await ask(key, { method: 'DELETE' }).catch((error: unknown) => {
        if (!(error instanceof ObjectStoreError) || error.fault !== 'missing') throw error;
      });
    },
  };
}

/** A multipart upload, begun with the first piece. A part that is sent twice is stored once. */
function uploadInParts(
  ask: (key: string, request: Request) => Promise<Answer>,
  { key, contentType }: { key: string; contentType: string },
): ObjectUpload {
  let upload: string | null = null;
  let size = 0;
  const parts: string[] = [];
  const begin = async (): Promise<string> => {
    const begun = await ask(key, { method: 'POST', query: '?uploads=', headers: { 'content-type': contentType } });
    const id = /<UploadId>([^<]+)<\/UploadId>/.exec(textOf(begun))?.[1];
    if (id === undefined) throw new ObjectStoreError('refused', 'no_upload_id');
    return encodeURIComponent(id);
  };
  return {
    async write(piece) {
      upload ??= await begin();
      const query = `?partNumber=${parts.length + 1}&uploadId=${upload}`;
      const { headers } = await ask(key, { method: 'PUT', query, body: piece });
      parts.push(headers.get('etag') ?? '');
      size += piece.length;
    },
    async finish() {
      const list = parts.map((etag, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
      const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`;
      // It may fail after it has said 200, and a second try finds no upload if only the answer to the first was lost:
      // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
      const said = await ask(key, { method: 'POST', query: `?uploadId=${upload}`, body }).catch((error: unknown) => {
        if (!(error instanceof ObjectStoreError) || error.fault !== 'missing') throw error;
        return null;
      });
      if (said !== null && /<Error>/.test(textOf(said))) throw faultOfAnswer(500, textOf(said));
      const { headers } = await ask(key, { method: 'HEAD' });
      const etag = headers.get('etag');
      if (etag === null || headers.get('content-length') !== String(size))
        throw new ObjectStoreError('refused', 'not_stored_whole');
      upload = null;
      return etag;
    },
    async abort() {
      if (upload !== null) await ask(key, { method: 'DELETE', query: `?uploadId=${upload}` });
    },
  };
}

const textOf = ({ bytes }: Pick<Answer, 'bytes'>): string => Buffer.from(bytes).toString();
