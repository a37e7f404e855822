import { ApplicationFailure } from '@temporalio/common';
import type { OrderStatus } from '../../domain/order';
import type { CancelRequest, RefundRequest, ShipRequest } from '../../messages/order';
import { INVALID_TRANSITION } from '../../messages/refusals';

/** What staff ask of an order. */
export type StaffRequest =
  | { name: 'ship'; request: ShipRequest }
  | { name: 'deliver' }
  | { name: 'cancel'; request: CancelRequest }
  /** `id` is the update's: what makes a repeat recognisable, in Temporal and at Stripe. */
  | { name: 'refund'; request: RefundRequest; id: string }
  /** The answer to a pending decision: go on. */
  | { name: 'retry' };

/** What can wake an order. */
export type Message =
  /** Something changed at Stripe. */
  | { kind: 'look' }
  /** The shopper has left. */
  | { kind: 'abandon' }
  /** Others wrote to the order: a refund, a dispute, a review, a warning. */
  | { kind: 'changed' }
  | { kind: 'request'; request: StaffRequest }
  /** No message came in time. */
  | { kind: 'time-up' };

/**
 * Every message to an order. They are taken one at a time, so that no two paths race. A request is answered in one place: what the work that
 * serves it returns is the answer, and what it throws is the refusal.
 */
export class Inbox {
  private look = false;
  private change = false;
  private abandon = false;
  private readonly requests: StaffRequest[] = [];
  private readonly answers = new Map<StaffRequest, Answer>();

  put(kind: 'look' | 'changed' | 'abandon'): void {
    if (kind === 'look') this.look = true;
    else if (kind === 'changed') this.change = true;
    else this.abandon = true;
  }

  /** Puts a request before the order, and waits for its answer. */
  ask(request: StaffRequest): Promise<OrderStatus> {
    return new Promise((resolve, reject) => {
      this.requests.push(request);
      this.answers.set(request, { resolve, reject });
    });
  }

  /** Puts a request back that another phase of the order is to serve. */
  putBack(request: StaffRequest): void {
    this.requests.unshift(request);
  }

  get hasMessage(): boolean {
    return this.hasRequest || this.look || this.change || this.abandon;
  }

  get hasRequest(): boolean {
    return this.requests.length > 0;
  }

  /** Whether others wrote to the order, and it has not been read since. */
  get hasChange(): boolean {
    return this.change;
  }

  get hasAbandon(): boolean {
    return this.abandon;
  }

  /**
   * The waiting message that matters most; `time-up` when there is none. What others wrote goes first, so that a request is judged by what the
   * order is now; then a person, then Stripe, then the shopper who left.
   */
  take(): Message {
    if (this.takeChange()) return { kind: 'changed' };
    const request = this.requests.shift();
    if (request) return { kind: 'request', request };
    if (this.takeLook()) return { kind: 'look' };
    const { abandon } = this;
    this.abandon = false;
    return { kind: abandon ? 'abandon' : 'time-up' };
  }

  takeChange(): boolean {
    const { change } = this;
    this.change = false;
    return change;
  }

  takeLook(): boolean {
    const { look } = this;
    this.look = false;
    return look;
  }

  /** Order and session are about to be read: whatever was told up to now is known then. Requests stay. */
  markSeen(): void {
    this.look = false;
    this.change = false;
    this.abandon = false;
  }

  /** Does what staff ask. A failure of another kind than a refusal is a mistake in the code, and is thrown on. */
  async serve(request: StaffRequest, work: () => Promise<OrderStatus>): Promise<void> {
    const answer = this.answers.get(request);
    this.answers.delete(request);
    try {
      answer?.resolve(await work());
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      answer?.reject(error);
    }
  }

  /** Refuses whatever staff have asked up to now. */
  async refuseAll(message: string): Promise<void> {
    for (let request = this.requests.shift(); request; request = this.requests.shift())
      await this.serve(request, () => Promise.reject(refusal(message)));
  }
}

interface Answer {
  resolve(status: OrderStatus): void;
  reject(refusal: ApplicationFailure): void;
}

/** The refusal of a request that makes no sense now; its message is one plain sentence that says what the order is. */
export const refusal = (message: string, type = INVALID_TRANSITION): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, type);
