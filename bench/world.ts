import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stripe and Resend, answered from memory as fast as Node can, so that a benchmark measures Holdfast. They know only
 * what a good order asks of them. The sandbox checks what Stripe checks and keeps what Stripe keeps; that would be
 * measured too.
 */
export class World {
  /** Sessions by id, as Stripe shows them. */
  private readonly sessions = new Map<string, Record<string, unknown>>();
  private readonly mails = new Map<string, number>();
  private readonly handedOver = new EventEmitter().setMaxListeners(0);
  /** Requests that a good order does not make, for the report. */
  readonly unexpected: string[] = [];
  /** The calls to Stripe so far, by what they do with a session. */
  readonly calls = { create: 0, expire: 0, read: 0 };
  /** Called when an open session is expired, of which Stripe sends an event. */
  onExpired: (session: Record<string, unknown>) => void = () => {};

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start(): Promise<World> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new World(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The shopper pays on Stripe's page: the session is complete from now on. Answers it as an event shows it. */
  pay(id: string): Record<string, unknown> {
    const session = this.sessions.get(id);
    if (!session) throw new Error(`no session ${id} was made`);
    Object.assign(session, {
      status: 'complete',
      payment_status: 'paid',
      payment_intent: `pi_${id}`,
      customer_details: { email: 'shopper@example.com', name: 'A Shopper', address: ADDRESS },
    });
    return session;
  }

  /** Resolves once this many mails about an order have been handed over. */
  async mailed(number: string, count = 2): Promise<void> {
    while ((this.mails.get(number) ?? 0) < count) await once(this.handedOver, number);
    this.mails.delete(number);
  }

  /** The order's number in the metadata of a session. */
  numberOf(id: string): string {
    return String(this.sessions.get(id)?.client_reference_id);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const url = new URL(request.url ?? '/', 'http://world');
    const answer = this.route(request.method ?? 'GET', url, body);
    if (answer === undefined) this.unexpected.push(`${request.method} ${url.pathname}`);
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? NOT_FOUND));
  }

  private route(method: string, { pathname, searchParams }: URL, body: string): unknown {
    if (method === 'POST' && pathname === '/emails') return this.takeMail(body);
    if (method === 'POST' && pathname === SESSIONS) return this.makeSession(new URLSearchParams(body));
    const [, id, expire] = /^\/v1\/checkout\/sessions\/([^/]+)(\/expire)?$/.exec(pathname) ?? [];
    const session = id === undefined ? undefined : this.sessions.get(id);
    if (session && expire) return this.expireSession(session);
    if (session) return this.readSession(session, searchParams);
    if (method === 'GET' && pathname === '/v1/account') return { id: 'acct_bench', object: 'account' };
    // The sweep and the probes at the start find nothing.
    return method === 'GET' && id === undefined ? { object: 'list', data: [], has_more: false } : undefined;
  }

  private takeMail(body: string): unknown {
    const { tags = [] } = JSON.parse(body) as { tags?: { name: string; value: string }[] };
    const order = tags.find(({ name }) => name === 'order')?.value ?? '';
    this.mails.set(order, (this.mails.get(order) ?? 0) + 1);
    this.handedOver.emit(order);
    return { id: `mail_${order}` };
  }

  private expireSession(session: Record<string, unknown>): unknown {
    this.calls.expire++;
    const wasOpen = session.status === 'open';
    Object.assign(session, { status: 'expired' });
    if (wasOpen) this.onExpired(session);
    return session;
  }

  private readSession(session: Record<string, unknown>, query: URLSearchParams): unknown {
    this.calls.read++;
    return expanded(session, query);
  }

  private makeSession(asked: URLSearchParams): unknown {
    const id = `cs_test_${String(++this.calls.create).padStart(12, '0')}${process.pid}`;
    const metadata = entriesUnder(asked, 'metadata');
    const currency = asked.get('currency') ?? 'eur';
    const lines = linesOf(asked, currency);
    const total = lines.reduce((sum, { amount_total }) => sum + amount_total, 0);
    const session = {
      ...{ id, object: 'checkout.session', mode: 'payment', livemode: false, status: 'open', payment_status: 'unpaid' },
      ...{ currency, amount_subtotal: total, amount_total: total, metadata },
      client_reference_id: asked.get('client_reference_id'),
      ...{ payment_intent: null, shipping_cost: null, presentment_details: null, customer_details: null },
      total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
      url: `https://checkout.example/${id}`,
      expires_at: Number(asked.get('expires_at')),
      created: Math.floor(Date.now() / 1000),
    };
    this.sessions.set(id, { ...session, [LINES]: lines });
    return session;
  }
}

const SESSIONS = '/v1/checkout/sessions';
/** Kept beside the session, and shown only where it is expanded. */
const LINES = 'lines';
const NOT_FOUND = { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such object' } };
const ADDRESS = { line1: 'Street 1', line2: null, city: 'Town', state: null, postal_code: '10115', country: 'DE' };

/** As `expand[]=line_items` and `expand[]=payment_intent.latest_charge` show it. */
function expanded({ lines, ...session }: Record<string, unknown>, query: URLSearchParams): unknown {
  if (![...query.values()].includes('line_items')) return session;
  const intent = session.payment_intent && {
    ...{
      id: session.payment_intent,
      object: 'payment_intent',
      status: 'succeeded',
      amount_received: session.amount_total,
    },
    latest_charge: { id: `ch_${session.id}`, object: 'charge', disputed: false },
  };
  return { ...session, payment_intent: intent, line_items: { object: 'list', data: lines, has_more: false } };
}

function linesOf(asked: URLSearchParams, currency: string) {
  const lines = [];
  for (let i = 0; asked.has(`line_items[${i}][quantity]`); i++) {
    const at = (name: string) => asked.get(`line_items[${i}]${name}`);
    const quantity = Number(at('[quantity]'));
    const priceId = at('[price]') ?? '';
    const total = amountIn(priceId) * quantity;
    lines.push({
      ...{ id: `li_${i}`, object: 'item', description: `The ${at('[metadata][sku]')}`, quantity, currency },
      ...{ amount_subtotal: total, amount_discount: 0, amount_tax: 0, amount_total: total },
      price: { id: priceId, object: 'price', metadata: {} },
      metadata: { sku: at('[metadata][sku]') },
    });
  }
  return lines;
}

/** A price of this Stripe tells its amount by its id, so that it needs no catalogue. */
export const priceIdOf = (sku: string, amount: number): string => `price_${amount}_${sku}`;
const amountIn = (priceId: string): number => Number(/^price_(\d+)_/.exec(priceId)?.[1]);

const entriesUnder = (asked: URLSearchParams, name: string): Record<string, string> =>
  Object.fromEntries(
    [...asked].flatMap(([key, value]) => {
      const inner = new RegExp(`^${name}\\[([^\\]]+)\\]$`).exec(key)?.[1];
      return inner === undefined ? [] : [[inner, value]];
    }),
  );

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
