import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { WORKFLOWS } from '../messages/names';
import { RECONCILE_SCHEDULE, reconcileStart } from '../messages/reconcile';
import type { Env } from '../platform/env';
import type { Logger } from '../platform/logger';

const AGAIN_MS = 5_000;
/** How often it is looked whether the Schedule is still there: Temporal's store may be lost while workers run. */
const LOOK_MS = 60_000;

/**
 * Creates the Schedule of sweeps, trying until Temporal answers, and creates it again whenever it is gone, until the
 * process stops.
 */
export async function keepSweeping(
  temporal: Pick<Client, 'schedule'>,
  env: Pick<Env, 'RECONCILE_INTERVAL_SECONDS'>,
  log: Pick<Logger, 'warn'>,
  stopping: () => boolean,
  lookMs = LOOK_MS,
): Promise<void> {
  for (let known = false; !stopping(); ) {
    try {
      await (known ? createIfGone(temporal, env) : scheduleSweeps(temporal, env));
      known = true;
    } catch (error) {
      log.warn({ err: error }, 'could not create the Schedule of sweeps; trying again');
    }
    if (!stopping()) await new Promise((resolve) => setTimeout(resolve, known ? lookMs : AGAIN_MS).unref());
  }
}

/**
 * Creates the Schedule `reconcile`, or updates the existing one to this interval. Any number of workers may do so at
 * once. If a sweep is still running when the next is due, the next is skipped; after an outage a single sweep catches
 * up. A Schedule that was paused in the Temporal UI stays paused.
 */
export async function scheduleSweeps(
  temporal: Pick<Client, 'schedule'>,
  env: Pick<Env, 'RECONCILE_INTERVAL_SECONDS'>,
): Promise<void> {
  if (await createIfGone(temporal, env)) return;
  await temporal.schedule.getHandle(RECONCILE_SCHEDULE).update(({ state }) => ({ ...wanted(env), state }));
}

async function createIfGone(
  { schedule }: Pick<Client, 'schedule'>,
  env: Pick<Env, 'RECONCILE_INTERVAL_SECONDS'>,
): Promise<boolean> {
  try {
    await schedule.create({ scheduleId: RECONCILE_SCHEDULE, ...wanted(env) });
    return true;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false;
    throw error;
  }
}

const wanted = ({ RECONCILE_INTERVAL_SECONDS: seconds }: Pick<Env, 'RECONCILE_INTERVAL_SECONDS'>) => ({
  spec: { intervals: [{ every: seconds * 1000 }] },
  action: {
    type: 'startWorkflow' as const,
    workflowType: WORKFLOWS.reconcile,
    ...reconcileStart({ trigger: 'schedule' }),
  },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' as const },
});
