import { type SweepWindow, windowOf } from '../../domain/sweep';
import {
  completeSweep,
  failAbandonedSweeps,
  failSweep,
  readMarks,
  readWindow,
  startSweep,
} from '../../store/reconciliation/sweeps';
import { seeToAccount } from '../account/see-to';
import type { Deps } from '../deps';

/** A sweep that has been running for longer than this was terminated. */
const LONGEST_SWEEP_MS = 6 * 3_600_000;

/** Activities that record the beginning and the end of a sweep. */
export const sweep = ({ db, clock, env, metrics, ...deps }: Deps) => ({
  /**
   * Marks the sweep as running, and returns how far back it looks. A repeat returns the same. Sees to the account
   * first, because a sweep is what runs when nothing else does.
   */
  async beginSweep({ id, trigger }: { id: string; trigger: 'schedule' | 'staff' }): Promise<SweepWindow> {
    const known = await readWindow(db, id);
    if (known !== null) return known;
    const now = clock.now();
    const at = new Date(now);
    const intervalMs = env.RECONCILE_INTERVAL_SECONDS * 1000;
    const window = windowOf(now, await readMarks(db), { intervalMs, staff: trigger === 'staff' });
    await startSweep(db, { id, trigger, window, at });
    await failAbandonedSweeps(db, { before: new Date(now - LONGEST_SWEEP_MS), at });
    await seeToAccount({ db, clock, env, metrics, ...deps });
    return window;
  },

  /** Records that the sweep has succeeded: moves the marks and stores what it found. */
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

  /** Records that the sweep has failed. The marks do not move. */
  async failSweep({ id, checked, reason }: { id: string; checked: number; reason: string }): Promise<void> {
    await failSweep(db, { id, checked, reason, at: new Date(clock.now()) });
  },
});
