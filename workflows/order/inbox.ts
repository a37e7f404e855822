import { ApplicationFailure } from '@temporalio/common';
import type { OrderStatus } from '../../domain/order';
import type {
  CancelRequest,
  RefundRequest,
  ReplaceRequest,
  ResolveRequest,
  ReturnRequest,
  ShipRequest,
} from '../../messages/order';

/**
 * A request by staff. `key` is made from the update's id. It identifies a repeat, in the database and at Stripe, and
 * the database has the name of who asked under it. A cancel is recorded before it is asked for, with the name.
 */
export type StaffRequest =
  | { name: 'ship'; request: ShipRequest; key: string }
  | { name: 'deliver'; key: string }
  | { name: 'cancel'; request: CancelRequest }
  | { name: 'refund'; request: RefundRequest; key: string }
  | { name: 'return'; request: ReturnRequest; key: string }
  | { name: 'replace'; request: ReplaceRequest; key: string }
  /** The answer “continue” to a pending decision. */
  | { name: 'retry'; key: string }
  | { name: 'resolve'; request: ResolveRequest; key: string };

/** Everything that can wake an order. */
export type Message =
  /** Something changed at Stripe. */
  | { kind: 'look' }
  /** The shopper has left. */
  | { kind: 'abandon' }
  /** Another workflow changed the order: a refund, a dispute, a review or a warning. */
  | { kind: 'changed' }
  | { kind: 'request'; request: StaffRequest }
  /** No message came in time. */
  | { kind: 'time-up' };

/**
 * The messages to an order. They are handled one at a time, so that no two paths race. A request is answered in one
 * place: the value that its work returns is the answer, and the error that it throws is the refusal.
 */
export class Inbox {
  private look = false;
  private change = false;
  private abandon = false;
  /** Count the messages that may help a step which is stuck: Stripe has something new, or staff cancel. */
  private looks = 0;
  private cancels = 0;
  private readonly requests: StaffRequest[] = [];
  /** Of the requests that wait or are being served. */
  private readonly answers = new Map<StaffRequest, Answer>();

  /** @param onRequest hears when a request has come, and when it is answered */
  constructor(private readonly onRequest: () => void = () => undefined) {}

  put(kind: 'look' | 'changed' | 'abandon'): void {
    if (kind === 'look') {
      this.look = true;
      this.looks++;
    } else if (kind === 'changed') this.change = true;
    else this.abandon = true;
  }

  /** Queues a request and waits for its answer. */
  ask(request: StaffRequest): Promise<OrderStatus> {
    if (request.name === 'cancel') this.cancels++;
    return new Promise((resolve, reject) => {
      this.requests.push(request);
      this.answers.set(request, { resolve, reject });
      this.onRequest();
    });
  }

  /** The requests that are not answered yet: the one that is being served, and those that wait. */
  get unanswered(): readonly StaffRequest[] {
    return [...this.answers.keys()];
  }

  /** The first such request that waits, taken out of its turn. */
  takeRequest(wanted: (request: StaffRequest) => boolean): StaffRequest | undefined {
    const place = this.requests.findIndex(wanted);
    return place < 0 ? undefined : this.requests.splice(place, 1)[0];
  }

  /** Whether such a request waits. */
  hasRequestFor(wanted: (request: StaffRequest) => boolean): boolean {
    return this.requests.some(wanted);
  }

  /**
   * Tells a step that is stuck whether a message is worth another try. A cancel is, at once. News from Stripe is
   * not worth one each: a thousand declined cards are a thousand messages.
   */
  worthAnotherTry(): { tries(): void; now(): boolean } {
    let before = { looks: 0, cancels: 0, at: 0 };
    return {
      tries: () => {
        before = { looks: this.looks, cancels: this.cancels, at: Date.now() };
      },
      now: () =>
        this.cancels > before.cancels || (this.looks > before.looks && Date.now() >= before.at + BETWEEN_TRIES),
    };
  }

  get hasMessage(): boolean {
    return this.hasRequest || this.look || this.change || this.abandon;
  }

  get hasRequest(): boolean {
    return this.requests.length > 0;
  }

  /** Whether another workflow has changed the order since it was last read. */
  get hasChange(): boolean {
    return this.change;
  }

  get hasLook(): boolean {
    return this.look;
  }

  get hasAbandon(): boolean {
    return this.abandon;
  }

  /**
   * The most important waiting message; `time-up` if there is none. Changes by other workflows come first, so that
   * requests are checked against the current order. Then come staff, then Stripe, then the shopper who left.
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

  /** Clears the signals, because the order and the session are about to be read. Requests stay. */
  markSeen(): void {
    this.look = false;
    this.change = false;
    this.abandon = false;
  }

  /** Serves a request by staff. An error that is not a refusal is a mistake in the code and is rethrown. */
  async serve(request: StaffRequest, work: () => Promise<OrderStatus>): Promise<void> {
    const answer = this.answers.get(request);
    try {
      answer?.resolve(await work());
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      answer?.reject(error);
    } finally {
      this.answers.delete(request);
      this.onRequest();
    }
  }

  /** Serves all waiting requests without any work: `answer` returns the status, or throws the refusal. */
  async serveAll(answer: (request: StaffRequest) => Promise<OrderStatus>): Promise<void> {
    for (let request = this.requests.shift(); request; request = this.requests.shift()) {
      const next = request;
      await this.serve(next, () => answer(next));
    }
  }
}

/** The shortest pause between two tries of a step that a message about Stripe wakes, in milliseconds. */
const BETWEEN_TRIES = 15_000;

interface Answer {
  resolve(status: OrderStatus): void;
  reject(refusal: ApplicationFailure): void;
}
