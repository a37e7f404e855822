import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../../domain/ids';
import type { SweepWindow } from '../../../domain/sweep';
import { readOwedMails } from '../../../store/mails/owed';
import { cancelsRequestedSince } from '../../../store/orders/cancel';
import { knownObjects, knownSessions } from '../../../store/reconciliation/known';
import { noteDifferences, restartedOften, settleRepairs } from '../../../store/reconciliation/repairs';
import { noteSkip, readSkips } from '../../../store/reconciliation/skips';
import {
  completeSweep,
  failAbandonedSweeps,
  lastSweepEnd,
  readMarks,
  startSweep,
} from '../../../store/reconciliation/sweeps';
import {
  countUnfinished,
  ordersPaidSince,
  ordersWithUnmailedParcels,
  overdueHolds,
  reviewsSilentSince,
  type UnfinishedKind,
  unfinished,
  unfinishedOrders,
} from '../../../store/reconciliation/unfinished';
import { refundsSilentSince } from '../../../store/refunds/waiting';
import { paymentOf, refundOf, sessionOf } from '../shops';
import { ageOf, before, DAY, expect, HOUR, type Probe, type Visit } from './probe';

/** How far back these sweeps look: a few dozen orders. */
const BACK_MS = 3 * HOUR;
const sweepOf = ({ turn }: Visit) => `00000000-0000-4000-9000-${(turn + 1).toString(16).padStart(12, '0')}`;
/** So many of the past at a time as Stripe lists on a page, or Temporal. */
const someOf = (visit: Visit, count: number): number[] =>
  Array.from({ length: count }, (_, index) => (ageOf(visit, 4, 99) + index * 13) % visit.shop.orders);
const sessionsOf = (visit: Visit, count: number): SessionId[] => someOf(visit, count).map(sessionOf);

/** What a sweep asks and writes, from its beginning to its end. */
export const SWEEP: Probe[] = [
  { name: 'read the marks', run: async (db) => expect((await readMarks(db)).last !== null, 'the marks') },
  {
    name: 'begin a sweep',
    run: async (db, visit) => {
      await startSweep(db, { id: sweepOf(visit), trigger: 'schedule', window: windowOf(visit), at: visit.at });
      await failAbandonedSweeps(db, { before: before(visit.at, 6 * HOUR), at: visit.at });
    },
  },
  {
    name: 'of 1,000 runs, the orders that have not ended',
    run: (db, visit) => unfinishedOrders(db, sessionsOf(visit, 1_000)),
  },
  {
    name: 'of 1,000 runs, the mails that are owed',
    run: async (db, visit) => expect((await readOwedMails(db, sessionsOf(visit, 1_000))).length < 50, 'hardly any'),
  },
  {
    name: 'holds that are over',
    run: (db, { shop }) => overdueHolds(db, { since: before(shop.now, BACK_MS), before: shop.now }),
  },
  {
    name: 'orders that were paid',
    run: async (db, { shop }) => expect((await ordersPaidSince(db, before(shop.now, BACK_MS))).length > 20, 'some'),
  },
  {
    name: 'parcels without a mail',
    run: async (db, { shop }) => {
      const parcels = await ordersWithUnmailedParcels(db, before(shop.now, BACK_MS));
      expect(
        parcels.every((id) => id.startsWith('cs_test_a1visit')),
        'none of the past',
      );
    },
  },
  {
    name: 'cancels that were asked for',
    run: async (db, { shop }) =>
      expect((await cancelsRequestedSince(db, before(shop.now, BACK_MS))).length === 1, 'one'),
  },
  {
    name: 'refunds that nobody carries out',
    run: (db, { at }) => refundsSilentSince(db, { since: before(at, HOUR), limit: 1_000 }),
  },
  { name: 'what was skipped', run: (db) => readSkips(db, 1_000) },
  {
    name: 'count what is not finished',
    run: async (db, { at }) => expect((await countUnfinished(db, new Date(at.getTime() + DAY))).order >= 50, 'some'),
  },
  ...(['order', 'refund', 'dispute'] as const).map(listUnfinished),
  {
    name: 'reviews that nobody looked at',
    run: async (db, { at }) =>
      expect((await reviewsSilentSince(db, new Date(at.getTime() + HOUR))).length === 2, 'two'),
  },
  {
    name: 'what is known of a page of sessions',
    run: async (db, visit) => expect((await knownSessions(db, sessionsOf(visit, 100))).size > 50, 'the sessions'),
  },
  {
    name: 'what is known of a page of events',
    run: (db, visit) =>
      knownObjects(
        db,
        someOf(visit, 100).map((age) => ({ objectId: refundOf(age), paymentIntentId: paymentOf(age) })),
      ),
  },
  {
    name: 'note and settle what differed',
    run: async (db, visit) => {
      const differences = [{ sessionId: sessionOf(ageOf(visit, 4, 58)), action: 'paid' as const, version: 1 }];
      await noteDifferences(db, { sweepId: sweepOf(visit), differences });
      expect((await settleRepairs(db, sweepOf(visit))) === 0, 'settled');
    },
  },
  { name: 'runs that die each time', run: (db, { at }) => restartedOften(db, { since: before(at, HOUR), times: 4 }) },
  {
    name: 'skip a thing',
    run: (db, { at }) => noteSkip(db, { reference: randomUUID(), reason: 'a bench', at: before(at, DAY) }),
  },
  {
    name: 'end a sweep',
    run: async (db, visit) => {
      const ended = await completeSweep(db, { id: sweepOf(visit), window: windowOf(visit), checked: 1, at: visit.at });
      expect(ended.first && ended.repaired === 1, 'the sweep');
    },
  },
  { name: 'when the last sweep ended', run: async (db) => expect((await lastSweepEnd(db)) !== null, 'a time') },
];

function listUnfinished(kind: UnfinishedKind): Probe {
  return {
    name: `each ${kind} that is not finished`,
    run: async (db, { shop }) => {
      let count = 0;
      for await (const page of unfinished(db, kind, shop.now)) count += page.length;
      expect(count === { order: 50, refund: 0, dispute: 3 }[kind], `${count} of kind ${kind}`);
    },
  };
}

/** As of now; no later sweep's marks go back. */
function windowOf({ at }: Visit): SweepWindow {
  const [until, since] = [at.getTime(), at.getTime() - BACK_MS];
  const backTo = { sessionsSince: since, eventsSince: since, runsSince: since, ledgerSince: since };
  return { wide: false, until, ...backTo, undeliveredSince: null, holdsOverBefore: since };
}
