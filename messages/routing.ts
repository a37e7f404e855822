import { SUBSCRIBED_EVENTS, type SubscribedEvent } from '../domain/events';
import { isDisputeId, isNoticeId, isRefundId, isSessionId } from '../domain/ids';
import { disputeLookSignal, disputeStart } from './dispute';
import { WORKFLOWS } from './names';
import { noticeLookSignal, noticeStart } from './notice';
import { lookSignal, orderStart } from './order';
import { refundLookSignal, refundStart } from './refund';

/** What of an event decides where it goes: never what it says of its object, which may be stale. */
export interface EventFacts {
  type: SubscribedEvent;
  /** Of the object it is about. */
  objectId: string;
  /** Of a Checkout Session, where the event says it. */
  mode: string | null;
  /** Of a PaymentIntent, where the event says it: it never changes. */
  captureMethod?: string | null;
}

/**
 * Where an event goes, as one call to Temporal: `signalWithStart` with what is given; where `onlyRunning`, a signal to
 * a run that is there already; where `onlyStart`, a start that does nothing to a run that is there. Null when it
 * concerns no workflow. The receiver and the sweep both route by this one table.
 */
export function routeOf({ type, objectId, mode, captureMethod }: EventFacts) {
  const destination = SUBSCRIBED_EVENTS[type];
  if (destination === 'payment' && captureMethod && AUTOMATIC.has(captureMethod)) return null;
  switch (destination) {
    case 'order':
    case 'running-order': {
      if (!isSessionId(objectId) || mode === 'subscription' || mode === 'setup') return null;
      const onlyRunning = destination === 'running-order';
      return {
        workflow: WORKFLOWS.order,
        start: orderStart({ sessionId: objectId, openedBy: 'event' }),
        signal: lookSignal,
        onlyRunning,
        onlyStart: false,
      };
    }
    case 'refund':
      if (!isRefundId(objectId)) return null;
      return {
        workflow: WORKFLOWS.refund,
        start: refundStart({ refundId: objectId }),
        signal: refundLookSignal,
        onlyRunning: false,
        onlyStart: false,
      };
    case 'dispute':
      if (!isDisputeId(objectId)) return null;
      return {
        workflow: WORKFLOWS.dispute,
        start: disputeStart({ disputeId: objectId }),
        signal: disputeLookSignal,
        onlyRunning: false,
        onlyStart: false,
      };
    case 'nobody':
      return null;
    default: {
      if (!isNoticeId(objectId)) return null;
      const onlyStart = destination === 'payment-failed';
      const start = noticeStart({ kind: destination, id: objectId });
      return {
        workflow: WORKFLOWS.notice,
        start: onlyStart ? { ...start, startDelay: DECLINES_TOGETHER_MS } : start,
        signal: noticeLookSignal,
        onlyRunning: false,
        onlyStart,
      };
    }
  }
}

/**
 * How long the first decline of a payment waits for others, in milliseconds. Card testers cause a thousand declines on
 * one session: one run reads them together, and none of them adds to its history.
 */
const DECLINES_TOGETHER_MS = 10_000;

/** Stripe captures these by itself, so the session's own events report the money. */
const AUTOMATIC: ReadonlySet<string> = new Set(['automatic', 'automatic_async']);

export type EventRoute = NonNullable<ReturnType<typeof routeOf>>;
