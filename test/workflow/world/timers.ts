import {
  type WorkflowClientInterceptor,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdReusePolicy,
} from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Duration = { seconds?: unknown; nanos?: number | null } | null | undefined;

/** How close to its timer a run takes no message: longer than a task takes on a busy machine. */
const CLOSE_MS = 3_000;
/** How long a timer may be overdue and still be about to fire. */
const OVERDUE_MS = 15_000;
const LOOK_AGAIN_MS = 25;

/** Milliseconds of a protobuf duration or time. */
export const milliseconds = (time: Duration): number =>
  Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1_000_000;

/** When the timers of a history that have neither fired nor been cancelled are due. */
export function openTimers(events: HistoryEvent[]): number[] {
  const open = new Map<string | null | undefined, number>();
  for (const { eventTime, ...event } of events) {
    const started = event.timerStartedEventAttributes;
    if (started) open.set(started.timerId, milliseconds(eventTime) + milliseconds(started.startToFireTimeout));
    open.delete(event.timerFiredEventAttributes?.timerId ?? event.timerCanceledEventAttributes?.timerId);
  }
  return [...open.values()];
}

export interface Runs {
  /** Takes note of a run that is started or sent a message. */
  know(id: string): void;
  /** The events of a run that is under way; none of any other. */
  openHistory(id: string): Promise<HistoryEvent[]>;
  /** The server's time. */
  now(): Promise<number>;
}

/**
 * Keeps every message to a workflow away from the moment at which one of its timers fires.
 *
 * Temporal's test server (1.40; `TestWorkflowMutableStateImpl.processCancelTimer`) forgets a timer as soon as it
 * fires. If a workflow task is under way just then that cancels the timer, as `condition(…, ms)` does when a message
 * comes, the server refuses the completed task, and neither offers it again nor lets it time out: the run hangs until
 * somebody sends it the next message. A real server drops the fired timer and goes on
 * (`MutableStateImpl.AddTimerCanceledEvent`), so this is for the tests to avoid, not for the workflows.
 */
export function apartFromTimers(runs: Runs): WorkflowClientInterceptor {
  const clear = async (id: string | undefined) => {
    if (!id) return;
    runs.know(id);
    await untilNoTimerIsClose(runs, id);
  };
  return {
    start: (input, next) => {
      if (input.options.workflowId) runs.know(input.options.workflowId);
      return next(input);
    },
    signal: async (input, next) => {
      await clear(input.workflowExecution.workflowId);
      return next(input);
    },
    signalWithStart: async (input, next) => {
      await clear(input.options.workflowId);
      try {
        return await next(input);
      } catch (error) {
        // The test server does not start and signal in one step: of several at once, those that lose are refused. A
        // real server signals the run that won.
        const mayStartAgain = input.options.workflowIdReusePolicy === WorkflowIdReusePolicy.ALLOW_DUPLICATE;
        if (!mayStartAgain || !(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        return next(input);
      }
    },
    startUpdate: async (input, next) => {
      await clear(input.workflowExecution.workflowId);
      return next(input);
    },
    startUpdateWithStart: async (input, next) => {
      await clear(input.workflowStartOptions.workflowId);
      return next(input);
    },
    cancel: async (input, next) => {
      await clear(input.workflowExecution.workflowId);
      return next(input);
    },
  };
}

async function untilNoTimerIsClose(runs: Runs, id: string): Promise<void> {
  for (;;) {
    const timers = openTimers(await runs.openHistory(id));
    if (timers.length === 0) return;
    const now = await runs.now();
    if (!timers.some((due) => due - now < CLOSE_MS && now - due < OVERDUE_MS)) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
