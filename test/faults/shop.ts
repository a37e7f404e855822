import { setTimeout as pause } from 'node:timers/promises';
import { type SessionId, sessionId } from '../../domain/ids';
import { isFinal, type OrderStatus } from '../../domain/order';
import type { Mail } from '../../sandbox/outbox/mails';
import type { Program } from '../../sandbox/program';
import type { LoggedRequest } from '../../sandbox/stripe/http/request-log';
import type { Attempt } from '../../sandbox/stripe/webhooks/sender';
import { until } from '../support/launched';
import { ADMIN_TOKEN, type System } from './system';

/** What a request was answered. */
export interface Answer {
  status: number;
  body: { sessionId: SessionId; code?: string; expiresAt: string } & Record<string, unknown>;
  retryAfter: number | null;
  /** How long it took. */
  ms: number;
}

export interface Item {
  sku: string;
  quantity?: number;
}

/** Shoppers, staff and Stripe, as a test says; and what a test asks of the system afterwards. */
export class Shop {
  constructor(readonly system: System) {}

  // --- What people do ----------------------------------------------------------------------------------------------

  /** Puts a product on sale. `stock` makes it physical. */
  async product(sku: string, { amount = 1250, stock }: { amount?: number; stock?: number } = {}): Promise<void> {
    const { db, stripe } = this.system;
    const at = new Date();
    const price = await stripe.prices.create({ product_data: { name: sku }, unit_amount: amount, currency: 'eur' });
    await db.product.create({
      data: {
        ...{
          sku,
          name: `The ${sku}`,
          kind: stock === undefined ? 'DIGITAL' : 'PHYSICAL',
          createdAt: at,
          updatedAt: at,
        },
        prices: { create: [{ currency: 'eur', amount, stripePriceId: price.id, createdAt: at }] },
        ...(stock !== undefined && { stock: { create: {} } }),
      },
    });
    if (stock)
      await db.stockMovement.create({
        data: { sku, at, kind: 'ADJUST', onHandDelta: stock, heldDelta: 0, reference: 'delivery', actor: 'staff' },
      });
  }

  /** `POST /checkout` */
  checkout(items: Item[], { key, api }: { key?: string; api?: Program | undefined } = {}): Promise<Answer> {
    const lines = items.map(({ sku, quantity = 1 }) => ({ sku, quantity }));
    return this.post('/checkout', { items: lines }, { ...(key && { 'idempotency-key': key }) }, api);
  }

  /** A checkout that has to succeed. */
  async buy(...items: Item[]): Promise<SessionId> {
    const { status, body } = await this.checkout(items);
    if (status !== 201) throw new Error(`checkout: ${status} ${JSON.stringify(body)}`);
    return sessionId(body.sessionId);
  }

  /** Any body, to any address of the API. */
  async post(path: string, body: unknown, headers: Record<string, string> = {}, api = this.api): Promise<Answer> {
    const began = performance.now();
    const answer = await fetch(`${api.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    const retryAfter = answer.headers.get('retry-after');
    return {
      status: answer.status,
      body: JSON.parse(text || 'null') as Answer['body'],
      retryAfter: retryAfter === null ? null : Number(retryAfter),
      ms: performance.now() - began,
    };
  }

  /** The shopper pays on Stripe's page. */
  pay(id: SessionId, how: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    return this.at(`/sessions/${id}/pay`, { email: `${id.slice(-12)}@example.com`, ...how });
  }

  /** Staff cancel an order, and all of its money goes back. */
  async cancel(id: SessionId): Promise<Answer> {
    const { number } = await this.order(id);
    return this.staff(`/orders/${number}/cancel`, { reason: 'requested_by_customer' });
  }

  /** What staff ask, at an address under `/admin`. */
  staff(path: string, body: unknown): Promise<Answer> {
    return this.post(`/admin${path}`, body, { authorization: `Bearer ${ADMIN_TOKEN}` });
  }

  // --- What happens at Stripe --------------------------------------------------------------------------------------

  /** Something happens at Stripe or to it: the sandbox's control API. */
  async at<T = Record<string, unknown>>(path: string, body: Record<string, unknown> = {}): Promise<T> {
    const answer = await fetch(`${this.control}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** The next such request goes wrong. `path` is a regular expression. */
  async fault(method: 'GET' | 'POST', path: string, fault: Record<string, unknown>): Promise<void> {
    await this.at('/faults', { match: { method, path }, ...fault });
  }

  /** What goes wrong with the next mails, in place of whatever was to go wrong before. */
  async outboxFault(fault: { times: number; status?: number; after?: boolean; delayMs?: number }): Promise<void> {
    await fetch(`${this.system.outbox.url}/api/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
  }

  /** Nothing more goes wrong at Stripe. */
  async clearFaults(): Promise<void> {
    await fetch(`${this.control}/faults`, { method: 'DELETE' });
  }

  /** What Stripe was asked, those under way included. */
  async requests(method: string, path: RegExp): Promise<LoggedRequest[]> {
    const { data } = (await (await fetch(`${this.control}/requests`)).json()) as { data: LoggedRequest[] };
    return data.filter((request) => request.method === method && path.test(request.path));
  }

  /** Every try to deliver a webhook so far. */
  async deliveries(): Promise<Attempt[]> {
    return ((await (await fetch(`${this.control}/deliveries`)).json()) as { attempts: Attempt[] }).attempts;
  }

  // --- What became of it -------------------------------------------------------------------------------------------

  async order(id: SessionId) {
    return this.system.db.order.findUniqueOrThrow({
      where: { sessionId: id },
      include: { items: true, customer: true, refunds: true, grants: true, timeline: true },
    });
  }

  /** Waits until an order rests: until it has ended, or waits to be shipped. */
  async settled(id: SessionId): Promise<OrderStatus> {
    const look = async () => {
      const order = await this.system.db.order.findUnique({ where: { sessionId: id }, select: { status: true } });
      return order && (isFinal(order.status) || order.status === 'PREPARING') ? order.status : null;
    };
    return until(`order ${id} settled`, look, 120_000);
  }

  /**
   * The shopper's page asks for the order, twice a second, until it shows that it is paid. Each shopper has an
   * address of their own.
   */
  async settledOnSuccessPage(id: SessionId, shopper: number, timeoutMs?: number): Promise<void> {
    const headers = { 'x-forwarded-for': `192.0.2.${shopper % 256}` };
    const look = async () => {
      await pause(500);
      const answer = await fetch(`${this.api.url}/orders/${id}`, { headers });
      return answer.status === 200 && ((await answer.json()) as { status: OrderStatus }).status !== 'PENDING';
    };
    await until(`order ${id} on its page`, look, timeoutMs);
  }

  /** Waits until a workflow has ended, and says how. */
  async ended(workflowId: string, timeoutMs?: number): Promise<string> {
    const handle = this.system.temporal.workflow.getHandle(workflowId);
    const look = async () => {
      const { status } = await handle.describe();
      return status.name === 'RUNNING' ? null : status.name;
    };
    return until(`workflow ${workflowId} ended`, look, timeoutMs);
  }

  async stock(sku: string): Promise<{ onHand: number; held: number }> {
    const { onHand, held } = await this.system.db.stockLevel.findUniqueOrThrow({ where: { sku } });
    return { onHand, held };
  }

  /** Every mail the outbox took about an order, by template. */
  async mails(id: SessionId): Promise<string[]> {
    const { number } = await this.system.db.checkout.findUniqueOrThrow({ where: { sessionId: id } });
    const answer = await fetch(`${this.system.outbox.url}/api/mails?order=${number}`);
    const { data } = (await answer.json()) as { data: Mail[] };
    return data.map(({ tags }) => tags.template ?? '').sort();
  }

  /** Waits for exactly these mails of an order, in the order of the alphabet. */
  async mailed(id: SessionId, templates: string[], timeoutMs?: number): Promise<void> {
    const enough = async () => (await this.mails(id)).length >= templates.length;
    await until(`mails of ${id}: ${templates}`, enough, timeoutMs);
    expect(await this.mails(id)).toEqual(templates);
  }

  private get api(): Program {
    return this.system.apis[0] as Program;
  }

  private get control(): string {
    return `${this.system.sandbox.url}/_control`;
  }
}
