import { removeAbandonedFiles } from '../store/catalogue/files';
import { removeOldCounts } from '../store/limits/counters';
import type { ApiDeps } from './deps';
import { forgetOldKeys } from './storefront/checkout/keys';

const PAUSE_MS = 600_000;

/**
 * Every ten minutes removes what is no longer kept: storefronts' Idempotency-Keys after a day, counters whose window
 * is over, files that belong to no product. Ends with the process.
 */
export function startHousekeeping(deps: Pick<ApiDeps, 'db' | 'clock' | 'log' | 'closing'>): void {
  const timer = setInterval(() => {
    Promise.all([
      forgetOldKeys(deps),
      removeOldCounts(deps.db, { at: new Date(deps.clock.now()) }),
      removeAbandonedFiles(deps.db, { at: new Date(deps.clock.now()) }),
    ]).catch((error: unknown) => deps.log.warn({ err: error }, 'housekeeping failed; trying again later'));
  }, PAUSE_MS).unref();
  deps.closing.addEventListener('abort', () => clearInterval(timer), { once: true });
}
