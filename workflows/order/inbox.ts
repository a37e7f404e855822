import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import { type OrderStatus, REASONS } from '../../domain/order';
import {
  abandonSignal,
  type CancelRequest,
  cancelUpdate,
  deliverUpdate,
  INVALID_TRANSITION,
  lookSignal,
  refundChangedSignal,
  type ShipRequest,
  shipUpdate,
} from '../messages';
import { checkCancel, checkShip } from './requests';

/** What staff ask of an order, until it is answered. */
export type StaffRequest = (
  | { name: 'ship'; request: ShipRequest }
  | { name: 'deliver' }
  | { name: 'cancel'; request: CancelRequest }
) & {
  /** Answers the update. */
  settle(status: OrderStatus): void;
  /** Refuses it: it makes no sense now. */
  refuse(message: string, type?: string): void;
};

/** What can wake an order. */
export type News =
  | { kind: 'look' }
  | { kind: 'abandon' }
  | { kind: 'refund' }
  | { kind: 'asked'; asked: StaffRequest }
  | { kind: 'time-up' };

/** In which status each request makes sense. */
const MAKES_SENSE: Record<StaffRequest['name'], readonly OrderStatus[]> = {
  ship: ['PREPARING'],
  deliver: ['SHIPPED'],
  cancel: ['PENDING', 'PAID', 'PREPARING'],
};

/**
 * Every message to an order, one at a time: whatever moves it comes through here, so that no two paths race. Set before the workflow's first
 * await: what arrived with the start is already in it.
 */
export class Inbox {
  private unseenLook = false;
  private unseenRefund = false;
  private readonly requests: StaffRequest[] = [];
  abandoned = false;

  /** @param standing the order's status, or null while it is not opened yet: then a request waits to be judged. */
  constructor(private readonly standing: () => OrderStatus | null) {
    setHandler(
      lookSignal,
      () => {
        this.unseenLook = true;
      },
      { description: 'Something changed at Stripe: the order reads its session again' },
    );
    setHandler(
      refundChangedSignal,
      () => {
        this.unseenRefund = true;
      },
      { description: 'A refund of this order was recorded' },
    );
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
  }

  /** Temporal's own *Request Cancellation* is staff's `cancel`; there is nobody to answer. */
  cancelFromTemporal(): void {
    const nobody = () => undefined;
    this.requests.push({ name: 'cancel', request: { reason: 'other' }, settle: nobody, refuse: nobody });
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
    return this.requests.length > 0 || this.unseenLook || this.unseenRefund || this.abandoned;
  }

  /** The waiting message that matters most: `time-up` when there is none. A person goes first, then Stripe, then the shopper who left. */
  take(): News {
    const asked = this.requests.shift();
    if (asked) return { kind: 'asked', asked };
    if (this.unseenRefund) {
      this.unseenRefund = false;
      return { kind: 'refund' };
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
    this.unseenRefund = false;
    this.abandoned = false;
  }

  /** Whether staff have asked for something. */
  get asked(): boolean {
    return this.requests.length > 0;
  }

  /** Whether a refund was recorded that nobody has looked at. */
  get refunded(): boolean {
    return this.unseenRefund;
  }

  private ask(
    asked: { name: 'ship'; request: ShipRequest } | { name: 'deliver' } | { name: 'cancel'; request: CancelRequest },
  ): Promise<OrderStatus> {
    return new Promise((settle, reject) => {
      this.requests.push({
        ...asked,
        settle,
        refuse: (message, type = INVALID_TRANSITION) => reject(ApplicationFailure.nonRetryable(message, type)),
      });
    });
  }

  private validate(name: StaffRequest['name']): void {
    const status = this.standing();
    if (status !== null && !MAKES_SENSE[name].includes(status)) throw refusal(status);
  }
}

/** The refusal of a request that makes no sense now; says what the order is. */
export const refusal = (status: OrderStatus): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`The order is ${status}`, INVALID_TRANSITION);
