import { temporal } from '@temporalio/proto';
import { until } from '../support/until';
import type { Machinery } from './world/machinery';
import { milliseconds, openTimers } from './world/timers';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;

const Type = temporal.api.enums.v1.EventType;
/** What a history ends with while its workflow still has something in hand. */
const BUSY = new Set([
  Type.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
  Type.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
  Type.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
  Type.EVENT_TYPE_WORKFLOW_TASK_STARTED,
  Type.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
  Type.EVENT_TYPE_WORKFLOW_TASK_FAILED,
  Type.EVENT_TYPE_ACTIVITY_TASK_STARTED,
  Type.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
  Type.EVENT_TYPE_ACTIVITY_TASK_FAILED,
  Type.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
  Type.EVENT_TYPE_TIMER_FIRED,
]);

const CLOSED = new Set([
  Type.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
  Type.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
  Type.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,
  Type.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
  Type.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
  Type.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
]);

export const isClosed = (events: HistoryEvent[]): boolean => CLOSED.has(events.at(-1)?.eventType as number);

/** How a run stands: whether it is over, whether it only waits, and until when (milliseconds; null: for a message). */
async function standing(world: Machinery, id: string): Promise<{ over: boolean; rests: boolean; due: number | null }> {
  const handle = world.client.workflow.getHandle(id);
  const { status, raw } = await handle.describe();
  const events = (await handle.fetchHistory()).events ?? [];
  const pending = raw.pendingActivities ?? [];
  const tries = pending.map((activity) => nextTry(events, activity));
  const delayed = delayedUntil(events);
  const due = [...openTimers(events), ...tries, ...delayed].sort((a, b) => a - b);
  return {
    over: status.name !== 'RUNNING',
    rests: world.isIdle() && (delayed.length > 0 || hasNothingInHand(events, pending)),
    due: due[0] ?? null,
  };
}

/** When a run that was started with a delay gets its first task; empty once it has. */
function delayedUntil(events: HistoryEvent[]): number[] {
  if (events.some(({ eventType }) => eventType === Type.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)) return [];
  const [started] = events;
  const delay = milliseconds(started?.workflowExecutionStartedEventAttributes?.firstWorkflowTaskBackoff);
  return delay > 0 ? [milliseconds(started?.eventTime) + delay] : [];
}

/**
 * Whether a run only waits. A step that has failed counts as started until it is tried again: whether it is, only the
 * worker knows. The history is newer than the list of pending steps: one that is in the history alone was just given
 * out.
 */
export function hasNothingInHand(events: HistoryEvent[], pending: PendingActivity[]): boolean {
  const last = events.at(-1)?.eventType;
  const isTriedAgain = (id: string) =>
    pending.some(({ activityId, attempt }) => activityId === id && (attempt ?? 1) > 1);
  return last != null && !BUSY.has(last) && openSteps(events).every(({ id }) => isTriedAgain(id));
}

/** The steps of a history that have neither ended nor failed for good. */
export function openSteps(events: HistoryEvent[]): { id: string; type: string; event: string }[] {
  const open = new Map<string, { id: string; type: string; event: string }>();
  for (const event of events) {
    const { activityId: id, activityType } = event.activityTaskScheduledEventAttributes ?? {};
    if (id) open.set(String(event.eventId), { id, type: activityType?.name ?? '', event: String(event.eventId) });
    const over =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    if (over) open.delete(String(over.scheduledEventId));
  }
  return [...open.values()];
}

function nextTry(events: HistoryEvent[], { activityId, attempt, lastStartedTime }: PendingActivity): number {
  const scheduled = events
    .map((event) => event.activityTaskScheduledEventAttributes)
    .find((one) => one?.activityId === activityId);
  const { initialInterval, backoffCoefficient, maximumInterval } = scheduled?.retryPolicy ?? {};
  const pause = milliseconds(initialInterval) * (backoffCoefficient ?? 2) ** Math.max(0, (attempt ?? 1) - 2);
  return milliseconds(lastStartedTime) + Math.min(pause, milliseconds(maximumInterval) || Number.POSITIVE_INFINITY);
}

/**
 * Waits until a workflow only waits: time that skips while an activity runs would run out for the activity too, and
 * what it was asked for would look as if it had failed.
 */
export const atRest = (world: Machinery, id: string): Promise<boolean> =>
  until(async () => {
    const { over, rests } = await standing(world, id);
    return over || rests;
  }, `${id} to rest`);

/** Whether no run of this world is about to give a worker anything. */
export async function allRest(world: Machinery): Promise<boolean> {
  for (const id of world.known) {
    const now = await standing(world, id).catch(() => null); // not every id was started
    if (now && !now.over && !now.rests) return false;
  }
  return true;
}

/** Lets time pass for everybody once a workflow is at rest, and waits until it is at rest again. */
export async function pass(world: Machinery, id: string, milliseconds: number): Promise<void> {
  await atRest(world, id);
  await world.sleep(milliseconds);
  await atRest(world, id);
}

/**
 * Waits until a workflow is over, and lets pass the time that it waits for itself, and no more. The server's own way,
 * to skip time while a result is awaited, goes on for the moment between the end and the answer, in which it skips to
 * whatever is next: the end of another run, ten years on.
 */
export const over = (world: Machinery, id: string): Promise<boolean> =>
  until(async () => {
    const { over, rests, due } = await standing(world, id);
    if (over) return true;
    if (!rests || due === null) return false;
    const left = due - (await world.temporal.currentTimeMs());
    if (left > 0) await world.sleep(Math.ceil(left));
    return false;
  }, `${id} to end`);
