import { z } from 'zod';
import { isPictureId } from '../../domain/picture';
import { Problem } from '../../domain/problem';
import { readPicture } from '../../store/catalogue/pictures';
import type { ApiDeps } from '../deps';
import { CONDITIONAL } from '../http/caching';
import { type Route, route } from '../http/route';
import { SharedQueries } from '../http/shared-queries';

/** An uploaded picture never changes: another one has another address. */
const CACHE_CONTROL = 'public, max-age=31536000, immutable';

const HEADERS = {
  ETag: 'Names the bytes.',
  'Cache-Control': `\`${CACHE_CONTROL}\``,
  'Cross-Origin-Resource-Policy': '`cross-origin`: a page of any origin may show it.',
};

/**
 * `GET /pictures/{id}`: all who ask for a picture at once share one reading of it, so that a crowd takes one connection
 * from those who download, and no memory for each of them.
 */
export function pictureRoutes({ fileDb }: Pick<ApiDeps, 'fileDb'>): Route[] {
  const readings = new SharedQueries<Awaited<ReturnType<typeof readPicture>>>();
  return [
    route({
      method: 'get',
      path: '/pictures/{id}',
      tag: 'Storefront',
      summary: 'A picture of a product that was uploaded',
      description: 'Its address is in `images` of the product. It is kept for a year without asking again.',
      params: z.object({ id: z.string() }),
      headers: CONDITIONAL,
      answers: {
        200: { description: 'The picture: PNG, JPEG, WebP or AVIF.', contentType: 'image/*', headers: HEADERS },
        304: { description: 'The picture with this ETag.', headers: HEADERS },
      },
      problems: ['not_found'],
      handle: async ({ params: { id }, headers, res }) => {
        const etag = `"${id}"`;
        const isKept = isPictureId(id) && headers['if-none-match']?.includes(etag) === true;
        const picture = isPictureId(id) && !isKept ? await readings.ask(id, () => readPicture(fileDb, id)) : null;
        if (picture === null && !isKept)
          throw new Problem('not_found', 'There is no such picture, or no product shows it any more.');
        if (res.headersSent) return undefined; // answered `503` meanwhile
        res.set({ etag, 'cache-control': CACHE_CONTROL, 'cross-origin-resource-policy': 'cross-origin' });
        if (picture) res.type(picture.contentType).send(shared(picture.bytes));
        else res.status(304).end();
        return undefined;
      },
    }),
  ];
}

/** The same bytes, without a copy. */
const shared = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);
