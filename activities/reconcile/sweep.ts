import { type SweepWindow, windowOf } from '../../domain/sweep';
import {
  completeSweep,
  failAbandonedSweeps,
  failSweep,
  readMarks,
  readWindow,
  startSweep,
} from '../../store/reconciliation/sweeps';
import type { Deps } from '../deps';

/** A sweep that has run for longer than this was ended by hand. */
const LONGEST_SWEEP_MS = 6 * 3_600_000;

/** The beginning and the end of a sweep, in the database. */
export const sweep = ({ db, clock, env, metrics }: Deps) => ({
  /** Marks it running, and says how far back it looks. A repeat answers the same. */
  async beginSweep({ id, trigger }: { id: string; trigger: 'schedule' | 'staff' }): Promise<SweepWindow> {
    const known = await readWindow(db, id);
    if (known !== null) return known;
    const now = clock.now();
    const at = new Date(now);
    const intervalMs = env.RECONCILE_INTERVAL_SECONDS * 1000;
    const window = windowOf(now, await readMarks(db), { intervalMs, staff: trigger === 'staff' });
    await startSweep(db, { id, trigger, window, at });
    await failAbandonedSweeps(db, { before: new Date(now - LONGEST_SWEEP_MS), at });
    return window;
  },

  /** It has succeeded: the marks move, and what it found is kept as it stands. */
  async finishSweep({
    id,
    window,
    checked,
  }: {
    id: string;
    window: SweepWindow;
    checked: number;
  }): Promise<{ repaired: number }> {
    const { repaired, first } = await completeSweep(db, { id, window, checked, at: new Date(clock.now()) });
    if (first) metrics.repaired.inc(repaired);
    return { repaired };
  },

  /** It has failed: the marks stay. */
  async failSweep({ id, checked, reason }: { id: string; checked: number; reason: string }): Promise<void> {
    await failSweep(db, { id, checked, reason, at: new Date(clock.now()) });
  },
});
