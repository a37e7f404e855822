import { z } from 'zod';
import { MOST_PICTURES, MOST_SIZES } from '../../../domain/picture';
import { readFormat } from '../../../domain/picture-format';
import { Problem } from '../../../domain/problem';
import {
  type PictureGoal,
  type PictureOutcome,
  type PictureUpload,
  removePicture,
  storePicture,
} from '../../../store/catalogue/pictures';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { text } from '../../http/schemas';
import { SkuInPath } from '../fields';
import { AdminProduct, readProduct, unknownSku } from './document';

const MOST_BYTES = 5 * 1024 * 1024;

const Place = SkuInPath.extend({
  place: z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST_PICTURES)
    .meta({ description: 'Where it stands among the pictures of the product, from 1.', example: 1 }),
});

const BYTES = {
  raw: { limit: MOST_BYTES },
  contentType: 'application/octet-stream',
  description: 'The bytes of a PNG, JPEG, WebP or AVIF, at most 5 MiB. What it is, is read from the bytes.',
};

/** The uploaded pictures of a product. */
export function productPictureRoutes({
  db,
  env,
  clock,
  shown,
}: Pick<ApiDeps, 'db' | 'env' | 'clock' | 'shown'>): Route[] {
  const changed = { 200: { description: 'The product with its pictures.', schema: AdminProduct } };
  const store = async (sku: string, goal: PictureGoal, body: unknown) => {
    const outcome = await storePicture(db, { sku, goal, upload: uploadOf(body), at: new Date(clock.now()) });
    return answer(sku, outcome);
  };
  const answer = async (sku: string, outcome: PictureOutcome) => {
    shown.forget();
    if (outcome === 'unknown') throw unknownSku(sku);
    if (outcome === 'no-place') throw new Problem('invalid_transition', NO_PLACE);
    return { body: await readProduct({ db, env }, sku) };
  };
  return [
    route({
      method: 'put',
      path: '/admin/products/{sku}/pictures/{place}',
      tag: 'Staff',
      summary: 'Upload a picture of a product',
      description:
        'Shows it at this place, instead of the one that stands there and its sizes, or as one more at the end. The first is the product’s `imageUrl`.',
      params: Place,
      query: z.strictObject({
        alt: text(500).optional().meta({ description: 'What it shows. Left out: what was said of the one before.' }),
      }),
      body: BYTES,
      answers: changed,
      problems: ['unknown_sku', 'invalid_transition', 'payload_too_large', 'unsupported_media_type'],
      handle: ({ params: { sku, place }, query: { alt = null }, req }) =>
        store(sku, { as: 'picture', place: place - 1, alt }, req.body),
    }),
    route({
      method: 'put',
      path: '/admin/products/{sku}/pictures/{place}/sizes',
      tag: 'Staff',
      summary: 'Upload another width of a picture',
      description:
        'Adds it to the `sizes` of the picture at this place, in place of an earlier one in the same width. Holdfast does not resize pictures.',
      params: Place,
      body: BYTES,
      answers: changed,
      problems: ['unknown_sku', 'invalid_transition', 'payload_too_large', 'unsupported_media_type'],
      handle: ({ params: { sku, place }, req }) => store(sku, { as: 'size', place: place - 1 }, req.body),
    }),
    route({
      method: 'delete',
      path: '/admin/products/{sku}/pictures/{place}',
      tag: 'Staff',
      summary: 'Remove a picture',
      description: 'Those behind it move up. An uploaded picture that no product shows is removed after a day.',
      params: Place,
      answers: changed,
      problems: ['unknown_sku', 'invalid_transition'],
      handle: async ({ params: { sku, place } }) =>
        answer(sku, await removePicture(db, { sku, place: place - 1, at: new Date(clock.now()) })),
    }),
  ];
}

function uploadOf(body: unknown): PictureUpload {
  const bytes = Buffer.isBuffer(body) ? new Uint8Array(body) : new Uint8Array();
  const format = readFormat(bytes);
  if (format) return { ...format, bytes };
  throw new Problem('unsupported_media_type', 'This is not a complete PNG, JPEG, WebP or AVIF.');
}

const NO_PLACE = `There is no picture at this place or before it, or it has ${MOST_SIZES} sizes already.`;
