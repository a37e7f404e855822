import { type SweepWindow, windowOf } from '../../domain/sweep';
import type { Deps } from '../deps';

const DAY = 86_400_000;
/** A sweep whose run was ended by hand is over after so long. */
const LONGEST_SWEEP = DAY / 4;
/** How long the sweeps of the Schedule are remembered; those of staff are kept. */
const REMEMBERED = 30 * DAY;

/** The beginning and the end of a sweep, in the database. */
export const sweep = ({ db, clock, env, metrics }: Deps) => ({
  /** Marks it running, and says how far back it looks. A repeat answers the same. */
  async beginSweep({ id, trigger }: { id: string; trigger: 'schedule' | 'staff' }): Promise<SweepWindow> {
    const now = clock.now();
    const known = await db.reconciliation.findUnique({ where: { id } });
    if (known?.window) return known.window as unknown as SweepWindow;
    const marks = new Map((await db.sweepMark.findMany()).map(({ name, at }) => [name, at.getTime()]));
    const window = windowOf(
      now,
      { last: marks.get('last') ?? null, lastWide: marks.get('last-wide') ?? null },
      { intervalMs: env.RECONCILE_INTERVAL_SECONDS * 1000, staff: trigger === 'staff' },
    );
    const seen = { window: { ...window } };
    await db.reconciliation.upsert({
      where: { id },
      create: { id, trigger, status: 'RUNNING', startedAt: new Date(now), ...seen },
      update: seen,
    });
    await db.reconciliation.updateMany({
      where: { status: 'RUNNING', startedAt: { lt: new Date(now - LONGEST_SWEEP) } },
      data: { status: 'FAILED', finishedAt: new Date(now), failure: 'It was ended before it was done' },
    });
    return window;
  },

  /** It is done: the marks move, and what it found is kept as it stands. */
  async finishSweep({
    id,
    window,
    checked,
  }: {
    id: string;
    window: SweepWindow;
    checked: number;
  }): Promise<{ repaired: number }> {
    const at = new Date(clock.now());
    const began = new Date(window.until);
    const { repaired, fresh } = await db.$transaction(async (tx) => {
      const repaired = await tx.reconciliationRepair.count({ where: { reconciliationId: id, changed: true } });
      const found = await tx.discrepancy.findMany({
        where: { OR: [{ resolvedAt: null }, { toldOnce: true, foundBy: id }] },
        orderBy: [{ firstSeenAt: 'desc' }, { kind: 'asc' }, { reference: 'asc' }],
        take: SHOWN,
      });
      const { count } = await tx.reconciliation.updateMany({
        where: { id, status: 'RUNNING' },
        data: {
          status: 'COMPLETED',
          finishedAt: at,
          checked,
          discrepancies: found.map(({ kind, reference, detail }) => ({ kind, reference, detail })),
        },
      });
      if (count === 0) return { repaired, fresh: false }; // done before, and its answer was lost
      for (const name of window.wide ? ['last', 'last-wide'] : ['last'])
        await tx.sweepMark.upsert({ where: { name }, create: { name, at: began }, update: { at: began } });
      await tx.reconciliation.deleteMany({
        where: { trigger: 'schedule', startedAt: { lt: new Date(at.getTime() - REMEMBERED) } },
      });
      return { repaired, fresh: true };
    });
    if (fresh) metrics.repaired.inc(repaired);
    return { repaired };
  },

  /** It failed: the marks stay. */
  async failSweep({ id, checked, reason }: { id: string; checked: number; reason: string }): Promise<void> {
    await db.reconciliation.updateMany({
      where: { id, status: 'RUNNING' },
      data: { status: 'FAILED', finishedAt: new Date(clock.now()), checked, failure: reason },
    });
  },
});

/** How many discrepancies a reconciliation lists. */
const SHOWN = 500;
