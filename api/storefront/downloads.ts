import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { FILE_CHUNK_BYTES } from '../../domain/files';
import { Problem } from '../../domain/problem';
import { readToken } from '../../platform/links';
import type { DownloadGrant, ProductFile } from '../../prisma/generated/client';
import type { Db } from '../../store/database';
import type { ApiDeps } from '../deps';
import { type ByteRange, rangeOf } from '../http/byte-range';
import { type Route, route } from '../http/route';

/** Ranges that do not start at the first byte belong to the use that came less than this before. */
const SAME_USE_MS = 3_600_000;

/** `GET /downloads/{token}` */
export const downloadRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'get',
    path: '/downloads/{token}',
    tag: 'Storefront',
    summary: 'A bought file',
    description:
      'A use is an answer that starts at byte 0; ranges from elsewhere within the hour belong to it, and later ones are uses themselves. `HEAD` uses nothing.',
    params: z.object({ token: z.string() }),
    headers: z.object({ range: z.string().optional(), 'if-range': z.string().optional() }),
    answers: {
      200: {
        description: 'The whole file.',
        contentType: 'application/octet-stream',
        headers: { 'Content-Disposition': 'Its name.', ETag: 'Changes with its bytes.', 'Accept-Ranges': '`bytes`' },
      },
      206: {
        description: 'The range asked for.',
        contentType: 'application/octet-stream',
        headers: { 'Content-Range': 'Which.' },
      },
    },
    problems: [
      'link_invalid',
      'link_expired',
      'link_revoked',
      'downloads_used_up',
      'not_found',
      'range_not_satisfiable',
    ],
    timeLimit: null,
    handle: async ({ params, headers, req, res }) => {
      const grant = await grantOf(deps, params.token);
      const now = new Date(deps.clock.now());
      refuse(grant, now);
      const file = await deps.db.productFile.findUnique({ where: { sku: grant.sku } });
      if (!file) throw new Problem('not_found', 'The file is not here yet. Ask the shop.');

      const range = wantedRange(file, headers, res);
      if (req.method === 'HEAD') {
        if (!withinUse(grant, now) && grant.used >= grant.allowed) throw usedUp();
      } else if (range.start === 0 || !withinUse(grant, now)) await use(deps.db, grant, now);
      writeHead(res, file, range);
      if (req.method === 'HEAD') res.end();
      else await send(deps, req, res, file, range);
      return undefined;
    },
  }),
];

async function grantOf({ db, env }: ApiDeps, token: string): Promise<DownloadGrant> {
  const id = readToken(env.SIGNING_SECRET, 'download', token);
  const grant = id !== null && UUID.test(id) ? await db.downloadGrant.findUnique({ where: { id } }) : null;
  if (grant === null) throw new Problem('link_invalid', 'This link was not made here, or not whole.');
  return grant;
}

function refuse({ revokedAt, expiresAt }: DownloadGrant, now: Date): void {
  if (revokedAt) throw new Problem('link_revoked', 'The purchase was refunded.');
  if (expiresAt <= now)
    throw new Problem('link_expired', 'The time for this download is over. Ask the shop for a new link.');
}

const withinUse = ({ lastUseAt }: DownloadGrant, now: Date): boolean =>
  lastUseAt !== null && now.getTime() - lastUseAt.getTime() < SAME_USE_MS;

/** Counts a use, in one statement: of many at once, no more than are allowed. */
async function use(db: Db, { id }: DownloadGrant, now: Date): Promise<void> {
  const counted = await db.$executeRaw`
    UPDATE download_grants SET used = used + 1, last_use_at = ${now}
    WHERE id = ${id}::uuid AND used < allowed AND revoked_at IS NULL AND expires_at > ${now}`;
  if (counted === 1) return;
  refuse(await db.downloadGrant.findUniqueOrThrow({ where: { id } }), now);
  throw usedUp();
}

const usedUp = () => new Problem('downloads_used_up', 'This file was downloaded as often as was bought. Ask the shop.');

const etagOf = ({ sha256 }: ProductFile): string => `"${sha256}"`;

/** The range asked for; of a file that has changed since (If-Range), all of it. */
function wantedRange(
  file: ProductFile,
  headers: { range?: string | undefined; 'if-range'?: string | undefined },
  res: Response,
): ByteRange {
  const size = Number(file.size);
  const same = headers['if-range'] === undefined || headers['if-range'] === etagOf(file);
  const range = rangeOf(same ? headers.range : undefined, size);
  if (range !== 'unsatisfiable') return range;
  res.set('content-range', `bytes */${size}`);
  throw new Problem('range_not_satisfiable', `The file has ${size} bytes.`);
}

function writeHead(res: Response, file: ProductFile, { start, end, partial }: ByteRange): void {
  res.attachment(file.filename);
  res.set({
    'content-type': file.contentType,
    'content-length': String(end - start),
    'accept-ranges': 'bytes',
    etag: etagOf(file),
    'cache-control': 'private, no-store',
    ...(partial && { 'content-range': `bytes ${start}-${end - 1}/${file.size}` }),
  });
  res.status(partial ? 206 : 200);
}

/** Sends the bytes a piece at a time, as fast as they are taken. */
async function send(
  { db, log }: ApiDeps,
  req: Request,
  res: Response,
  file: ProductFile,
  range: ByteRange,
): Promise<void> {
  try {
    await pipeline(Readable.from(pieces(db, file.id, range)), res);
  } catch (error) {
    res.destroy();
    if (!req.destroyed) log.error({ err: error, sku: file.sku }, 'a download broke off');
  }
}

async function* pieces(db: Db, fileId: string, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; ) {
    const seq = Math.floor(at / FILE_CHUNK_BYTES);
    const { bytes } = await db.productFileChunk.findUniqueOrThrow({ where: { fileId_seq: { fileId, seq } } });
    const from = at - seq * FILE_CHUNK_BYTES;
    const piece = bytes.subarray(from, Math.min(bytes.length, from + end - at));
    if (piece.length === 0) throw new Error('a piece of the file is shorter than it should be');
    yield piece;
    at += piece.length;
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
