import { patched } from '@temporalio/workflow';
import type { Seen } from '../../activities/checkout/checkout';
import type { UnpaidEnding } from '../../domain/happened';
import { CAPTURE } from '../../domain/mail';
import { phaseOf } from '../../domain/phase';
import { moment } from '../moment';
import { database, stripe, stripeLater } from '../steps';
import { isToBeDone } from './carried-out';
import { decide, forDecision } from './decide';
import type { Message, StaffRequest } from './inbox';
import { awaitedPayment, type PaymentStage, TIMER_SUMMARY } from './payment-words';
import type { PaymentQuestion } from './report';
import { resolve } from './resolve';
import type { OrderRun } from './run';

type Resolving = Extract<StaffRequest, { name: 'resolve' }>;

type OnItsWay = Extract<Seen, { seen: 'processing' }>;

/** What a look at Stripe came to: the money is there, or none can come any more, or it may still come. */
type Outcome = 'paid' | UnpaidEnding | 'waiting';

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * Steps 2 and 3. Waits for a message about the session, staff, the shopper who left, or the end of the hold; every
 * message says only *look again*, and Stripe decides. The session is expired before stock is released, and the wait
 * goes on for as long as money can still come.
 */
export class PaymentWatch {
  /** Why the session is to be expired; null while it may stay open. */
  private ending: UnpaidEnding | null;
  private stage: PaymentStage = 'hold';
  /** When Stripe is asked without a message. */
  private lookAt: number;
  private lookAtOnce = false;
  /** Why staff must decide: how the money that is there differs from what was asked, or that Stripe does not know. */
  private difference: string | null = null;
  /** The difference that staff were called for, while it lasts. */
  private told: string | null = null;

  constructor(private readonly run: OrderRun) {
    this.ending = this.staffCancelled ? 'cancelled' : whyNoStock(run);
    this.lookAt = run.order.holdUntil;
    if (this.ending === null) return;
    this.stage = 'closing';
    this.lookAtOnce = true;
  }

  /** Staff have cancelled: money that comes is refunded. */
  get staffCancelled(): boolean {
    return this.run.order.cancelRequested !== null;
  }

  /** Waits for what makes it worth asking Stripe. */
  async nextMessage(): Promise<Message> {
    const { inbox } = this.run;
    if (this.difference !== null) {
      this.run.waits('staff to decide about the payment');
      await this.park(this.difference);
      await this.run.refresh();
      this.lookAtOnce = true; // whatever is decided, Stripe is asked again
      if (inbox.hasRequest) return inbox.take();
    }
    const whatFor = awaitedPayment(this.stage, this.lookAtOnce, this.run.order.holdUntil);
    if (whatFor !== null) this.run.waits(whatFor);
    if (this.lookAtOnce) return { kind: 'look' };
    return this.run.nextMessage(this.lookAt - Date.now(), TIMER_SUMMARY[this.stage]);
  }

  /**
   * Calls staff once for a difference. A session that Stripe did not know is looked at again by any message about it.
   */
  private async park(difference: string): Promise<void> {
    const isTold = difference === this.told && (difference === UNKNOWN || patched(TOLD_ONCE));
    this.told = difference;
    await forDecision(this.run, 'confirm', difference, { isTold, wakeOnLook: difference === UNKNOWN });
  }

  /**
   * Asks Stripe, expiring the session first when there is a reason to. @throws the refusal of a request that makes no
   * sense now
   */
  async look(message: Message): Promise<Outcome> {
    const { difference } = this;
    this.difference = null;
    await this.take(message, difference);
    const outcome = await this.ask(difference);
    this.run.view.payment = this.question;
    return outcome;
  }

  private get question(): PaymentQuestion | null {
    if (this.difference === null) return null;
    return this.difference === UNKNOWN ? 'unknown' : 'differs';
  }

  /** @param difference that staff were called for until now */
  private async ask(difference: string | null): Promise<Outcome> {
    if (this.staffCancelled) {
      this.ending = 'cancelled';
      this.close('cancelled');
    }
    if (phaseOf(this.run.order) !== 'awaiting-payment') return 'waiting'; // others moved it: a refund at the Dashboard
    // Stripe has said so, and staff want it given back.
    if (this.staffCancelled && difference !== null && difference !== UNKNOWN) return 'paid';
    this.lookAtOnce = false;
    const state = await this.askStripe();
    if ('payment' in state) this.run.recorded({ ...state.payment });
    if (state.seen !== 'unknown' && state.seen !== 'differs') this.told = null;
    switch (state.seen) {
      case 'paid':
        return 'paid';
      case 'differs':
        if (this.staffCancelled) return 'paid'; // whatever came, staff want it given back
        this.difference = state.reason;
        return 'waiting';
      case 'unknown':
        return this.sessionUnknown(state.paid);
      case 'failed':
        return this.staffCancelled ? 'cancelled' : 'payment-failed';
      case 'processing':
        return this.paymentOnItsWay(state);
      case 'expired':
        return state.stockFree ? (this.ending ?? 'expired') : this.confirmationInFlight(state.stockUntil);
      default: // open; if it was to be expired, that is tried again in a minute
        this.lookAt = this.stage === 'closing' ? Date.now() + MINUTE : this.run.order.holdUntil;
        return 'waiting';
    }
  }

  private async take(message: Message, difference: string | null): Promise<void> {
    if (message.kind === 'request') await this.takeRequest(message.request, difference);
    else if (message.kind === 'changed')
      await this.run.refresh(); // a dispute or a warning may come before the money's own message
    else if (message.kind === 'abandon') this.close('abandoned');
    else if (message.kind === 'time-up' && this.stage === 'hold') this.close('expired');
  }

  private async takeRequest(request: StaffRequest, difference: string | null): Promise<void> {
    if (request.name === 'cancel') return; // it stands in the database, which has judged it
    if (request.name === 'resolve') return this.resolve(request, difference);
    if (request.name !== 'retry') return this.run.allow(request.name);
    if (await isToBeDone(this.run, 'retry', request.key)) await decide(this.run, { by: request.key });
  }

  /** Goes on with a payment that differs, at what was paid; or ends what else needs a person. */
  private async resolve({ request, key: by }: Resolving, difference: string | null): Promise<void> {
    const { run } = this;
    const { sessionId } = run;
    if (request.how !== 'accept' || difference === null || run.order.pendingDecision !== null)
      return resolve(run, request, by);
    const sessionUnknown = difference === UNKNOWN;
    run.allow('accept', { sessionUnknown, paymentDiffers: !sessionUnknown });
    await run.untilDone('decide', () => database.acceptPayment({ sessionId, by }));
  }

  private askStripe(): Promise<Seen> {
    const { run } = this;
    const { sessionId } = run;
    if (this.stage !== 'closing')
      return run.untilDone('confirm', () =>
        stripe.lookAtSession.executeWithOptions({ summary: 'Reads the session' }, [{ sessionId }]),
      );
    return run.untilDone('expire-session', () =>
      stripeLater.expireSession.executeWithOptions({ summary: `Expires the session: ${this.ending}` }, [{ sessionId }]),
    );
  }

  /**
   * A delayed payment: asked after daily from the first moment, and once more when the time is over for which its
   * stock is kept. Then, or when staff cancel, the stock is released, and the asking goes on. One that is only
   * authorised waits for staff, who are told until when they can capture it; the shopper has nothing to do.
   */
  private async paymentOnItsWay({ stockUntil, captureBefore }: OnItsWay): Promise<'waiting'> {
    if (this.stage !== 'on-its-way')
      this.run.mails.send(
        captureBefore === undefined
          ? { template: 'payment_processing' }
          : { template: 'attention_needed', step: CAPTURE, episode: captureBefore },
      );
    this.stage = 'on-its-way';
    const now = Date.now();
    const tooLong = stockUntil <= now;
    this.lookAt = tooLong ? now + DAY : Math.min(stockUntil, now + DAY);
    this.run.waits(
      captureBefore === undefined
        ? 'a delayed payment; Stripe is asked daily'
        : `staff to capture the payment in the Stripe Dashboard before ${moment(captureBefore)}`,
    );
    await this.release(tooLong ? 'the payment has been on its way for too long' : null);
    return 'waiting';
  }

  /**
   * The session expired while the shopper was confirming the payment. Stripe is asked each minute for an hour, however
   * many messages come meanwhile and whichever run asks; then daily, without stock.
   */
  private async confirmationInFlight(stockUntil: number): Promise<'waiting'> {
    this.stage = 'in-flight';
    const now = Date.now();
    const tooLong = stockUntil <= now;
    this.lookAt = now + (tooLong ? DAY : MINUTE);
    this.run.waits('a payment that was being confirmed when the session expired');
    await this.release(tooLong ? 'a confirmation took over an hour' : null);
    return 'waiting';
  }

  /**
   * Stripe does not know the session (any more), so no money can come by it: an answer to a key of another account or
   * mode does not get here. The stock is released at the hold's end, and staff decide.
   */
  private async sessionUnknown(paid: boolean): Promise<Outcome> {
    if (this.staffCancelled) return paid ? 'paid' : 'cancelled';
    if (this.stage === 'hold' && Date.now() < this.run.order.holdUntil) {
      this.lookAt = this.run.order.holdUntil;
      return 'waiting';
    }
    this.difference = UNKNOWN;
    await this.release('Stripe does not know the session');
    return 'waiting';
  }

  /** Releases the stock while money may still come, for this reason or because staff have cancelled. */
  private async release(tooLate: string | null): Promise<void> {
    const { sessionId } = this.run;
    const why = this.staffCancelled ? 'cancelled by staff' : tooLate;
    if (why !== null) await this.run.untilDone('release', () => database.releaseHold({ sessionId, why }));
  }

  private close(why: UnpaidEnding): void {
    this.ending ??= why;
    if (this.stage === 'hold') this.stage = 'closing';
  }
}

/** Runs in flight have called staff at each turn of the wait, and must do so again when they are replayed. */
const TOLD_ONCE = 'difference-is-told-once';
const UNKNOWN = 'Stripe does not know this session (any more): retry asks again, cancel ends the order';

/** Why an order has no stock from the beginning, so that its till is to be closed; null where it has. */
function whyNoStock({ order: { stock, abandoned }, inbox }: OrderRun): UnpaidEnding | null {
  if (stock === 'SOLD_OUT') return 'sold-out';
  if (inbox.hasAbandon || abandoned) return 'abandoned';
  return stock === 'RELEASED' ? 'expired' : null;
}
