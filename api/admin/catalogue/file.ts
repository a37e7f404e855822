import { z } from 'zod';
import { Problem } from '../../../domain/problem';
import { ObjectStoreError } from '../../../platform/object-store-error';
import { findKind } from '../../../store/catalogue/products';
import { storeFile, type UploadOutcome } from '../../../store/catalogue/upload';
import type { ApiDeps } from '../../deps';
import { watched } from '../../files/alarms';
import { invalid } from '../../http/parse';
import { type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { SkuInPath } from '../fields';
import { AdminProduct, readProduct, unknownSku } from './document';

const MOST_BYTES = 512 * 1024 * 1024;

/** The file that buyers of a digital product download. */
export const productFileRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'put',
    path: '/admin/products/{sku}/file',
    tag: 'Staff',
    summary: 'Upload the file of a digital product',
    description: 'Replaces the earlier file at once, when the last byte has arrived.',
    params: SkuInPath,
    query: z.strictObject({
      filename: text(200)
        .regex(/^(?!\.{1,2}$)[^/\\]*$/, 'must be a name, not a path')
        .meta({ description: 'The file name that buyers see.', example: 'fresh-for-longer.pdf' }),
    }),
    body: {
      raw: 'stream',
      contentType: 'application/octet-stream',
      description: 'The bytes, at most 512 MiB. The download has the same Content-Type.',
    },
    answers: { 200: { description: 'The product with its new file.', schema: AdminProduct } },
    problems: ['unknown_sku', 'invalid_transition', 'payload_too_large', 'unsupported_media_type', 'unavailable'],
    handle: async ({ params: { sku }, query: { filename }, req, res }) => {
      const { db, clock, objects } = deps;
      try {
        const kind = await findKind(db, { sku });
        if (kind === null) throw unknownSku(sku);
        if (kind !== 'DIGITAL' && kind !== 'KEYS')
          throw new Problem('invalid_transition', `${sku} is ${NO_FILE[kind]}.`);
        if (req.headers['content-encoding'])
          throw new Problem('unsupported_media_type', 'Send the bytes as they are, without Content-Encoding.');
        if (Number(req.headers['content-length'] ?? 0) > MOST_BYTES) throw REFUSALS['too-large'](sku);
        // Reading may stop half-way, and the response must still be sent on the same connection.
        const bytes = req.iterator({ destroyOnReturn: false });
        const contentType = contentTypeOf(req.headers['content-type']);
        const at = new Date(clock.now());
        const upload = { sku, filename, contentType, bytes, limit: MOST_BYTES, at };
        const outcome = await watched(deps, sku, () => storeFile(db, objects, upload).catch(asUnfinished));
        if (outcome !== 'stored') throw REFUSALS[outcome](sku);
      } finally {
        // Close the connection instead of reading the rest of a refused body.
        if (!req.readableEnded) res.set('connection', 'close');
      }
      return { body: await readProduct(deps, sku) };
    },
  }),
];

/**
 * Storage that misses what is being uploaded has lost the upload, or has not put its parts together yet: the product's
 * earlier file is not concerned, and sending the file again mends it.
 */
function asUnfinished(error: unknown): never {
  const isLost = error instanceof ObjectStoreError && (error.fault === 'missing' || error.fault === 'changed');
  throw isLost ? new ObjectStoreError('away', error.code, { cause: error }) : error;
}

const NO_FILE = {
  PHYSICAL: 'physical: there is nothing to download',
  BUNDLE: 'a bundle: its buyers download what is in it',
};

const REFUSALS: Record<Exclude<UploadOutcome, 'stored'>, (sku: string) => Problem> = {
  'too-large': () => new Problem('payload_too_large', `A file may have at most ${MOST_BYTES} bytes.`),
  empty: () => invalid([{ path: '', message: 'the file is empty' }]),
  'not-digital': (sku) =>
    new Problem('invalid_transition', `${sku} is no longer a digital product with a file of its own.`),
};

/** `curl --data-binary` calls everything a form, which says nothing about a file. */
const contentTypeOf = (given: string | undefined): string =>
  given && /^[\w.+-]+\/[\w.+-]+$/.test(given) && given !== 'application/x-www-form-urlencoded'
    ? given
    : 'application/octet-stream';
