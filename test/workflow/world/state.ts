import { temporal } from '@temporalio/proto';
import type { Machinery } from './machinery';
import { milliseconds, openTimers } from './timers';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

const LAST_EVENTS = 12;
const Type = temporal.api.enums.v1.EventType;

/**
 * How a world stands, for the report of a test that hangs: its clocks, its open orders, and its runs with what each
 * has in hand.
 */
export async function stateOf(world: Machinery): Promise<string> {
  const server = await world.temporal.currentTimeMs();
  const orders = await world.db.order.findMany({ orderBy: { createdAt: 'asc' } });
  const runs = await Promise.all(world.known.map((id) => run(world, id, server)));
  return [
    `  Temporal's clock ${time(server)}, Stripe's ${time(world.now())}; the workers are ${world.isIdle() ? 'idle' : 'busy'}`,
    ...orders.map(
      ({ sessionId, status, paymentStatus, stock, attentionStep, updatedAt }) =>
        `  order ${sessionId}: ${status}, ${paymentStatus}, stock ${stock}, attention ${attentionStep}, changed ${time(updatedAt)}`,
    ),
    ...runs.flat(),
  ].join('\n');
}

/** One that has ended is one line; one that runs, its open steps, its timers and its last events too. */
async function run(world: Machinery, id: string, now: number): Promise<string[]> {
  const handle = world.client.workflow.getHandle(id);
  const described = await handle.describe().catch(() => null);
  if (described === null) return [`  ${id}: never started`];
  const { type, status, raw } = described;
  if (status.name !== 'RUNNING') return [`  ${type} ${id}: ${status.name}`];
  const events = (await handle.fetchHistory()).events ?? [];
  const steps = (raw.pendingActivities ?? []).map(
    ({ activityType, attempt, lastFailure }) =>
      `${activityType?.name}, try ${attempt}, ${lastFailure?.message ?? 'under way'}`,
  );
  return [
    `  ${type} ${id}: RUNNING`,
    `    steps: ${steps.join('; ') || 'none'}`,
    `    timers: ${
      openTimers(events)
        .map((due) => `in ${Math.round((due - now) / 1000)} s`)
        .join(', ') || 'none'
    }`,
    ...events
      .slice(-LAST_EVENTS)
      .map((event) => `    ${event.eventId} ${time(milliseconds(event.eventTime))} ${nameOf(event)}`),
  ];
}

const nameOf = ({ eventType, ...event }: HistoryEvent): string => {
  const activity = event.activityTaskScheduledEventAttributes?.activityType?.name;
  const signal = event.workflowExecutionSignaledEventAttributes?.signalName;
  const name = (Type[eventType ?? 0] ?? String(eventType)).replace('EVENT_TYPE_', '');
  return [name, activity, signal].filter(Boolean).join(' ');
};

const time = (at: number | Date): string => new Date(at).toISOString();
