import {
  allHandlersFinished,
  CancellationScope,
  condition,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { GivenPart } from '../activities/refund/refunds';
import type { RefundRequest } from '../messages/order';
import type { RefundRequestInput, RefundRequestResult } from '../messages/refund-request';
import { INVALID_TRANSITION } from '../messages/refusals';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { Parking } from './parking';
import { slowDatabase, stripe } from './steps';
import { mail } from './tell';

/**
 * Requests a refund of an order whose workflow has ended, once per key, for as long as it takes. If it cannot
 * continue by itself, it parks for `retry` or its own slow retry. The `refund` workflow follows the refund
 * afterwards.
 */
export async function refundRequest(input: RefundRequestInput): Promise<RefundRequestResult> {
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
      call: () => {
        this.mailed = mail(sessionId, { template: 'attention_needed', ref: `refund-${key}` });
      },
    });
    this.parking.takeRetries({ always: true });
  }

  async live(): Promise<RefundRequestResult> {
    const request = this.input.request ?? (await this.whatFailed());
    const result = request === null ? NOTHING_FAILED : await this.ask(request);
    await this.parking.flagged;
    await this.mailed;
    await condition(allHandlersFinished);
    return result;
  }

  private async ask(request: RefundRequest): Promise<RefundRequestResult> {
    const { sessionId, key } = this.input;
    const summary = `Gives back ${request.amount ?? 'all that is left'}`;
    const given: GivenPart = await this.parking.untilDone('refund', () =>
      stripe.refundPart.executeWithOptions({ summary }, [{ sessionId, key, ...request, actor: 'staff' }]),
    );
    return given.outcome === 'refunded'
      ? { outcome: 'refunded', refundId: given.refundId }
      : { outcome: 'refused', code: given.code };
  }

  private async whatFailed(): Promise<RefundRequest | null> {
    const { sessionId } = this.input;
    const failed = await this.parking.untilDone('read', () => slowDatabase.failedRefund({ sessionId }));
    return failed && { reason: failed.reason, ...(!failed.all && { amount: failed.amount }) };
  }

  private show(): void {
    const [parked] = this.parking.all;
    setCurrentDetails(
      parked ? `> **Needs attention** at *${parked.step}*: ${parked.reason}\n\n\`retry\` — tries again, now` : '',
    );
    const attention = parked !== undefined;
    if (attention !== this.shownAttention)
      upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: attention }]);
    this.shownAttention = attention;
  }
}

const NOTHING_FAILED: RefundRequestResult = { outcome: 'refused', code: INVALID_TRANSITION };
