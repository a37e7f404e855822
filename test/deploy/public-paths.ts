import { apiRoutes } from '../../api/app';
import type { ApiDeps } from '../../api/deps';
import { systemClock } from '../../platform/clock';
import { loadEnv } from '../../platform/env';
import { BARE } from '../api/bare';

/** The first parts of all paths of the API but those that stay inside, sorted. */
export function publicPaths(): string[] {
  const env = loadEnv(BARE);
  const temporal = { options: { namespace: 'default' } };
  const closing = new AbortController().signal;
  const routes = apiRoutes({ env, temporal, closing, clock: systemClock } as unknown as ApiDeps);
  const paths = new Set([...routes.map(({ path }) => `/${path.split('/')[1]}`), '/openapi.json', '/docs']);
  for (const inside of ['/metrics', '/readyz']) paths.delete(inside);
  return [...paths].sort();
}
