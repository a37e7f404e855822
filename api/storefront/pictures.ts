import { z } from 'zod';
import { isPictureId } from '../../domain/picture';
import { Problem } from '../../domain/problem';
import { readPicture } from '../../store/catalogue/pictures';
import type { Db } from '../../store/database';
import type { ApiDeps } from '../deps';
import { CONDITIONAL } from '../http/caching';
import { type Route, route } from '../http/route';

/** An uploaded picture never changes: another one has another address. */
const CACHE_CONTROL = 'public, max-age=31536000, immutable';

const HEADERS = {
  ETag: 'Names the bytes.',
  'Cache-Control': `\`${CACHE_CONTROL}\``,
  'Cross-Origin-Resource-Policy': '`cross-origin`: a page of any origin may show it.',
};

/** How many pictures a process keeps in memory, of 5 MiB at most each: all who ask for one share its bytes. */
const KEPT = 12;

/** The pictures that were asked for last. A stranger who asks often takes no connection from those who download. */
class RecentPictures {
  private readonly kept = new Map<string, ReturnType<typeof readPicture>>();

  constructor(private readonly db: Db) {}

  read(id: string): ReturnType<typeof readPicture> {
    const found = this.kept.get(id) ?? readPicture(this.db, id);
    this.kept.delete(id);
    this.kept.set(id, found); // as the latest
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
    const forget = () => {
      if (this.kept.get(id) === found) this.kept.delete(id);
    };
    found.then((picture) => picture === null && forget(), forget);
    return found;
  }
}

/** `GET /pictures/{id}` */
export const pictureRoutes = ({ fileDb }: Pick<ApiDeps, 'fileDb'>, recent = new RecentPictures(fileDb)): Route[] => [
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
      const picture = isPictureId(id) && !isKept ? await recent.read(id) : null;
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

/** The same bytes, without a copy. */
const shared = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);
