import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { WORKFLOWS } from '../messages/names';
import { RECONCILE_SCHEDULE, reconcileStart } from '../messages/reconcile';
import type { Env } from '../platform/env';
import type { Logger } from '../platform/logger';

const AGAIN_MS = 5_000;

/** Creates the Schedule of sweeps, and tries until Temporal answers or the process stops. */
export async function keepSweeping(
  temporal: Client,
  env: Pick<Env, 'RECONCILE_INTERVAL_SECONDS'>,
  log: Pick<Logger, 'warn'>,
  stopping: () => boolean,
): Promise<void> {
  while (!stopping()) {
    try {
      return await scheduleSweeps(temporal, env);
    } catch (error) {
      log.warn({ err: error }, 'could not create the Schedule of sweeps; trying again');
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS).unref());
    }
  }
}

/**
 * Creates the Schedule `reconcile`, or updates the existing one to this interval. Any number of workers may do so at
 * once. If a sweep is still running when the next is due, the next is skipped; after an outage a single sweep catches
 * up. A Schedule that was paused in the Temporal UI stays paused.
 */
export async function scheduleSweeps(
  { schedule }: Pick<Client, 'schedule'>,
  { RECONCILE_INTERVAL_SECONDS: seconds }: Pick<Env, 'RECONCILE_INTERVAL_SECONDS'>,
): Promise<void> {
  const every = seconds * 1000;
  const wanted = {
    spec: { intervals: [{ every }] },
    action: {
      type: 'startWorkflow' as const,
      workflowType: WORKFLOWS.reconcile,
      ...reconcileStart({ trigger: 'schedule' }),
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' as const },
  };
  try {
    await schedule.create({ scheduleId: RECONCILE_SCHEDULE, ...wanted });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await schedule.getHandle(RECONCILE_SCHEDULE).update(({ state }) => ({ ...wanted, state }));
  }
}
