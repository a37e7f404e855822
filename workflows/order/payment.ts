import type { Seen } from '../../activities/checkout/checkout';
import type { UnpaidEnding } from '../../activities/order/orders';
import { database, stripe, stripeLater } from '../steps';
import type { Desk } from './desk';
import { BANK_DECIDES, type StaffRequest } from './inbox';

/** How the waiting ended: the money is there, or none can come any more; and whether staff have cancelled meanwhile. */
export interface Payment {
  /** `refunded`: all of it was given back at the Dashboard while a person was asked. */
  outcome: 'paid' | 'refunded' | UnpaidEnding;
  cancelled: Cancelled | null;
}

/** A request to cancel that is not answered yet, with its reason. */
export type Cancelled = Extract<StaffRequest, { name: 'cancel' }>;

const MINUTE = 60_000;
const DAY = 86_400_000;
/** A 3-D Secure in flight is asked after so often, a minute apart, before its stock is given back. */
const IN_FLIGHT_MINUTES = 60;

/**
 * Steps 2 and 3. Waits for a message about the session, staff, the shopper who left, or the end of the hold; every message says only *look
 * again*, and Stripe decides. The till is closed before stock is given back, and the wait goes on for as long as money can still come.
 */
export async function awaitPayment(desk: Desk, ending: UnpaidEnding | null): Promise<Payment> {
  const watch = new Watch(desk, ending);
  for (;;) {
    await watch.news();
    const verdict = await watch.ask();
    switch (verdict.seen) {
      case 'paid':
        return watch.ended('paid');
      case 'differs':
        if (watch.cancelled) return watch.ended('paid'); // whatever came, staff want it given back
        await desk.decision({ step: 'confirm', reason: verdict.reason });
        if (await watch.emptied()) return watch.ended('refunded');
        if (watch.staffCancel()) return watch.ended('paid');
        break;
      case 'failed':
        return watch.ended(watch.cancelled ? 'cancelled' : 'payment-failed');
      case 'processing':
        await watch.paymentOnItsWay(verdict.stockUntil);
        break;
      case 'expired':
        if (verdict.stockFree) return watch.ended(watch.ending ?? 'expired');
        await watch.confirmationInFlight();
        break;
      default:
        watch.stillOpen();
    }
  }
}

/** What the waiting remembers between two looks at Stripe. */
class Watch {
  cancelled: Cancelled | null = null;
  /** How long until Stripe is asked without news; null: look at once. */
  private patience: number | null = null;
  private stage: 'hold' | 'closing' | 'on-its-way' | 'in-flight' = 'hold';
  private minutes = 0;

  constructor(
    private readonly desk: Desk,
    /** Why the till is to be closed; null while it may stay open. */
    public ending: UnpaidEnding | null,
  ) {
    if (ending !== null) this.stage = 'closing';
    else this.patience = desk.order.holdUntil - Date.now();
  }

  /** Waits for what makes it worth asking Stripe. */
  async news(): Promise<void> {
    if (this.patience === null) {
      this.patience = 0;
      return;
    }
    const news = await this.desk.inbox.next(this.patience, TIMER_SUMMARY[this.stage]);
    if (news.kind === 'asked') {
      if (news.asked.name !== 'cancel') news.asked.refuse(`The order is ${this.desk.status}`);
      else this.cancel(news.asked);
    } else if (news.kind === 'changed') await this.readAgain();
    else if (news.kind === 'abandon') this.close('abandoned');
    else if (news.kind === 'time-up' && this.stage === 'hold') this.close('expired');
    if (this.stage === 'hold') this.patience = this.desk.order.holdUntil - Date.now();
  }

  /** Asks Stripe; closes the till first when there is a reason to. */
  ask(): Promise<Seen> {
    const { sessionId } = this.desk.input;
    if (this.stage !== 'closing')
      return this.desk.untilDone('confirm', () =>
        stripe.lookAtSession.executeWithOptions({ summary: 'Reads the session' }, [{ sessionId }]),
      );
    return this.desk.untilDone('expire-session', () =>
      stripeLater.closeTill.executeWithOptions({ summary: `Closes the till: ${this.ending}` }, [{ sessionId }]),
    );
  }

  /**
   * A delayed payment: asked after daily from the first moment, and once more when the time is over for which its stock is kept. Then, or when
   * staff cancel, the stock is given back, and the asking goes on.
   */
  async paymentOnItsWay(stockUntil: number): Promise<void> {
    const { sessionId } = this.desk.input;
    if (this.stage !== 'on-its-way') this.desk.mail({ template: 'payment_processing' });
    this.stage = 'on-its-way';
    const left = stockUntil - Date.now();
    this.patience = left > 0 ? Math.min(left, DAY) : DAY;
    this.desk.waits('a delayed payment; Stripe is asked daily');
    if (left <= 0)
      await this.desk.untilDone('release', () =>
        database.releaseHold({ sessionId, why: 'the payment has been on its way for too long' }),
      );
    await this.answerCancel();
  }

  /** The till is closed while a confirmation begun before is under way: asked after each minute for an hour, then daily without stock. */
  async confirmationInFlight(): Promise<void> {
    const { sessionId } = this.desk.input;
    this.stage = 'in-flight';
    this.minutes++;
    this.patience = this.minutes > IN_FLIGHT_MINUTES ? DAY : MINUTE;
    this.desk.waits('a payment that was being confirmed when the till closed');
    if (this.minutes > IN_FLIGHT_MINUTES)
      await this.desk.untilDone('release', () =>
        database.releaseHold({ sessionId, why: 'a confirmation took over an hour' }),
      );
    await this.answerCancel();
  }

  /** Nothing has happened at Stripe. A till that was to be closed and is still open is tried again in a minute. */
  stillOpen(): void {
    this.patience = this.stage === 'closing' ? MINUTE : this.desk.order.holdUntil - Date.now();
  }

  /** Whether a refund that came meanwhile has emptied the order. */
  async emptied(): Promise<boolean> {
    await this.readAgain();
    return this.desk.status !== 'PENDING';
  }

  /** Others wrote to the order: a dispute or a warning may come before the money's own message, a refund empty it. */
  private async readAgain(): Promise<void> {
    const { sessionId } = this.desk;
    const order = await this.desk.untilDone('read', () => database.readOrder({ sessionId }));
    this.desk.learned(order, order.status === 'REFUNDED' ? 'Given back at the Dashboard' : undefined);
  }

  /** After money came that was not asked for so: whether staff now want the order cancelled. Anything else they ask makes no sense yet. */
  staffCancel(): boolean {
    while (this.desk.inbox.asked) {
      const news = this.desk.inbox.take();
      if (news.kind !== 'asked') break;
      if (news.asked.name === 'cancel' && this.desk.order.disputed) news.asked.refuse(BANK_DECIDES);
      else if (news.asked.name === 'cancel') {
        this.cancelled?.settle(this.desk.status);
        this.cancelled = news.asked;
      } else if (news.asked.name === 'retry')
        news.asked.settle(this.desk.status); // Stripe is asked again, in any case
      else news.asked.refuse(`The order is ${this.desk.status}, and its payment needs a decision`);
    }
    this.patience = null;
    return this.cancelled !== null;
  }

  ended(outcome: Payment['outcome']): Payment {
    return { outcome, cancelled: this.cancelled };
  }

  private cancel(request: Cancelled): void {
    this.cancelled?.settle(this.desk.status);
    this.cancelled = request;
    this.close('cancelled');
  }

  private close(why: UnpaidEnding): void {
    this.ending ??= why;
    if (why === 'cancelled') this.ending = why;
    if (this.stage === 'hold') this.stage = 'closing';
  }

  /** Staff cancelled what cannot end yet: the stock is given back now, and the order goes on watching for money. */
  private async answerCancel(): Promise<void> {
    if (this.cancelled === null) return;
    const { sessionId } = this.desk.input;
    await this.desk.untilDone('release', () => database.releaseHold({ sessionId, why: 'cancelled by staff' }));
    this.cancelled.settle(this.desk.status);
  }
}

/** What the timer in the Temporal UI is for. */
const TIMER_SUMMARY = {
  hold: 'The hold ends',
  closing: 'The till is tried again',
  'on-its-way': 'Stripe is asked again',
  'in-flight': 'Stripe is asked again',
} as const;
