import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { PayloadConverterError, ValueError } from '@temporalio/common';
import { WORKFLOWS } from '../messages/names';
import { RECONCILE_SCHEDULE, reconcileStart } from '../messages/reconcile';
import type { Env } from '../platform/env';
import type { Logger } from '../platform/logger';
import { PayloadUnreadable } from '../platform/payload-codec';

const AGAIN_MS = 5_000;
/** How often it is looked whether the Schedule is still there: Temporal's store may be lost while workers run. */
const LOOK_MS = 60_000;

/**
 * Creates the Schedule of sweeps, trying until Temporal answers, and creates it again whenever it is gone, until the
 * process stops.
 */
export async function keepSweeping(
  temporal: Client,
  env: Pick<Env, 'RECONCILE_INTERVAL_SECONDS'>,
  log: Pick<Logger, 'warn'>,
  stopping: () => boolean,
  lookMs = LOOK_MS,
): Promise<void> {
  for (let known = false; !stopping(); ) {
    try {
      await (known ? createIfGone(temporal, env) : scheduleSweeps(temporal, env, (line) => log.warn(line)));
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
 * up. A Schedule that was paused in the Temporal UI stays paused. One that nobody can read any more, because its key
 * is lost, is made anew, which is said.
 */
export async function scheduleSweeps(
  temporal: Client,
  env: Pick<Env, 'RECONCILE_INTERVAL_SECONDS'>,
  say: (line: string) => void,
): Promise<void> {
  if (await createIfGone(temporal, env)) return;
  try {
    await temporal.schedule.getHandle(RECONCILE_SCHEDULE).update(({ state }) => ({ ...wanted(env), state }));
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    say('The Schedule of sweeps could not be decrypted and is created again: check PAYLOAD_KEYS.');
    await replaceUnreadable(temporal, env);
  }
}

/** The key is missing, or all keys were removed. */
const isUnreadable = (error: unknown): boolean =>
  error instanceof PayloadUnreadable || error instanceof PayloadConverterError || error instanceof ValueError;

/**
 * Without the sweep, orders whose histories cannot be read would not be started again. Its own open runs cannot be
 * read either, so they are terminated.
 */
async function replaceUnreadable(temporal: Client, env: Pick<Env, 'RECONCILE_INTERVAL_SECONDS'>): Promise<void> {
  const { namespace } = temporal.options;
  const scheduleId = RECONCILE_SCHEDULE;
  const { schedule, info } = await temporal.workflowService.describeSchedule({ namespace, scheduleId });
  await temporal.schedule.getHandle(scheduleId).delete().catch(absent);
  for (const { workflowId } of info?.runningWorkflows ?? [])
    if (workflowId)
      await temporal.workflow.getHandle(workflowId).terminate('its payloads cannot be decrypted').catch(absent);
  const { paused, notes } = schedule?.state ?? {};
  const state = { paused: paused ?? false, ...(notes && { note: notes }) };
  await createIfGone(temporal, env, state);
}

function absent(error: unknown): void {
  if (!(error instanceof ScheduleNotFoundError) && !(error instanceof WorkflowNotFoundError)) throw error;
}

async function createIfGone(
  { schedule }: Pick<Client, 'schedule'>,
  env: Pick<Env, 'RECONCILE_INTERVAL_SECONDS'>,
  state: { paused?: boolean; note?: string } = {},
): Promise<boolean> {
  try {
    await schedule.create({ scheduleId: RECONCILE_SCHEDULE, ...wanted(env), state });
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
