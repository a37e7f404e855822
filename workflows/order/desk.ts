import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { MailRequest } from '../../activities/mail/send';
import type { OrderFactsNow } from '../../activities/order/facts';
import type { AttentionStep } from '../../domain/attention';
import type { SessionId } from '../../domain/ids';
import { isFinal, type OrderStatus } from '../../domain/order';
import { factPairs, type Opening, type OrderInput, openUpdate, retryUpdate, stateQuery } from '../../messages/order';
import { INVALID_TRANSITION } from '../../messages/refusals';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import { reasonOf } from '../failures';
import { database, slowDatabase } from '../steps';
import { describeOrder } from './details';
import { Inbox, refusal } from './inbox';
import { Mails } from './mails';

/** A step that cannot go on by itself. */
export interface Parked {
  step: AttentionStep;
  reason: string;
}

/** How long a step that cannot go on waits for `retry` before it tries by itself: 15 s, doubling, at most ten minutes. */
const slowRetry = (tries: number): number => Math.min(15_000 * 2 ** (tries - 1), 600_000);
/** So often a step may fail for a passing reason (a restart of the database) before anybody is called. */
const QUIET_TRIES = 2;

/**
 * One order's desk: what is known of it, what has arrived for it, and what staff see of it. The steps of its life stand in order.ts and the
 * files beside this one; the machinery they share stands here.
 */
export class Desk {
  readonly sessionId: SessionId;
  readonly inbox: Inbox;
  private facts: OrderFactsNow | null = null;
  private opening: Opening | null = null;
  private readonly parked: Parked[] = [];
  /** What others found out that a person must decide about: the order goes on meanwhile, as far as it may. */
  undecided: OrderFactsNow['decision'] = null;
  private flagged = { attention: false, disputed: false };
  private readonly happened: string[] = [];
  private waitingFor = 'the database';
  private retries = 0;
  private answeredRetries = 0;
  private attention: Promise<void> = Promise.resolve();
  private readonly mails: Mails;

  constructor(readonly input: OrderInput) {
    this.sessionId = input.sessionId;
    this.mails = new Mails(input.sessionId, {
      stuck: async (reason) => {
        await this.park({ step: 'mail', reason }, 600_000);
        this.answeredRetries = this.retries;
      },
      givenUp: (reason) => this.tell(`Gave up a mail: ${reason}`),
    });
    this.inbox = new Inbox(() => this.facts && { status: this.facts.status, undecided: this.undecided?.step ?? null });
    setHandler(openUpdate, async () => {
      await condition(() => this.opening !== null);
      return this.opening as Opening;
    });
    setHandler(retryUpdate, () => this.retry(), {
      validator: () => this.refuseNeedlessRetry(),
      description: 'Tries the step that needs attention again; takes nothing',
    });
    setHandler(stateQuery, () => ({
      sessionId: this.sessionId,
      status: this.status,
      waitingFor: this.waitingFor,
      attention: this.attentionNow,
    }));
  }

  get status(): OrderStatus {
    return this.facts?.status ?? 'PENDING';
  }

  /** The order as it was opened; steps run only after that. */
  get order(): OrderFactsNow {
    if (this.facts === null) throw new Error('the order is not opened yet');
    return this.facts;
  }

  // --- What is known ------------------------------------------------------------------------------------------------------------------

  /** The order is in the database: the shopper who waits hears how it went, and staff can find it. */
  opened(order: OrderFactsNow, opening: Opening): void {
    this.facts = order;
    this.opening = opening;
    if (order.leftover) this.attention = slowDatabase.clearAttention({ sessionId: this.sessionId });
    if (!workflowInfo().typedSearchAttributes.get(SEARCH_ATTRIBUTES.orderNumber))
      upsertSearchAttributes(factPairs(order));
    this.heed(order);
    this.show();
  }

  /** There is no order, and will be none. */
  notOurs(): void {
    this.opening = { outcome: 'not-ours' };
  }

  /** The order stands somewhere else now, and rests there: staff find it by its status. */
  moved(status: OrderStatus, event: string): void {
    this.facts = { ...this.order, status };
    this.happened.push(event);
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.orderStatus, value: status }]);
    this.show();
  }

  /** Others wrote to the order: it may stand somewhere else, be disputed, or need a decision. */
  learned(order: OrderFactsNow, event = `Now ${order.status}, by what was recorded meanwhile`): void {
    const { status } = this.order;
    this.facts = order;
    this.heed(order);
    if (order.status === status) this.show();
    else this.moved(order.status, event);
  }

  private heed({ decision, disputed }: OrderFactsNow): void {
    this.undecided = decision;
    this.flag({ attention: this.attentionNow !== null, disputed });
  }

  private get attentionNow(): Parked | null {
    return this.undecided ?? this.parked[0] ?? null;
  }

  /** Each change of a search attribute is an event of the history: only changes are told. */
  private flag(now: { attention: boolean; disputed: boolean }): void {
    const pairs = [
      { key: SEARCH_ATTRIBUTES.needsAttention, value: now.attention, was: this.flagged.attention },
      { key: SEARCH_ATTRIBUTES.disputed, value: now.disputed, was: this.flagged.disputed },
    ].filter(({ value, was }) => value !== was);
    this.flagged = now;
    if (pairs.length > 0) upsertSearchAttributes(pairs.map(({ key, value }) => ({ key, value })));
  }

  /** A parcel left: the order rests where it was until all of it is shipped. */
  shipped(status: OrderStatus): void {
    this.facts = { ...this.order, anythingShipped: true };
    if (status === this.status) this.tell('Shipped in part');
    else this.moved(status, 'Shipped');
  }

  /** Something worth telling staff that does not move the order. */
  private tell(event: string): void {
    this.happened.push(event);
    this.show();
  }

  /** What the order waits for from here on, in words that end “It waits for …”. */
  waits(forWhat: string): void {
    this.waitingFor = forWhat;
    this.show();
  }

  // --- Steps that must be done ----------------------------------------------------------------------------------------------------------

  /**
   * Does a step until it is done. One that cannot go on is parked: in sight of staff, with a reason they can act on, waiting for `retry` or
   * its own slow retry.
   */
  async untilDone<T>(step: AttentionStep, act: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        const result = await act();
        this.answeredRetries = this.retries;
        return result;
      } catch (error) {
        this.answeredRetries = this.retries;
        const { reason, passing } = reasonOf(error);
        if (passing && tries <= QUIET_TRIES) await this.pause(slowRetry(tries));
        else await this.park({ step, reason }, slowRetry(passing ? tries - QUIET_TRIES : 7));
      }
    }
  }

  /** Parks for a decision: until staff say `retry` or ask for something else, or others write to the order (a refund, a dispute's end). */
  async decision(parked: Parked): Promise<void> {
    await this.park(parked, undefined, () => this.inbox.asked || this.inbox.changed);
    this.inbox.seen();
  }

  private async park(parked: Parked, ms?: number, orElse = () => false): Promise<void> {
    this.parked.push(parked);
    this.showAttention();
    await this.pause(ms, orElse);
    this.parked.splice(this.parked.indexOf(parked), 1);
    this.showAttention();
  }

  private async pause(ms?: number, orElse = () => false): Promise<void> {
    const before = this.retries;
    const goOn = () => this.retries > before || orElse();
    if (ms === undefined) await condition(goOn);
    else await condition(goOn, ms, { summary: 'Tries again by itself' });
  }

  private async retry(): Promise<OrderStatus> {
    const mine = ++this.retries;
    if (this.undecided !== null) return this.inbox.ask({ name: 'retry' });
    await condition(() => this.answeredRetries >= mine);
    return this.status;
  }

  private refuseNeedlessRetry(): void {
    if (this.facts === null || this.attentionNow !== null) return;
    if (isFinal(this.facts.status)) throw refusal(this.facts.status);
    throw ApplicationFailure.nonRetryable('Nothing needs attention', INVALID_TRANSITION);
  }

  // --- Beside the order -----------------------------------------------------------------------------------------------------------------

  /** Sends the mails of one turn beside the order; the run ends only after they are sent or given up. */
  mail(...mails: MailRequest[]): void {
    this.mails.send(mails);
  }

  /**
   * Ends the run: the last mails are out, every request has an answer, and no message is left that nobody looked at. Answers where the order stands,
   * which may be open again.
   */
  async finish(): Promise<OrderStatus> {
    this.waits('its last mails');
    do {
      while (this.inbox.asked) {
        const news = this.inbox.take();
        if (news.kind === 'asked') news.asked.refuse(refusal(this.status).message);
      }
      await this.attention;
      await condition(() => this.mails.allOut || this.inbox.changed);
      await condition(() => allHandlersFinished() || this.inbox.asked || this.inbox.changed);
      // A refund that the bank refuses meanwhile may lead back to what the order was.
      if (this.facts && this.inbox.takeChange()) {
        const { sessionId } = this;
        this.learned(await this.untilDone('read', () => database.readOrder({ sessionId })));
        if (!isFinal(this.status)) return this.status;
      }
    } while (this.inbox.asked || this.inbox.changed || !this.mails.allOut);
    this.waits('nothing: it is done');
    return this.status;
  }

  // --- What staff see -------------------------------------------------------------------------------------------------------------------

  private show(): void {
    setCurrentDetails(
      describeOrder({
        order: this.facts,
        waitingFor: this.waitingFor,
        parked: this.undecided ? [this.undecided, ...this.parked] : this.parked,
        happened: this.happened,
      }),
    );
  }

  /** Flags the order (or no longer) in the Temporal UI at once, and in the database and by mail as soon as they can take it. */
  private showAttention(): void {
    const [first] = this.parked;
    this.flag({ ...this.flagged, attention: this.attentionNow !== null });
    this.show();
    const { sessionId } = this;
    if (first) {
      const since = Date.now();
      this.attention = this.attention
        .then(() => slowDatabase.raiseAttention({ sessionId, ...first }))
        // The mail tells what the database says, so it goes after it; of a stuck mail none is sent, and before there is an order none can be.
        .then(() => {
          if (first.step !== 'mail' && this.facts)
            this.mail({ template: 'attention_needed', ref: `${first.step}-${since}` });
        });
    } else {
      this.attention = this.attention.then(() => slowDatabase.clearAttention({ sessionId }));
    }
  }
}
