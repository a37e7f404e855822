import type Stripe from 'stripe';
import type { SessionId } from '../../domain/ids';
import { WORKFLOWS } from '../../messages/names';
import type { RefundRequest } from '../../messages/order';
import { type RefundRequestResult, refundRequestStart } from '../../messages/refund-request';
import { until, type World } from './world';

/** The card whose refunds stay under way for a while (https://docs.stripe.com/testing#refunds). */
export const SLOW_REFUND = '4000000000007726';

/** What tests of refunds do, in the words of the story. */
export class RefundShop {
  private requests = 0;

  constructor(readonly world: World) {}

  /** Staff ask through the order. */
  refund(id: SessionId, request: Partial<RefundRequest> = {}): Promise<unknown> {
    return this.world.handle(id).executeUpdate('refund', { args: [{ reason: 'damaged', ...request }] });
  }

  cancel(id: SessionId): Promise<unknown> {
    return this.world.handle(id).executeUpdate('cancel', { args: [{ reason: 'requested_by_customer' }] });
  }

  /** Staff ask for a refund of an order that is done. */
  async request(id: SessionId, request: Partial<RefundRequest> = {}, key = `request-${++this.requests}`) {
    const start = refundRequestStart({ sessionId: id, key, request: { reason: 'damaged', ...request } });
    this.world.know(start.workflowId as SessionId);
    return this.world.client.workflow.start(WORKFLOWS.refundRequest, start);
  }

  /** What came of a request. */
  answer({ workflowId }: { workflowId: string }): Promise<RefundRequestResult> {
    return this.world.end(workflowId);
  }

  /** A refund at the Dashboard, which nobody tells of yet. */
  async dashboard(id: SessionId, params: Record<string, unknown> = {}): Promise<Stripe.Refund> {
    const intent = await this.paymentIntent(id);
    return (await this.world.at('/refunds', { payment_intent: intent, ...params })) as unknown as Stripe.Refund;
  }

  /** Stripe tells of a refund, as the receiver passes it on. */
  async told(refund: { id: string }): Promise<void> {
    this.world.know(refund.id as SessionId);
    await this.world.deps().starter.refund(refund.id as never);
  }

  async paymentIntent(id: SessionId): Promise<string> {
    return (await this.world.stripe.checkout.sessions.retrieve(id)).payment_intent as string;
  }

  /** What Stripe has given back for an order, oldest first. */
  async atStripe(id: SessionId): Promise<Stripe.Refund[]> {
    const { data } = await this.world.stripe.refunds.list({ payment_intent: await this.paymentIntent(id), limit: 100 });
    return data.reverse();
  }

  /** How often Stripe was asked to give money of this order back. */
  async asked(id: SessionId) {
    const intent = await this.paymentIntent(id);
    return (await this.world.requests()).filter(
      ({ method, path, params }) => method === 'POST' && path === '/v1/refunds' && params.payment_intent === intent,
    );
  }

  /** The next requests for a refund go wrong in this way. */
  async fault(fault: Record<string, unknown>): Promise<void> {
    await this.world.at('/faults', { match: { method: 'POST', path: '^/v1/refunds$' }, times: 1, ...fault });
  }

  /** Waits for the order to be as said. */
  becomes(id: SessionId, wanted: Record<string, unknown>) {
    return until(async () => {
      const order = await this.world.order(id);
      return Object.entries(wanted).every(([name, value]) => Reflect.get(order, name) === value) && order;
    });
  }
}
