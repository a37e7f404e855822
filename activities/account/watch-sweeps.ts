import { overdueAfter } from '../../domain/sweep';
import { claimProbe, noteRefused, resolveAlarms } from '../../store/alarms/alarms';
import { lastSweepEnd } from '../../store/reconciliation/sweeps';
import type { Deps } from '../deps';
import { reportStuckRuns } from '../reconcile/stuck';

/** The least time between two looks at what is stuck, while no sweep does it. */
const LOOK_EVERY_MS = 60_000;

/**
 * Raises an alarm while no sweep ends: the Schedule is paused, Temporal is away, or a sweep's own workflow is stuck.
 * Then it also looks for stuck runs, as a sweep would.
 * @param since when this worker started: a gap before that is not counted
 */
export async function watchSweeps(deps: Deps, since: Date): Promise<void> {
  const { db, clock, env } = deps;
  const now = clock.now();
  const at = new Date(now);
  const last = Math.max((await lastSweepEnd(db))?.getTime() ?? 0, since.getTime());
  const overdue = { cause: 'sweep_overdue', subject: '' } as const;
  if (now - last <= overdueAfter(env.RECONCILE_INTERVAL_SECONDS * 1000)) {
    await resolveAlarms(db, { causes: ['sweep_overdue'], at });
    return;
  }
  await noteRefused(db, { ...overdue, at });
  if (await claimProbe(db, { ...overdue, before: new Date(now - LOOK_EVERY_MS), at })) await reportStuckRuns(deps);
}
