import { removeResolved } from '../store/alarms/alarms';
import { removeOldBulks } from '../store/bulk/bulks';
import { removeAbandonedFiles } from '../store/catalogue/files';
import { removeUnusedPictures } from '../store/catalogue/pictures';
import { forgetAttempts } from '../store/checkouts/forget';
import { removeOldStrays } from '../store/checkouts/strays';
import { removeOldDeliveries } from '../store/events/deliveries';
import { removeOldCounts } from '../store/limits/counters';
import { removeOldNotices } from '../store/mails/notices';
import { removeOldReports } from '../store/mails/staff-reports';
import { removeForeignNotices } from '../store/notices/prune';
import { removeSettled } from '../store/reconciliation/discrepancies';
import { moveMark, readMark } from '../store/reconciliation/marks';
import { removeOldStockRequests } from '../store/stock/requests';
import type { ApiDeps } from './deps';
import { tendFileAlarms } from './files/alarms';
import { forgetOldKeys } from './storefront/checkout/keys';

const PAUSE_MS = 600_000;
/** Well within the ten minutes after which an outage is an alarm. */
const TEND_FILES_MS = 60_000;
const DAY_MS = 86_400_000;
/** A session is open for a day at most. An hour later, its checkout has become an order or never will. */
const ATTEMPT_MS = DAY_MS + 3_600_000;
/** Longer than Stripe lists events, so that no sweep finds the session again. */
const STRAY_MS = 35 * DAY_MS;
/** How long an alarm about the account is kept that has ended. */
const ALARM_MS = 30 * DAY_MS;
/** How long an event to the receiver is kept, whatever became of it. */
const EVENT_MS = 30 * DAY_MS;
/** How long a difference is kept that is settled, a bulk that is over, and what was mailed to staff about no order. */
const SETTLED_MS = 365 * DAY_MS;

/** How long somebody waits for a product to come back. */
const WAITED_MS = 180 * DAY_MS;

type HousekeepingDeps = Pick<ApiDeps, 'db' | 'objects' | 'clock' | 'log'>;

/**
 * Removes every ten minutes what is no longer kept, and looks every minute at what storage for files has refused. Ends
 * with the process.
 */
export function startHousekeeping(deps: HousekeepingDeps & Pick<ApiDeps, 'closing'>): void {
  const tend = () =>
    tendFileAlarms(deps).catch((err: unknown) => deps.log.warn({ err }, 'could not check file storage'));
  const timers = [setInterval(() => void keepHouse(deps), PAUSE_MS), setInterval(tend, TEND_FILES_MS)];
  for (const timer of timers) timer.unref();
  deps.closing.addEventListener('abort', () => timers.forEach(clearInterval), { once: true });
}

/**
 * Removes what is no longer kept: storefronts' Idempotency-Keys and checkouts that never became an order after a day,
 * counters whose window is over, files that belong to no product, pictures that no product shows, alarms that ended
 * and events that happened a month ago, sessions and notices that are not ours and mails to customers about no order
 * after five weeks, requests to hear of a product after half a year, and after a year mails to staff about no order,
 * differences that were settled, and bulks that ended.
 */
export async function keepHouse(deps: HousekeepingDeps): Promise<void> {
  const { db, objects, clock, log } = deps;
  const now = clock.now();
  const at = new Date(now);
  const chores = await Promise.allSettled([
    forgetOldKeys(deps),
    forgetOldAttempts(db, new Date(now - ATTEMPT_MS)),
    removeOldCounts(db, { at }),
    removeAbandonedFiles(db, objects, { at }),
    removeUnusedPictures(db, { before: new Date(now - DAY_MS) }),
    removeOldStrays(db, { before: new Date(now - STRAY_MS) }),
    removeForeignNotices(db, { before: new Date(now - STRAY_MS) }),
    removeResolved(db, { before: new Date(now - ALARM_MS) }),
    removeSettled(db, { before: new Date(now - SETTLED_MS) }),
    removeOldDeliveries(db, { before: new Date(now - EVENT_MS) }),
    removeOldStockRequests(db, { before: new Date(now - WAITED_MS) }),
    removeOldNotices(db, { before: new Date(now - STRAY_MS) }),
    removeOldReports(db, { before: new Date(now - SETTLED_MS) }),
    removeOldBulks(db, { before: new Date(now - SETTLED_MS) }),
  ]);
  for (const chore of chores)
    if (chore.status === 'rejected') log.warn({ err: chore.reason }, 'housekeeping failed; trying again later');
}

/** Each checkout is looked at once, from where the last look ended, by whichever process. */
async function forgetOldAttempts(db: ApiDeps['db'], before: Date): Promise<void> {
  let done = await readMark(db, 'attempts-forgotten');
  for (;;) {
    done = await forgetAttempts(db, { since: done ?? new Date(0), before });
    if (done === null) return;
    await moveMark(db, { name: 'attempts-forgotten', at: done });
  }
}
