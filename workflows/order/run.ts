import { condition } from '@temporalio/workflow';
import type { OrderFactsNow } from '../../activities/order/facts';
import type { Action, ActionFacts } from '../../domain/action-facts';
import { whyNot } from '../../domain/actions';
import type { AttentionStep } from '../../domain/attention';
import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { OpenRefund, Progress } from '../../domain/order-snapshot';
import { cameBackInWords } from '../../domain/returns';
import type { Opening, OrderInput, OrderReport, OrderState } from '../../messages/order';
import type { OtherWork } from '../meanwhile';
import { type Parked, Parking } from '../parking';
import { refusal } from '../refusal';
import { database, slowDatabase } from '../steps';
import { Inbox, type Message } from './inbox';
import { Mails } from './mails';
import { refundsTold } from './refunds-told';
import { meanwhile } from './replaced';
import { factsOf, needsOf } from './report';
import { mailOfReturn, returnedSince } from './returned';
import { StaffView } from './staff-view';
import { toldSince } from './told';
import { type UnderWay, underWayOf } from './under-way';

/**
 * One run of an order's workflow: what it knows about the order, and the parts that all phases share. Whatever must
 * outlive the run is in the database.
 */
export class OrderRun {
  readonly sessionId: SessionId;
  readonly inbox = new Inbox(() => this.showDetails());
  readonly view = new StaffView(() => this.underWay);
  readonly mails: Mails;
  /** The refund that Stripe is being asked for; null if none. */
  asking: OpenRefund | null = null;
  /** How many times *Request Cancellation* was pressed and is not answered yet. */
  cancellations = 0;
  /** The answer to the shopper who waits at the checkout; null until it is known. */
  opening: Opening | null = null;
  private known: OrderFactsNow | null = null;
  readonly parking: Parking;

  constructor({ sessionId }: OrderInput) {
    this.sessionId = sessionId;
    this.parking = new Parking({
      show: () => this.show(),
      raise: (parked) => slowDatabase.raiseAttention({ sessionId, ...parked }),
      lower: () => slowDatabase.clearAttention({ sessionId }),
      // Skip the mail if the stuck step is itself a mail, or no order exists yet for it to be about.
      call: ({ step }, since) => {
        if (step !== 'mail' && this.known) this.mails.send({ template: 'attention_needed', step, episode: since });
      },
    });
    this.mails = new Mails(
      sessionId,
      this.parking,
      (reason, unreached) => {
        if (this.known) this.known = { ...this.known, unreached };
        this.tell(`Gave up a mail: ${reason}`);
        this.inbox.put('changed'); // it may need staff now
      },
      (mails) => {
        this.view.mails = mails;
        this.showDetails();
      },
    );
  }

  // --- What is known of the order ----------------------------------------------------------------------------------

  /** The order as last read from the database. Not available before the order is opened. */
  get order(): OrderFactsNow {
    if (this.known === null) throw new Error('the order is not opened yet');
    return this.known;
  }

  get status(): OrderStatus {
    return this.known?.status ?? 'PENDING';
  }

  /** The order's currency; null before the order is opened. */
  get currency(): string | null {
    return this.known?.currency ?? null;
  }

  /** The facts that decide what staff may do now; null before the order is opened. */
  get facts(): ActionFacts | null {
    return this.known && factsOf(this.known, this.needs, this.view.payment);
  }

  /** As `facts`, with what is under way: for a request that comes now and must wait for its turn. */
  get factsMeanwhile(): ActionFacts | null {
    return this.known && factsOf(this.known, this.needs, this.view.payment, this.underWay);
  }

  /** What it was asked for and has not finished. */
  get underWay(): UnderWay {
    return underWayOf(this.sessionId, this.inbox.unanswered, this.asking);
  }

  /** The answer to the `state` query. */
  get state(): OrderState {
    const { sessionId, status, needs } = this;
    return { sessionId, status, waitingFor: this.view.waitingFor, attention: needs[0] ?? null };
  }

  /** The answer to the `order` query. */
  get report(): OrderReport | null {
    return this.view.reportOf(this.known, this.needs);
  }

  /** The order is in the database: answers the waiting shopper, and makes the order searchable for staff. */
  opened(order: OrderFactsNow, opening: Opening): void {
    this.known = order;
    this.opening = opening;
    if (order.staleAttention) this.parking.lowerStaleFlag();
    this.view.opened(order);
    this.view.happened.push(...toldSince(order)); // of earlier runs
    this.show();
  }

  /** The session is not ours: there will be no order. */
  notOurs(): void {
    this.opening = { outcome: 'not-ours' };
    this.view.notOurs = true;
  }

  /**
   * Reads the order again, because another workflow may have changed it.
   * @param event tells staff why its status is another now; null if what is read tells that
   */
  async refresh(event?: string | null): Promise<void> {
    const { sessionId } = this;
    this.apply(await this.untilDone('read', () => database.readOrder({ sessionId })), event);
  }

  /** Takes over what the database says about the order now. */
  apply(order: OrderFactsNow, event?: string | null): void {
    const before = this.order;
    this.known = order;
    const returned = returnedSince(before.returns, order.returns);
    this.view.happened.push(...toldSince(order, before));
    for (const goods of returned) this.view.tell(cameBackInWords(goods));
    this.mails.send(...returned.map(mailOfReturn));
    if (order.skus.join() !== before.skus.join()) this.view.setSkus(order.skus);
    this.show();
    if (order.status === before.status) return;
    const isToldAlready = order.status === 'REFUNDED' && refundsTold(order, before.refunds).length > 0;
    this.setStatus(order.status, event !== undefined ? event : isToldAlready ? null : meanwhile(before, order));
  }

  /** A step has moved the order. `event` tells staff why; null if they are told already. */
  setStatus(status: OrderStatus, event: string | null): void {
    this.known = { ...this.order, status };
    this.view.setStatus(this.known);
    if (event === null) this.show();
    else this.tell(event);
  }

  /** A parcel has left. The status changes only once everything is shipped. */
  setShipped({ status, stock, lines, parcels }: { status: OrderStatus } & Progress, event: string): void {
    const flags = { anythingShipped: true, nothingOut: false };
    const sent = { ...(stock && { stock }), ...(lines && { lines }), ...(parcels && { parcels }), ...flags };
    this.known = { ...this.order, ...sent, shippedAt: status === 'SHIPPED' ? Date.now() : null };
    if (status === this.status) this.tell(event);
    else this.setStatus(status, event);
  }

  // --- Messages ----------------------------------------------------------------------------------------------------

  /** Waits for the next message, at most `ms`. `summary` names the timer in the Temporal UI. */
  async nextMessage(ms?: number, summary = 'Waits'): Promise<Message> {
    const { inbox } = this;
    if (ms === undefined) await condition(() => inbox.hasMessage);
    else if (!inbox.hasMessage) await condition(() => inbox.hasMessage, Math.max(1, ms), { summary });
    return inbox.take();
  }

  /** Does the work for a message. A request by staff is answered with the order's status afterwards, or the refusal. */
  serve(message: Message, work: () => Promise<void>): Promise<void> {
    if (message.kind !== 'request') return work();
    return this.inbox.serve(message.request, async () => {
      await work();
      return this.status;
    });
  }

  /** Throws the refusal if the table of actions does not allow this now. `more`: facts that only the caller knows. */
  allow(action: Action, more: Partial<ActionFacts> = {}): void {
    const refused = whyNot(action, { status: this.status, ...this.facts, ...more });
    if (refused !== null) throw refusal(refused);
  }

  /** What a step wrote, or staff decided, stands in the database. `event` tells staff. */
  recorded(change: Partial<OrderFactsNow>, event?: string): void {
    if (this.known) this.known = { ...this.known, ...change };
    if (event === undefined) this.showDetails();
    else this.tell(event);
  }

  /** Waits until the order is read. A run that starts over may be stuck at that. */
  async untilReadOrParked(): Promise<void> {
    if (this.opening === null) await condition(() => this.opening !== null || this.parking.all.length > 0);
  }

  // --- Steps and waiting -------------------------------------------------------------------------------------------

  /**
   * Does a step until it succeeds. A step that keeps failing is parked and shown to staff under this name. A message
   * from Stripe or a cancel has it tried again. `others`: what can be done between two tries.
   */
  untilDone<T>(step: AttentionStep, act: () => Promise<T>, others?: OtherWork): Promise<T> {
    const another = this.inbox.worthAnotherTry();
    const attempt = () => {
      another.tries();
      return act();
    };
    return this.parking.untilDone(step, attempt, { wake: another.now, others });
  }

  // --- What staff see ----------------------------------------------------------------------------------------------

  /** Sets what the order is waiting for, in words that complete “It waits for …”. */
  waits(forWhat: string): void {
    this.view.waitingFor = forWhat;
    this.show();
  }

  private tell(event: string): void {
    this.view.tell(event);
    this.show();
  }

  private get needs(): readonly Parked[] {
    return needsOf(this.known, this.parking.all);
  }

  private show(): void {
    this.view.show(this.known, this.needs);
  }

  /** No command, so that it may be done at any moment, also in a handler. */
  private showDetails(): void {
    this.view.showDetails(this.known, this.needs);
  }
}
