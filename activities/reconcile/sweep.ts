import { type SweepWindow, windowOf } from '../../domain/sweep';
import { noteRefused, resolveAlarms } from '../../store/alarms/alarms';
import {
  completeSweep,
  failAbandonedSweeps,
  failSweep,
  readMarks,
  readWindow,
  startSweep,
} from '../../store/reconciliation/sweeps';
import { checkAccount } from '../account/check';
import { requireOwnAccount } from '../account/own-account';
import type { Deps } from '../deps';

/** A sweep that has been running for longer than this was terminated. */
const LONGEST_SWEEP_MS = 6 * 3_600_000;

/** Activities that record the beginning and the end of a sweep. */
export const sweep = ({ db, clock, env, metrics, ...deps }: Deps) => ({
  /**
   * Marks the sweep as running, and returns how far back it looks. A repeat returns the same. Checks the account
   * first, because a sweep runs even when nothing else does.
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
    await requireOwnAccount({ db, clock, ...deps });
    await checkAccount({ db, clock, env, ...deps });
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
    const at = new Date(clock.now());
    const { repaired, skipped, first } = await completeSweep(db, { id, window, checked, at });
    if (first) metrics.repaired.inc(repaired);
    await resolveAlarms(db, { causes: skipped > 0 ? ['sweep_failed'] : ['sweep_failed', 'sweep_skipped'], at });
    if (skipped > 0) await noteRefused(db, { cause: 'sweep_skipped', subject: '', at });
    return { repaired };
  },

  /**
   * Records that the sweep has failed. The marks do not move. Staff get one alarm, however many sweeps fail for this
   * reason. No alarm is raised for a refused key or an outage, which have their own, or if staff cancelled the sweep.
   */
  async failSweep({ alarm, ...failed }: FailedSweep): Promise<void> {
    const at = new Date(clock.now());
    await failSweep(db, { ...failed, at });
    if (alarm) await noteRefused(db, { cause: 'sweep_failed', subject: failed.reason, at });
  },
});

interface FailedSweep {
  id: string;
  trigger: 'schedule' | 'staff';
  checked: number;
  reason: string;
  alarm: boolean;
}
