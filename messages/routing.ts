import { SUBSCRIBED_EVENTS, type SubscribedEvent } from '../domain/events';
import { isDisputeId, isNoticeId, isRefundId, isSessionId } from '../domain/ids';
import { disputeLookSignal, disputeStart } from './dispute';
import { WORKFLOWS } from './names';
import { noticeLookSignal, noticeStart } from './notice';
import { lookSignal, type OpenedBy, orderStart } from './order';
import { refundLookSignal, refundStart } from './refund';

/** What of an event decides where it goes: never what it says of its object, which may be stale. */
export interface EventFacts {
  type: SubscribedEvent;
  /** Of the object it is about. */
  objectId: string;
  /** Of a Checkout Session, where the event says it. */
  mode: string | null;
}

/**
 * Whom an event wakes, as one call to Temporal: `signalWithStart` with what is given, or, where `onlyRunning`, a signal to who runs already.
 * Null when it is nobody's. The receiver and the sweep pass events on by this one table.
 */
export function errandOf({ type, objectId, mode }: EventFacts, by: OpenedBy) {
  const destination = SUBSCRIBED_EVENTS[type];
  switch (destination) {
    case 'order':
    case 'running-order': {
      if (!isSessionId(objectId) || mode === 'subscription' || mode === 'setup') return null;
      const onlyRunning = destination === 'running-order';
      return {
        workflow: WORKFLOWS.order,
        start: orderStart({ sessionId: objectId, openedBy: by }),
        signal: lookSignal,
        onlyRunning,
      };
    }
    case 'refund':
      if (!isRefundId(objectId)) return null;
      return {
        workflow: WORKFLOWS.refund,
        start: refundStart({ refundId: objectId }),
        signal: refundLookSignal,
        onlyRunning: false,
      };
    case 'dispute':
      if (!isDisputeId(objectId)) return null;
      return {
        workflow: WORKFLOWS.dispute,
        start: disputeStart({ disputeId: objectId }),
        signal: disputeLookSignal,
        onlyRunning: false,
      };
    case 'nobody':
      return null;
    default:
      if (!isNoticeId(objectId)) return null;
      return {
        workflow: WORKFLOWS.notice,
        start: noticeStart({ kind: destination, id: objectId }),
        signal: noticeLookSignal,
        onlyRunning: false,
      };
  }
}

export type Errand = NonNullable<ReturnType<typeof errandOf>>;
