import {
  allHandlersFinished,
  CancellationScope,
  condition,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { MailRequest } from '../activities/mail/request';
import type { GivenBack, GivenPart } from '../activities/refund/refunds';
import type { RefusedRefund } from '../domain/refund';
import { partInWords } from '../domain/refund-words';
import type { RefundRequest, RefundResolution } from '../messages/order';
import { REFUSED_AGAIN, type RefundRequestInput, type RefundRequestResult } from '../messages/refund-request';
import { INVALID_TRANSITION } from '../messages/refusals';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { describeParked, Parking } from './parking';
import { resolveRefund } from './resolve';
import { refuseStartByHand } from './started-by-hand';
import { databaseTask, slowDatabase, stripe } from './steps';
import { mail, notifyOrder, refusedRefundMail } from './tell';

/**
 * Requests a refund of an order whose workflow has ended, once per key, for as long as it takes; or resolves one that
 * failed or was refused. If it cannot continue by itself, it parks for `retry` or its own slow retry. If Stripe refuses
 * the refund for good, that stands beside the order, and this workflow ends. The `refund` workflow follows the refund
 * afterwards.
 */
export async function refundRequest(input: RefundRequestInput): Promise<RefundRequestResult> {
  refuseStartByHand('refundRequest', input);
  return CancellationScope.nonCancellable(() => new RefundRequestRun(input).live());
}

class RefundRequestRun {
  private readonly parking: Parking;
  private shownAttention = false;
  private mailed: Promise<void> = Promise.resolve();

  constructor(private readonly input: RefundRequestInput) {
    const { sessionId, key } = input;
    this.parking = new Parking({
      show: () => this.show(),
      raise: (parked) => slowDatabase.raiseAttention({ sessionId, ...parked }),
      lower: () => slowDatabase.clearAttention({ sessionId }),
      call: () => this.mailStaff({ template: 'attention_needed', step: 'refund', ref: key }),
    });
    this.parking.takeRetries({ always: true });
  }

  async live(): Promise<RefundRequestResult> {
    const result = await this.result();
    await this.parking.flagged;
    await this.mailed;
    await condition(allHandlersFinished);
    return result;
  }

  private async result(): Promise<RefundRequestResult> {
    const { key, request, resolve } = this.input;
    if (resolve) return this.resolve(resolve);
    const asked = request ? [{ all: false as const, key, request }] : await this.whatDidNotCome();
    let result: RefundRequestResult = NOTHING_TO_ASK;
    for (const one of asked) result = one.all ? await this.askForRest(one) : await this.ask(one.key, one.request);
    return result;
  }

  private async ask(key: string, request: RefundRequest): Promise<RefundRequestResult> {
    const { sessionId, currency } = this.input;
    const summary = `Gives back ${partInWords(request.amount, currency)}`;
    const given: GivenPart = await this.parking.untilDone('refund', () =>
      stripe.refundPart.executeWithOptions({ summary }, [{ sessionId, key, ...request, actor: 'staff' }]),
    );
    return this.resultOf(given);
  }

  private async askForRest({ reason, actor }: Extract<RefusedRefund, { all: true }>): Promise<RefundRequestResult> {
    const { sessionId } = this.input;
    const given: GivenBack = await this.parking.untilDone('refund', () =>
      stripe.refundRest.executeWithOptions({ summary: 'Gives back all that is left' }, [{ sessionId, reason, actor }]),
    );
    return this.resultOf(given);
  }

  private resultOf(given: GivenPart | GivenBack): RefundRequestResult {
    switch (given.outcome) {
      case 'refunded':
        return { outcome: 'refunded', refundId: given.refundId };
      case 'refused':
        return { outcome: 'refused', code: given.code, reason: given.reason };
      case 'refused-by-stripe':
        this.mailStaff(refusedRefundMail(given.since));
        return { outcome: 'refused-by-stripe' };
      default:
        return NOTHING_TO_ASK;
    }
  }

  /** What is to be requested again: the refund that failed last, or all that Stripe refuses. */
  private async whatDidNotCome(): Promise<RefusedRefund[]> {
    const { sessionId, key } = this.input;
    if (key === REFUSED_AGAIN) return this.parking.untilDone('read', () => databaseTask.refusedRefunds({ sessionId }));
    const failed = await this.parking.untilDone('read', () => databaseTask.failedRefund({ sessionId }));
    if (failed === null) return [];
    const { reason, amount, all } = failed;
    return [{ all: false, key, request: { reason, ...(!all && { amount }) } }];
  }

  private async resolve(resolution: RefundResolution): Promise<RefundRequestResult> {
    const { sessionId, key } = this.input;
    const resolved = await this.parking.untilDone('refund', () => resolveRefund(sessionId, resolution, key));
    if (resolved.outcome === 'refused')
      return { outcome: 'refused', code: INVALID_TRANSITION, reason: resolved.reason };
    await notifyOrder(sessionId);
    return { outcome: 'resolved' };
  }

  /** The run waits for all of these before it ends. */
  private mailStaff(request: MailRequest): void {
    const before = this.mailed;
    this.mailed = mail(this.input.sessionId, request).then(() => before);
  }

  private show(): void {
    setCurrentDetails(describeParked(this.parking).join('\n\n'));
    const attention = this.parking.all.length > 0;
    if (attention !== this.shownAttention)
      upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: attention }]);
    this.shownAttention = attention;
  }
}

const NOTHING_TO_ASK: RefundRequestResult = {
  outcome: 'refused',
  code: INVALID_TRANSITION,
  reason: 'There is nothing to give back',
};
