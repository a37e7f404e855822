import { z } from 'zod';
import { Problem } from '../../../domain/problem';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { SkuInPath } from '../fields';
import { AdminProduct, readProduct, unknownSku } from './document';
import { storeFile, tooLarge } from './file-store';

const MOST_BYTES = 512 * 1024 * 1024;

/** The file that buyers of a digital product download. */
export const productFileRoutes = ({ db, clock }: Pick<ApiDeps, 'db' | 'clock'>): Route[] => [
  route({
    method: 'put',
    path: '/admin/products/{sku}/file',
    tag: 'Staff',
    summary: 'Upload the file of a digital product',
    description: 'Once the last byte is there it takes the place of the earlier file at one stroke.',
    params: SkuInPath,
    query: z.strictObject({
      filename: text(200)
        .regex(/^(?!\.{1,2}$)[^/\\]*$/, 'must be a name, not a path')
        .meta({ description: 'The name under which buyers save it.', example: 'how-the-tide-works.pdf' }),
    }),
    body: {
      raw: 'stream',
      contentType: 'application/octet-stream',
      description: 'The bytes, at most 512 MiB. Their Content-Type is kept for the download.',
    },
    answers: { 200: { description: 'The product with its new file.', schema: AdminProduct } },
    problems: ['unknown_sku', 'invalid_transition', 'payload_too_large', 'unsupported_media_type'],
    timeLimit: null,
    handle: async ({ params: { sku }, query: { filename }, req, res }) => {
      try {
        const product = await db.product.findUnique({ where: { sku }, select: { kind: true } });
        if (!product) throw unknownSku(sku);
        if (product.kind !== 'DIGITAL')
          throw new Problem('invalid_transition', `${sku} is physical: there is nothing to download.`);
        if (req.headers['content-encoding'])
          throw new Problem('unsupported_media_type', 'Send the bytes as they are, without Content-Encoding.');
        if (Number(req.headers['content-length'] ?? 0) > MOST_BYTES) throw tooLarge(MOST_BYTES);
        // Reading may stop half-way, and the answer must still go out by the same connection.
        const bytes = req.iterator({ destroyOnReturn: false });
        const contentType = contentTypeOf(req.headers['content-type']);
        await storeFile(db, { sku, filename, contentType, bytes, limit: MOST_BYTES, at: new Date(clock.now()) });
      } finally {
        // What is left of a refused body is not worth reading.
        if (!req.readableEnded) res.set('connection', 'close');
      }
      return { body: await readProduct(db, sku) };
    },
  }),
];

/** `curl --data-binary` calls everything a form, which says nothing about a file. */
const contentTypeOf = (given: string | undefined): string =>
  given && /^[\w.+-]+\/[\w.+-]+$/.test(given) && given !== 'application/x-www-form-urlencoded'
    ? given
    : 'application/octet-stream';
