import { temporal } from '@temporalio/proto';
import { until, type World } from './world';

const Type = temporal.api.enums.v1.EventType;
/** What a history ends with while its workflow still has something in hand. */
const BUSY = new Set([
  Type.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
  Type.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
  Type.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
  Type.EVENT_TYPE_WORKFLOW_TASK_STARTED,
  Type.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
  Type.EVENT_TYPE_WORKFLOW_TASK_FAILED,
  Type.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
  Type.EVENT_TYPE_ACTIVITY_TASK_STARTED,
  Type.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
  Type.EVENT_TYPE_ACTIVITY_TASK_FAILED,
  Type.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
  Type.EVENT_TYPE_TIMER_FIRED,
]);

/**
 * Waits until a workflow only waits: time that skips while an activity runs would run out for the activity too, and what it was asked for would
 * look as if it had failed.
 */
export const atRest = (world: World, id: string): Promise<boolean> =>
  until(async () => {
    const handle = world.temporal.client.workflow.getHandle(id);
    const { raw } = await handle.describe();
    const last = (await world.history(id)).events?.at(-1)?.eventType;
    return !raw.pendingActivities?.length && last != null && !BUSY.has(last);
  });

/** Lets time pass for everybody once a workflow is at rest, and waits until it is at rest again. */
export async function pass(world: World, id: string, ms: number): Promise<void> {
  await atRest(world, id);
  await world.sleep(ms);
  await atRest(world, id);
}
