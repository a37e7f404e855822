import { openAlarms } from '../../../store/alarms/alarms';
import { removeAbandonedFiles } from '../../../store/catalogue/files';
import { forgetAttempts } from '../../../store/checkouts/forget';
import { forgetKeys } from '../../../store/checkouts/keys';
import { hasOpenedSince, latestSessions } from '../../../store/checkouts/latest';
import { removeOldStrays } from '../../../store/checkouts/strays';
import { removeOldCounts } from '../../../store/limits/counters';
import { claimWaitingMails, countWaitingMails } from '../../../store/mails/waiting';
import { removeForeignNotices } from '../../../store/notices/prune';
import { countOpenByKind, removeSettled } from '../../../store/reconciliation/discrepancies';
import { readMark } from '../../../store/reconciliation/marks';
import { sweptUntil } from '../../../store/reconciliation/sweeps';
import { before, DAY, expect, HOUR, type Probe } from './probe';

/** What each scrape of the metrics asks, and what a worker asks every quarter of a minute. */
export const METRICS: Probe[] = [
  { name: 'open differences, by kind', run: (db) => countOpenByKind(db) },
  { name: 'open alarms', run: (db) => openAlarms(db) },
  { name: 'swept until', run: async (db) => expect((await sweptUntil(db)) !== null, 'a time') },
  { name: 'mails that wait', run: async (db) => expect((await countWaitingMails(db)) === 2, 'two') },
  {
    name: 'claim the mails that are due',
    run: (db, { at }) => claimWaitingMails(db, { limit: 20, at, leasedUntil: new Date(at.getTime() + 60_000) }),
  },
  {
    name: 'whether a checkout was opened since',
    run: (db, { at }) => hasOpenedSince(db, { currency: 'eur', shippingRate: null, since: before(at, HOUR) }),
  },
  {
    name: 'the latest sessions',
    run: async (db) => expect((await latestSessions(db, { since: null, limit: 3 })).length === 3, 'three'),
  },
];

/** What is removed every ten minutes. */
export const HOUSEKEEPING: Probe[] = [
  { name: 'forget Idempotency-Keys', run: (db, { at }) => forgetKeys(db, { before: before(at, DAY) }) },
  {
    name: 'forget checkouts without an order',
    run: async (db, { shop }) => {
      const since = await readMark(db, 'attempts-forgotten');
      const done = await forgetAttempts(db, { since: since ?? new Date(0), before: before(shop.now, DAY + HOUR) });
      expect(done !== null, 'a few were looked at');
    },
  },
  { name: 'remove counters', run: (db, { at }) => removeOldCounts(db, { at }) },
  { name: 'remove files of no product', run: (db, { at }) => removeAbandonedFiles(db, null, { at }) },
  {
    name: 'remove sessions that are not ours',
    run: (db, { shop }) => removeOldStrays(db, { before: before(shop.now, 35 * DAY) }),
  },
  {
    name: 'remove notices that are not ours',
    run: (db, { shop }) => removeForeignNotices(db, { before: before(shop.now, 35 * DAY) }),
  },
  {
    name: 'remove settled differences',
    run: (db, { shop }) => removeSettled(db, { before: before(shop.now, 365 * DAY) }),
  },
];
