import type { temporal } from '@temporalio/proto';

type Event = temporal.api.history.v1.IHistoryEvent;

/**
 * What a history costs: its events, and the actions Temporal Cloud bills for it
 * (https://docs.temporal.io/cloud/actions).
 */
export function costOf(events: Event[]): { events: number; actions: number } {
  let actions = 0;
  let markersOfTask = false;
  let overtime = 0;
  for (const [index, event] of events.entries()) {
    // A task that a slow machine did not finish in time is extended by another at once: three events of the
    // machine's, not of the order's.
    const extended =
      event.workflowTaskCompletedEventAttributes && events[index + 1]?.workflowTaskScheduledEventAttributes;
    if (extended) overtime += 3;
    if (event.workflowTaskCompletedEventAttributes) markersOfTask = false;
    const each =
      event.workflowExecutionStartedEventAttributes ??
      event.workflowExecutionUpdateAcceptedEventAttributes ??
      event.workflowExecutionSignaledEventAttributes ??
      event.activityTaskStartedEventAttributes ??
      event.timerStartedEventAttributes ??
      event.upsertWorkflowSearchAttributesEventAttributes;
    if (each) actions += event.activityTaskStartedEventAttributes?.attempt ?? 1;
    // Local activities within one workflow task are one action together.
    if (event.markerRecordedEventAttributes && !markersOfTask) {
      markersOfTask = true;
      actions++;
    }
  }
  return { events: events.length - overtime, actions };
}
