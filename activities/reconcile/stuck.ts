import { noteRefused, openAlarms, resolveAlarms } from '../../store/alarms/alarms';
import { restartedOften } from '../../store/reconciliation/repairs';
import { sessionsOfFollowed } from '../../store/reconciliation/unfinished';
import type { Deps } from '../deps';

/** A run that sweeps start this often within this time dies each time. */
const OFTEN = 4;
const WITHIN_MS = 3_600_000;

/**
 * Raises one alarm for each kind of run that cannot go on, however many there are: runs whose tasks keep failing,
 * because their history cannot be replayed or their code throws, runs that die each time they are started, and runs
 * that are parked before their order is known, so that no order can show it. Ends the other alarms.
 */
export async function reportStuckRuns(deps: Deps): Promise<void> {
  const { db, clock, runs } = deps;
  const at = new Date(clock.now());
  const stuck = await runs.stuck();
  const kinds = new Set(stuck?.map(({ workflow, cause }) => `${workflow}: ${cause}`));
  if ((await restartedOften(db, { since: new Date(at.getTime() - WITHIN_MS), times: OFTEN })) > 0)
    kinds.add(DIE_EACH_TIME);
  for (const kind of await parkedUnseen(deps)) kinds.add(kind);
  for (const subject of kinds) await noteRefused(db, { cause: 'run_stuck', subject, at });
  for (const { cause, subject } of await openAlarms(db))
    if (cause === 'run_stuck' && !kinds.has(subject)) await resolveAlarms(db, { causes: [cause], subject, at });
}

/** None while Stripe refuses every run: then there is an alarm about that already. */
async function parkedUnseen({ db, runs }: Deps): Promise<string[]> {
  const parked = await runs.needingAttention();
  if (parked.length === 0 || (await openAlarms(db)).some(({ cause }) => cause.startsWith('stripe_'))) return [];
  const known = await sessionsOfFollowed(
    db,
    parked.map(({ id }) => id),
  );
  return parked.filter(({ id }) => !known.has(id)).map(({ workflow }) => `${workflow}: ${PARKED_UNSEEN}`);
}

const PARKED_UNSEEN = 'parked (NeedsAttention = true), and its order is not known yet';

const DIE_EACH_TIME = 'started again and again by the sweep, and not done';
