import { ApplicationFailure, condition, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import { whyNotYet } from '../../domain/actions';
import { type Decision, type OrderStatus, REASONS } from '../../domain/order';
import {
  abandonSignal,
  type CancelRequest,
  cancelUpdate,
  deliverUpdate,
  flagsChangedSignal,
  lookSignal,
  type RefundRequest,
  refundChangedSignal,
  refundUpdate,
  type ShipRequest,
  shipUpdate,
} from '../../messages/order';
import { INVALID_TRANSITION } from '../../messages/refusals';
import { checkCancel, checkRefund, checkShip } from './requests';

/** What staff ask of an order, until it is answered. */
export type StaffRequest = Asked & {
  /** Answers the update. */
  settle(status: OrderStatus): void;
  /** Refuses it: it makes no sense now. */
  refuse(message: string, type?: string): void;
};

type Asked =
  | { name: 'ship'; request: ShipRequest }
  | { name: 'deliver' }
  | { name: 'cancel'; request: CancelRequest }
  /** `id` is the update's: what makes a repeat recognisable, in Temporal and at Stripe. */
  | { name: 'refund'; request: RefundRequest; id: string }
  /** An answer to what others found out: go on. */
  | { name: 'retry' };

/** What can wake an order. */
export type News =
  | { kind: 'look' }
  | { kind: 'abandon' }
  /** Others wrote to the order: a refund, a dispute, a review, a warning. */
  | { kind: 'changed' }
  | { kind: 'asked'; asked: StaffRequest }
  | { kind: 'time-up' };

/**
 * Every message to an order, one at a time: whatever moves it comes through here, so that no two paths race. Set before the workflow's first
 * await: what arrived with the start is already in it.
 */
export class Inbox {
  private unseenLook = false;
  private unseenChange = false;
  private readonly requests: StaffRequest[] = [];
  abandoned = false;

  /** @param standing where the order stands, or null while it is not opened yet: then a request waits to be judged. */
  constructor(private readonly standing: () => { status: OrderStatus; undecided: Decision | null } | null) {
    setHandler(
      lookSignal,
      () => {
        this.unseenLook = true;
      },
      { description: 'Something changed at Stripe: the order reads its session again' },
    );
    const changed = () => {
      this.unseenChange = true;
    };
    setHandler(refundChangedSignal, changed, { description: 'A refund of this order was recorded' });
    setHandler(flagsChangedSignal, changed, {
      description: 'Others wrote to the order (a dispute, a review, a warning): it reads itself again',
    });
    setHandler(
      abandonSignal,
      () => {
        this.abandoned = true;
      },
      { description: 'The shopper left: closes the till, then gives back the stock' },
    );
    setHandler(shipUpdate, (request) => this.ask({ name: 'ship', request }), {
      validator: (request) => {
        checkShip(request);
        this.validate('ship');
      },
      description:
        'Records a parcel and mails the customer: { "carrier", "trackingNumber", "trackingUrl"?, "items"?: [{ "sku", "quantity" }] }',
    });
    setHandler(deliverUpdate, () => this.ask({ name: 'deliver' }), {
      validator: () => this.validate('deliver'),
      description: 'Says that a shipped order arrived; takes nothing',
    });
    setHandler(cancelUpdate, (request) => this.ask({ name: 'cancel', request }), {
      validator: (request) => {
        checkCancel(request);
        this.validate('cancel');
      },
      description: `Cancels before anything is shipped, and gives money back: { "reason": "${REASONS.join('" | "')}" }`,
    });
    setHandler(refundUpdate, (request) => this.ask({ name: 'refund', request, id: currentUpdateInfo()?.id ?? '' }), {
      validator: (request) => {
        checkRefund(request);
        this.validate('refund');
      },
      description:
        'Gives money back, all that is left or a part: { "amount"?, "reason", "restock"?: [{ "sku", "quantity" }] }; amounts in the smallest unit',
    });
  }

  /** Temporal's own *Request Cancellation* is staff's `cancel`; there is nobody to answer. */
  cancelFromTemporal(): void {
    const nobody = () => undefined;
    this.requests.push({ name: 'cancel', request: { reason: 'other' }, settle: nobody, refuse: nobody });
  }

  /** Puts a request back that somebody else is to answer. */
  putBack(asked: StaffRequest): void {
    this.requests.unshift(asked);
  }

  /** As if somebody had said so. */
  lookAgain(): void {
    this.unseenLook = true;
  }

  /** Waits for the next message, at most `ms`. `summary` names the timer in the Temporal UI. */
  async next(ms?: number, summary = 'Waits'): Promise<News> {
    if (ms === undefined) await condition(() => this.something());
    else if (!this.something()) await condition(() => this.something(), Math.max(1, ms), { summary });
    return this.take();
  }

  /** Whether a message is waiting to be looked at. */
  something(): boolean {
    return this.requests.length > 0 || this.unseenLook || this.unseenChange || this.abandoned;
  }

  /** The waiting message that matters most: `time-up` when there is none. A person goes first, then Stripe, then the shopper who left. */
  take(): News {
    const asked = this.requests.shift();
    if (asked) return { kind: 'asked', asked };
    if (this.unseenChange) {
      this.unseenChange = false;
      return { kind: 'changed' };
    }
    if (this.unseenLook) {
      this.unseenLook = false;
      return { kind: 'look' };
    }
    if (this.abandoned) {
      this.abandoned = false;
      return { kind: 'abandon' };
    }
    return { kind: 'time-up' };
  }

  /** Whatever has arrived by now is about to be looked at; what staff asked stays. */
  seen(): void {
    this.unseenLook = false;
    this.unseenChange = false;
    this.abandoned = false;
  }

  /** Whether staff have asked for something. */
  get asked(): boolean {
    return this.requests.length > 0;
  }

  /** Whether others wrote to the order since somebody looked; who asks looks now. */
  takeChange(): boolean {
    const changed = this.unseenChange;
    this.unseenChange = false;
    return changed;
  }

  /** Whether others wrote to the order, and nobody has looked. */
  get changed(): boolean {
    return this.unseenChange;
  }

  /** Puts a request before the order, and waits for its answer. */
  ask(asked: Asked): Promise<OrderStatus> {
    return new Promise((settle, reject) => {
      this.requests.push({
        ...asked,
        settle,
        refuse: (message, type = INVALID_TRANSITION) => reject(ApplicationFailure.nonRetryable(message, type)),
      });
    });
  }

  private validate(name: StaffRequest['name']): void {
    const standing = this.standing();
    if (standing === null) return;
    const refused = whyNotYet(name, { status: standing.status, pendingDecision: standing.undecided });
    if (refused !== null) throw refusal(standing.status);
  }
}

/** Why money is not given back while a dispute is open. */
export const BANK_DECIDES = 'The payment is disputed: the bank decides about the money';

/** The refusal of a request that makes no sense now; says what the order is. */
export const refusal = (status: OrderStatus): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`The order is ${status}`, INVALID_TRANSITION);
