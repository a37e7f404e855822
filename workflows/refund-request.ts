import {
  allHandlersFinished,
  CancellationScope,
  condition,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { GivenPart } from '../activities/refund/refunds';
import type { RefundRequest } from '../messages/order';
import {
  type RefundRequestInput,
  type RefundRequestResult,
  retryRefundRequestUpdate,
} from '../messages/refund-request';
import { INVALID_TRANSITION } from '../messages/refusals';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { reasonOf } from './failures';
import { slowDatabase, stripe } from './steps';
import { mail } from './tell';

/** So often Stripe may be out of reach for minutes before anybody is called. */
const QUIET_TRIES = 2;
const LONGEST_PAUSE = 600_000;

/**
 * Asks for a refund of an order whose workflow has ended: for as long as it takes, once a key. What cannot go on by itself is in sight of staff,
 * and waits for `retry` or its own slow retry. What becomes of the refund is the `refund` workflow's to follow.
 */
export async function refundRequest(input: RefundRequestInput): Promise<RefundRequestResult> {
  return CancellationScope.nonCancellable(() => new Asking(input).live());
}

class Asking {
  private retries = 0;
  private tried = 0;
  private parked = false;
  private mailed: Promise<void> = Promise.resolve();

  constructor(private readonly input: RefundRequestInput) {
    setHandler(retryRefundRequestUpdate, () => this.retry(), {
      description: 'Asks Stripe again, now; takes nothing',
    });
  }

  async live(): Promise<RefundRequestResult> {
    for (let tries = 1; ; tries++) {
      const retriesBefore = this.retries;
      try {
        const given = await this.ask();
        await this.unpark();
        this.tried = Number.POSITIVE_INFINITY;
        await this.mailed;
        await condition(allHandlersFinished);
        return given;
      } catch (error) {
        this.tried = Math.max(this.tried, retriesBefore);
        const { reason, passing } = reasonOf(error);
        if (!passing || tries > QUIET_TRIES) await this.park(reason);
        const pause = passing ? Math.min(15_000 * 2 ** (tries - 1), LONGEST_PAUSE) : LONGEST_PAUSE;
        await condition(() => this.retries > this.tried, pause, { summary: 'Tries again by itself' });
      }
    }
  }

  private async ask(): Promise<RefundRequestResult> {
    const { sessionId, key } = this.input;
    const request = this.input.request ?? (await this.whatFailed());
    if (request === null) return { outcome: 'refused', code: INVALID_TRANSITION };
    const given: GivenPart = await stripe.refundPart.executeWithOptions(
      { summary: `Gives back ${request.amount ?? 'all that is left'}` },
      [{ sessionId, key, ...request, actor: 'staff' }],
    );
    return given.outcome === 'refunded'
      ? { outcome: 'refunded', refundId: given.refundId }
      : { outcome: 'refused', code: given.code };
  }

  private async whatFailed(): Promise<RefundRequest | null> {
    const failed = await slowDatabase.failedRefund({ sessionId: this.input.sessionId });
    return failed && { reason: failed.reason, ...(!failed.all && { amount: failed.amount }) };
  }

  private async retry(): Promise<'done' | 'waiting'> {
    const mine = ++this.retries;
    await condition(() => this.tried >= mine);
    return this.tried === Number.POSITIVE_INFINITY ? 'done' : 'waiting';
  }

  private async park(reason: string): Promise<void> {
    const { sessionId } = this.input;
    setCurrentDetails(`> **Needs attention** at *refund*: ${reason}\n\n\`retry\` — asks Stripe again, now`);
    if (!this.parked) upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: true }]);
    await slowDatabase.raiseAttention({ sessionId, step: 'refund', reason });
    if (!this.parked) this.mailed = mail(sessionId, { template: 'attention_needed', ref: `refund-${this.input.key}` });
    this.parked = true;
  }

  private async unpark(): Promise<void> {
    if (!this.parked) return;
    setCurrentDetails('');
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: false }]);
    await slowDatabase.clearAttention({ sessionId: this.input.sessionId });
  }
}
