import { defaultPayloadConverter } from '@temporalio/common';
import { isClosed, openSteps } from './at-rest';
import type { Machinery } from './world/machinery';

/**
 * A run beside an order (a refund, a dispute, a notice, a bulk) that has ended needs nobody: what staff must do stands
 * with the order. Otherwise it would stand for ever among what needs attention. A sweep that found something is about
 * no order: its flag stays as a mark of that.
 */
export async function expectEndedToNeedNobody(world: Machinery): Promise<void> {
  const needing: string[] = [];
  for (const id of world.known.filter((one) => !/^(?:cs_|reconcile\/)/.test(one))) {
    const history = await world.history(id).catch(() => null); // not every id was started
    const events = history?.events ?? [];
    const flags = events.flatMap(({ upsertWorkflowSearchAttributesEventAttributes: upserted }) => {
      const flag = upserted?.searchAttributes?.indexedFields?.NeedsAttention;
      return flag ? [defaultPayloadConverter.fromPayload(flag)] : [];
    });
    if (isClosed(events) && !wasTerminated(events) && flags.at(-1) === true) needing.push(id);
  }
  expect(needing).toEqual([]);
}

/**
 * A run that completes has nothing under way: a step that it gave out with its last task is never done. One that it
 * called off does not count.
 */
export async function expectNothingLeftUnderWay(world: Machinery): Promise<void> {
  const left: string[] = [];
  for (const id of world.known) {
    const history = await world.history(id).catch(() => null); // not every id was started
    const events = history?.events ?? [];
    if (!events.at(-1)?.workflowExecutionCompletedEventAttributes) continue;
    const calledOff = events.flatMap((event) => event.activityTaskCancelRequestedEventAttributes ?? []);
    for (const scheduled of openSteps(events))
      if (!calledOff.some(({ scheduledEventId }) => String(scheduledEventId) === scheduled.event))
        left.push(`${id}: ${scheduled.type}`);
  }
  expect(left).toEqual([]);
}

/** Staff ended it by hand while it needed them. */
const wasTerminated = (events: { workflowExecutionTerminatedEventAttributes?: unknown }[]): boolean =>
  events.some(({ workflowExecutionTerminatedEventAttributes: terminated }) => terminated);
