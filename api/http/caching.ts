import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Answer, DocumentedAnswer } from './route';

/**
 * For answers that are the same for everyone and may be a few seconds old: three while fresh and two more while a cache
 * fetches them anew.
 */
const CACHE_CONTROL = 'public, max-age=3, stale-while-revalidate=2';

/**
 * An answer that browsers and caches in between may keep for a moment, and then ask whether it is still right: Express
 * answers `304` where `If-None-Match` names its ETag. The tag is strong, for it is made of the bytes of the body.
 */
export function cacheable(body: unknown): Answer {
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('base64url');
  return { body, headers: { etag: `"${hash}"`, 'cache-control': CACHE_CONTROL } };
}

/** What a route declares whose answers are `cacheable`. */
export const CONDITIONAL = z.object({
  'if-none-match': z
    .string()
    .optional()
    .meta({ description: 'The ETag of an earlier answer: `304` while nothing has changed.' }),
});
export const CACHED = {
  ETag: 'Changes with the body.',
  'Cache-Control': `\`${CACHE_CONTROL}\``,
};
export const NOT_MODIFIED: DocumentedAnswer = {
  description: 'Nothing has changed since the answer with this ETag.',
  headers: CACHED,
};
