import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import type { AdminOrder } from '../../api/admin/orders/document';
import { type Answer, ask, get } from './http';
import type { System } from './system';

export type Order = z.infer<typeof AdminOrder>;

export interface Stock {
  onHand: number;
  held: number;
  available: number;
  movements: { kind: string; reference: string }[];
}

export interface Opened {
  sessionId: string;
  url: string;
  status: string;
  expiresAt: string;
}

interface Problem {
  code: string;
  detail: string;
}

interface Purchase {
  sku: string;
  quantity: number;
  email: string;
  userId?: string;
}

/** Holdfast, as shoppers and staff use it: over HTTP. */
export class Holdfast {
  /** The rate limit as the last checkout's answer reported it: `"checkout"; r=19; t=60`. */
  private lastLimit = '';

  /** @param say called with the reason when something takes long */
  constructor(
    private readonly system: System,
    private readonly say: (line: string) => void,
  ) {}

  /**
   * A checkout, as a shopper's browser requests it. Waits and retries when the shop says that this client is too
   * fast.
   */
  async checkout({ sku, quantity, email, userId }: Purchase): Promise<Answer<Opened & Problem>> {
    const json = { items: [{ sku, quantity }], email, ...(userId && { userId }) };
    for (;;) {
      const answer = await ask<Opened & Problem>(`${this.system.api}/checkout`, { json });
      this.lastLimit = answer.headers.get('ratelimit') ?? '';
      if (answer.body.code !== 'rate_limited') return answer;
      await this.wait(Number(answer.headers.get('retry-after')));
    }
  }

  /** Waits until the shop would allow this many checkouts at once. */
  async roomFor(checkouts: number): Promise<void> {
    const [, left, seconds] = /\br=(\d+); *t=(\d+)/.exec(this.lastLimit) ?? [];
    if (left !== undefined && Number(left) < checkouts) await this.wait(Number(seconds));
  }

  /** An order as its shopper sees it. */
  orderPage(sessionId: string): Promise<Answer<Order & Problem>> {
    return ask(`${this.system.api}/orders/${sessionId}`);
  }

  private async wait(seconds: number): Promise<void> {
    this.say(`Waiting ${seconds} s: the shop limits checkouts per minute and client (CHECKOUT_RATE_LIMIT)`);
    await pause(seconds * 1_000);
  }

  /** An order as staff see it, by number or session id. */
  order(ref: string): Promise<Order> {
    return this.staff(`/orders/${ref}`);
  }

  /** As `order`, or null while there is none. */
  async orderIfKnown(ref: string): Promise<Order | null> {
    const { status, body } = await ask<Order>(`${this.system.api}/admin/orders/${ref}`, {
      token: this.system.adminToken,
    });
    return status === 200 ? body : null;
  }

  async ordersOf(userId: string): Promise<Order[]> {
    const { data } = await this.staff<{ data: { number: string }[] }>('/orders/search', { userId });
    return Promise.all(data.map(({ number }) => this.order(number)));
  }

  async pendingOrders(): Promise<Order[]> {
    const { data } = await this.staff<{ data: { number: string }[] }>('/orders?status=PENDING');
    return Promise.all(data.map(({ number }) => this.order(number)));
  }

  ship(number: string, carrier: string, trackingNumber: string): Promise<Order> {
    return this.staff(`/orders/${number}/ship`, { carrier, trackingNumber });
  }

  deliver(number: string): Promise<Order> {
    return this.staff(`/orders/${number}/deliver`, {});
  }

  cancel(number: string): Promise<Order> {
    return this.staff(`/orders/${number}/cancel`, { reason: 'other' });
  }

  stock(sku: string): Promise<Stock> {
    return this.staff(`/products/${sku}/stock`);
  }

  /** Adjusts the stock of a product so that this many are available. */
  async setAvailable(sku: string, wanted: number): Promise<Stock> {
    const stock = await this.stock(sku);
    const delta = wanted - stock.available;
    return delta === 0 ? stock : this.staff(`/products/${sku}/stock`, { delta, reason: 'demo' });
  }

  async putProduct(sku: string, product: unknown): Promise<void> {
    await get(`${this.system.api}/admin/products/${sku}`, {
      method: 'PUT',
      json: product,
      token: this.system.adminToken,
    });
  }

  private staff<T>(path: string, json?: unknown): Promise<T> {
    return get<T>(`${this.system.api}/admin${path}`, { json, token: this.system.adminToken });
  }
}
