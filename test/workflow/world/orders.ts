import type { SessionId } from '../../../domain/ids';
import type { OrderStatus } from '../../../domain/order';
import { until } from '../../support/until';
import { type Line, WithShop } from './shop';

/** Orders as tests find them when their story begins. Each answers when the database says so. */
export abstract class WithOrders extends WithShop {
  private parcels = 0;

  /** An order that is paid: it waits to be shipped, or is complete where nothing is. `how` goes to Stripe's page. */
  async paidOrder(lines: Line[], how: Record<string, unknown> = {}): Promise<SessionId> {
    const { id } = await this.checkout(lines);
    await this.paid(id, how);
    return id;
  }

  /** As `paidOrder`, of a product that is put on the shelf for it. */
  async paidOrderOf(sku: string, { stock = 1, amount = 1000, quantity = 1 } = {}): Promise<SessionId> {
    await this.product(sku, { amount, stock });
    return this.paidOrder([{ sku, quantity }]);
  }

  /** An order that is complete, its workflow ended. */
  async completedOrder(lines: Line[], how: Record<string, unknown> = {}): Promise<SessionId> {
    const id = await this.paidOrder(lines, how);
    if ((await this.order(id)).status === 'PREPARING') await this.deliver(id);
    const status = await this.end(id);
    if (status !== 'COMPLETED') throw new Error(`the order ended ${status}`);
    return id;
  }

  /** An order whose payment by bank debit is under way, its customer told. */
  async processingOrder(lines: Line[]): Promise<SessionId> {
    const { id } = await this.checkout(lines);
    await this.pay(id, { method: 'bank_debit' });
    await this.webhook(id);
    await until(async () => (await this.order(id)).paymentStatus === 'PROCESSING');
    await this.mailed(id, 1);
    return id;
  }

  /** The session is paid, and a webhook tells of it; answers the order once it is paid or needs attention. */
  async paid(id: SessionId, how: Record<string, unknown> = {}) {
    await this.pay(id, how);
    await this.webhook(id);
    await until(async () => {
      const order = await this.db.order.findUnique({ where: { sessionId: id } });
      return order && (order.status === 'PREPARING' || order.status === 'COMPLETED' || order.attentionStep !== null);
    });
    return this.order(id);
  }

  /** Staff ship all that is left of an order. */
  ship(id: SessionId): Promise<OrderStatus> {
    const args: [object] = [{ carrier: 'DHL', trackingNumber: `T-${++this.parcels}` }];
    return this.handle(id).executeUpdate<OrderStatus, [object]>('ship', { args });
  }

  /** Staff ship what is left, and hear that it arrived. */
  async deliver(id: SessionId): Promise<OrderStatus> {
    await this.ship(id);
    return this.handle(id).executeUpdate<OrderStatus, []>('deliver');
  }

  /** Waits until an order stands at a status. */
  is(id: SessionId, status: OrderStatus): Promise<boolean> {
    return until(async () => (await this.order(id)).status === status);
  }

  /** Waits until so many mails about an order went out. */
  mailed(id: SessionId, count: number): Promise<boolean> {
    return until(async () => (await this.mails(id)).length === count);
  }
}
