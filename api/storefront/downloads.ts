import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { Problem } from '../../domain/problem';
import { readToken } from '../../platform/links';
import { ObjectStoreError } from '../../platform/object-store-error';
import { findFile, type ProductFile } from '../../store/catalogue/files';
import type { Db } from '../../store/database';
import { countUse, type DownloadGrant, findGrant } from '../../store/orders/downloads';
import type { ApiDeps } from '../deps';
import { type Pieces, piecesOf } from '../files/pieces';
import { AtOnce } from '../http/at-once';
import { hasHungUp } from '../http/hung-up';
import { type Route, route } from '../http/route';
import { downloadProblemPage } from '../pages/problem-page';

/** A range that does not start at the first byte belongs to the use before it, if that was less than this ago. */
const SAME_USE_MS = 3_600_000;
/** How many ranges of one grant's file this process sends at once: as many as a download manager asks for. */
const RANGES_A_GRANT = 8;
/** How many uses of a grant it begins at once: until they are counted, nothing else limits them. */
const STARTS_A_GRANT = 8;

/** `GET /downloads/{token}` */
export function downloadRoutes(deps: ApiDeps): Route[] {
  const sending = new AtOnce(RANGES_A_GRANT);
  const starting = new AtOnce(STARTS_A_GRANT);
  return [
    route({
      method: 'get',
      path: '/downloads/{token}',
      tag: 'Storefront',
      summary: 'Download a purchased file',
      description:
        'A response that starts at byte 0 counts as one use. A range from elsewhere belongs to the use before it for an hour, and counts as a use after that. `HEAD` counts nothing. What is refused is a page to browsers (`Accept: text/html`).',
      params: z.object({ token: z.string() }),
      headers: z.object({ range: z.string().optional(), 'if-range': z.string().optional() }),
      answers: {
        200: {
          description: 'The whole file.',
          contentType: 'application/octet-stream',
          headers: {
            'Content-Disposition': 'The file name.',
            ETag: 'Changes with the bytes.',
            'Accept-Ranges': '`bytes`',
          },
        },
        206: {
          description: 'The requested range.',
          contentType: 'application/octet-stream',
          headers: { 'Content-Range': 'The range.' },
        },
      },
      problems: [
        'link_invalid',
        'link_expired',
        'link_revoked',
        'downloads_used_up',
        'not_found',
        'range_not_satisfiable',
        'rate_limited',
        'unavailable',
      ],
      pageForBrowsers: downloadProblemPage(deps.env),
      handle: async ({ params, headers, req, res }) => {
        const grant = await grantOf(deps, params.token);
        const now = new Date(deps.clock.now());
        refuse(grant, now);
        const file = await findFile(deps.db, { sku: grant.sku });
        if (!file) throw new Problem('not_found', 'The file is not available yet. Ask the shop.');

        const range = wantedRange(file, headers['if-range'], req, res);
        if (req.method === 'HEAD') {
          if (!withinUse(grant, now) && grant.used >= grant.allowed) throw usedUp();
          writeHead(res, file, range);
          res.end();
          return undefined;
        }
        const bytes = piecesOf(deps, file, range);
        const transfer = async (first: IteratorResult<Uint8Array, void>) => {
          if (res.headersSent) return; // answered `503` meanwhile
          writeHead(res, file, range);
          await send(deps, res, { sku: file.sku, first, bytes });
        };
        // The ranges that belong to a use have no number of their own, so there are only so many at once.
        if (range.start !== 0 && withinUse(grant, now)) {
          await oneOf(sending, grant, async () => transfer(await bytes.next()));
          return undefined;
        }
        const first = await oneOf(starting, grant, async () => {
          if (grant.used >= grant.allowed) throw usedUp();
          const read = await bytes.next(); // first of all: a file that cannot be read costs no use
          if (!res.headersSent) await use(deps.db, grant, now);
          return read;
        });
        await transfer(first);
        return undefined;
      },
    }),
  ];
}

async function oneOf<T>(some: AtOnce, { id }: DownloadGrant, work: () => Promise<T>): Promise<T> {
  const done = some.enter(id);
  if (!done)
    throw new Problem('rate_limited', 'This file is being sent several times already. Let one finish first.', {
      retryAfter: 5,
    });
  try {
    return await work();
  } finally {
    done();
  }
}

async function grantOf({ db, env }: ApiDeps, token: string): Promise<DownloadGrant> {
  const id = readToken(env.SIGNING_SECRET, 'download', token);
  const grant = id !== null && UUID.test(id) ? await findGrant(db, { id }) : null;
  if (grant === null) throw new Problem('link_invalid', 'This link is incomplete or was not issued by this shop.');
  return grant;
}

function refuse({ revokedAt, revokedByDispute, expiresAt }: DownloadGrant, now: Date): void {
  if (revokedAt)
    throw new Problem(
      'link_revoked',
      revokedByDispute ? 'The payment was taken back through the bank.' : 'The purchase was cancelled or refunded.',
    );
  if (expiresAt <= now)
    throw new Problem('link_expired', 'This download link has expired. Ask the shop for a new link.');
}

const withinUse = ({ lastUseAt }: DownloadGrant, now: Date): boolean =>
  lastUseAt !== null && now.getTime() - lastUseAt.getTime() < SAME_USE_MS;

async function use(db: Db, { id }: DownloadGrant, now: Date): Promise<void> {
  if (await countUse(db, { id, at: now })) return;
  const grant = await findGrant(db, { id });
  if (grant) refuse(grant, now);
  throw usedUp();
}

const usedUp = () => new Problem('downloads_used_up', 'All downloads of this purchase are used up. Ask the shop.');

const etagOf = ({ sha256 }: ProductFile): string => `"${sha256}"`;

/** From `start` up to, but not including, `end`. `partial` when a range was requested, even if it is the whole file. */
interface ByteRange {
  start: number;
  end: number;
  partial: boolean;
}

/**
 * The requested range, or the whole file: when the file has changed since (If-Range), when several ranges or another
 * unit are requested, and when the header cannot be read (RFC 9110, 14.2: a server may ignore it).
 */
function wantedRange(file: ProductFile, ifRange: string | undefined, req: Request, res: Response): ByteRange {
  const whole = { start: 0, end: file.size, partial: false };
  if (ifRange !== undefined && ifRange !== etagOf(file)) return whole;
  const ranges = req.range(file.size);
  if (ranges === -1) return unsatisfiable(file, req, res);
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes') return whole;
  const [range, another] = ranges;
  return range && !another ? { start: range.start, end: range.end + 1, partial: true } : whole;
}

/**
 * Express's parser calls two more things unsatisfiable than RFC 9110 does (14.1.1 and 14.1.2): a range that ends
 * before it begins is invalid, so it is ignored, and a suffix longer than the file is the whole of it.
 */
function unsatisfiable({ size }: ProductFile, req: Request, res: Response): ByteRange {
  const [first = '', last = ''] = (req.headers.range ?? '').replace(/^\w+=/, '').split('-');
  if (first.trim() === '' && Number(last) > size && size > 0) return { start: 0, end: size, partial: true };
  if (first.trim() !== '' && last.trim() !== '' && Number(last) < Number(first))
    return { start: 0, end: size, partial: false };
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

interface Sending {
  sku: string;
  first: IteratorResult<Uint8Array, void>;
  /** What follows the first. */
  bytes: Pieces;
}

/** Sends the bytes one piece at a time, as fast as the client reads them. */
async function send({ log }: ApiDeps, res: Response, { sku, first, bytes }: Sending): Promise<void> {
  try {
    await pipeline(Readable.from(startingWith(first, bytes)), res);
  } catch (error) {
    res.destroy();
    // Storage that fails has an alarm of its own.
    const level = error instanceof ObjectStoreError ? 'warn' : 'error';
    if (!hasHungUp(error)) log[level]({ err: error, sku }, 'a download broke off');
  }
}

async function* startingWith(first: Sending['first'], rest: Pieces): Pieces {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
