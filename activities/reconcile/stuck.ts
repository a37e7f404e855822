import { noteRefused, openAlarms, resolveAlarms } from '../../store/alarms/alarms';
import { restartedOften } from '../../store/reconciliation/repairs';
import type { Deps } from '../deps';

/** A run that sweeps start this often within an hour dies each time. */
const OFTEN = 4;

/**
 * Raises one alarm for each kind of run that cannot go on, however many there are: runs whose tasks keep failing,
 * because their history cannot be replayed or their code throws, and runs that die each time they are started. Ends the
 * other alarms.
 */
export async function reportStuckRuns({ db, clock, runs }: Deps, { since }: { since: Date }): Promise<void> {
  const at = new Date(clock.now());
  const stuck = await runs.stuck();
  const kinds = new Set(stuck?.map(({ workflow, cause }) => `${workflow}: ${cause}`));
  if ((await restartedOften(db, { since, times: OFTEN })) > 0) kinds.add(DIE_EACH_TIME);
  for (const subject of kinds) await noteRefused(db, { cause: 'run_stuck', subject, at });
  for (const { cause, subject } of await openAlarms(db))
    if (cause === 'run_stuck' && !kinds.has(subject)) await resolveAlarms(db, { causes: [cause], subject, at });
}

const DIE_EACH_TIME = 'started again and again by the sweep, and not done';
