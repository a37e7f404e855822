import { removeAbandonedFiles } from '../store/catalogue/files';
import { removeOldCounts } from '../store/limits/counters';
import type { ApiDeps } from './deps';
import { forgetOldKeys } from './storefront/checkout/keys';

const PAUSE_MS = 600_000;

/**
 * Now and then removes what is no longer kept: keys of storefronts after a day, counters whose time is over, files that are nobody's. Ends
 * with the process.
 */
export function keepTidy(deps: Pick<ApiDeps, 'db' | 'clock' | 'log' | 'closing'>): void {
  const timer = setInterval(() => {
    Promise.all([
      forgetOldKeys(deps),
      removeOldCounts(deps.db, { at: new Date(deps.clock.now()) }),
      removeAbandonedFiles(deps.db, { at: new Date(deps.clock.now()) }),
    ]).catch((error: unknown) =>
      deps.log.warn({ err: error }, 'what is no longer kept could not be removed; trying again later'),
    );
  }, PAUSE_MS).unref();
  deps.closing.addEventListener('abort', () => clearInterval(timer), { once: true });
}
