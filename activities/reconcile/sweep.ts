import type { AccountCause } from '../../domain/fault';
import { LONGEST_SWEEP_MS, type SweepWindow, windowOf } from '../../domain/sweep';
import { isRightAgain, noteRefused, resolveAlarms } from '../../store/alarms/alarms';
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
import { tryStripeAgain } from '../account/tend';
import type { Deps } from '../deps';

/** Activities that record the beginning and the end of a sweep. */
export const sweep = (deps: Deps) => {
  const { db, clock, env, metrics } = deps;
  /** Whether Stripe answers everybody else. */
  const isOver = async (cause: AccountCause, since: Date): Promise<boolean> => {
    await tryStripeAgain(deps);
    return isRightAgain(db, { cause, since });
  };
  return {
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
      await requireOwnAccount(deps);
      await checkAccount(deps);
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
     * But what only the sweep's own calls see of an outage has no other alarm than this.
     */
    async failSweep({ alarm, outage, ...failed }: FailedSweep): Promise<void> {
      const at = new Date(clock.now());
      await failSweep(db, { ...failed, at });
      if (alarm || (outage !== undefined && (await isOver(outage, at))))
        await noteRefused(db, { cause: 'sweep_failed', subject: failed.reason, at });
    },
  };
};

interface FailedSweep {
  id: string;
  trigger: 'schedule' | 'staff';
  checked: number;
  reason: string;
  alarm: boolean;
  /** It failed for what looks like an outage. */
  outage?: AccountCause;
}
