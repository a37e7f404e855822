import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import request from 'supertest';
import { createApp } from '../../api/app';
import { type ApiDeps, STRIPE_TIMEOUT_MS } from '../../api/deps';
import { serverOf } from '../../api/http/server';
import { createApiMetrics } from '../../api/metrics';
import { Admission } from '../../api/storefront/checkout/admission';
import { ShownProducts } from '../../api/storefront/shown-products';
import type { Env } from '../../platform/env';
import { createLogger } from '../../platform/logger';
import { connectObjectStore } from '../../platform/object-store';
import { connectStripe } from '../../platform/stripe';
import type { LoggedRequest } from '../../sandbox/stripe/http/request-log';
import { watchAccount } from '../../store/alarms/watch';
import type { Db } from '../../store/database';
import { installationOf } from '../../store/installation/installation';
import { until, World } from '../workflow/world';

export interface LogLine {
  level: number;
  msg: string;
  route?: string;
  [field: string]: unknown;
}

/** The account of every sandbox. */
export const SANDBOX_ACCOUNT = 'acct_1SandboxHoldfast';

/** The API listening on a port of its own, on whatever a test gives it. */
export class Api {
  private constructor(
    readonly log: LogLine[],
    private readonly server: Server,
    private readonly closing: AbortController,
    readonly deps: ApiDeps,
  ) {}

  static async listen(parts: Pick<ApiDeps, 'db' | 'temporal' | 'clock' | 'env'> & Partial<ApiDeps>): Promise<Api> {
    const closing = new AbortController();
    const lines: LogLine[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const log = createLogger('api', { ...parts.env, LOG_LEVEL: 'info' }, { destination });
    const watch = watchAccount(parts.db, parts.clock, log);
    const admission = parts.admission ?? new Admission();
    const deps: ApiDeps = {
      stripe: connectStripe(parts.env, STRIPE_TIMEOUT_MS, watch),
      objects: connectObjectStore(parts.env),
      watch,
      installation: installationOf(parts.db, parts.env.INSTALLATION_ID),
      account: { id: SANDBOX_ACCOUNT },
      log,
      admission,
      shown: new ShownProducts(parts.db, admission),
      metrics: createApiMetrics(new Registry(), admission),
      closing: closing.signal,
      storefrontDir: null,
      fileDb: parts.db,
      tableDb: parts.db,
      ...parts,
    };
    await deps.installation().catch(() => undefined);
    const server = serverOf(createApp(deps));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    server.unref(); // a test that fails before it closes this must not keep Jest from ending
    return new Api(lines, server, closing, deps);
  }

  /** The same over another database. */
  over(db: Db): Promise<Api> {
    const shown = new ShownProducts(db, this.deps.admission);
    return Api.listen({ ...this.deps, db, fileDb: db, tableDb: db, shown });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get http() {
    return request(this.server);
  }

  /** As `main.ts` stops: streams end, requests under way are answered. */
  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeIdleConnections();
    await closed;
  }

  async metric(name: string, labels: Record<string, string>): Promise<number> {
    const metric = await this.deps.metrics.registry.getSingleMetric(name)?.get();
    const value = metric?.values.find((one) => Object.entries(labels).every(([label, is]) => one.labels[label] === is));
    return value?.value ?? 0;
  }
}

/** A shop that is open: the world of an order, and the API in front of it, which Stripe's events reach. */
export class Shop {
  private readonly others: Api[] = [];

  private constructor(
    readonly world: World,
    readonly api: Api,
  ) {}

  static async open(overrides: Record<string, string> = {}): Promise<Shop> {
    const world = await World.start({ CHECKOUT_RATE_LIMIT: '0', CHECKOUT_OPEN_LIMIT: '0', ...overrides });
    world.counted = false; // requests are asked about here, and what shoppers leave behind at Stripe is left there
    const { clock, db } = world.deps();
    const api = await Api.listen({ db, clock, env: world.env, temporal: world.client });
    return new Shop(world, api);
  }

  /** Another API process of the same shop; closed with it, if not before. */
  async another(env: Partial<Env> = {}, parts: Partial<ApiDeps> = {}): Promise<Api> {
    const { clock, db } = this.world.deps();
    const api = await Api.listen({
      db,
      clock,
      env: { ...this.world.env, ...env },
      temporal: this.world.client,
      ...parts,
    });
    this.others.push(api);
    return api;
  }

  /** From now on Stripe's events come to the API; until then each is as if lost. */
  async listenToStripe(): Promise<void> {
    const endpoint = await this.world.stripe.webhookEndpoints.create({
      url: `${this.api.url}/webhooks/stripe`,
      enabled_events: ['*'],
    });
    this.api.deps.env.STRIPE_WEBHOOK_SECRET.push(endpoint.secret as string);
  }

  get http() {
    return this.api.http;
  }

  checkout(body: Record<string, unknown>, headers: Record<string, string> = {}) {
    return this.http.post('/checkout').set(headers).send(body);
  }

  /** Sets what every checkout offers; what is not named is off. */
  async offers(settings: Record<string, unknown> = {}): Promise<void> {
    const off = { shipTo: [], shippingRates: [], automaticTax: false, promotionCodes: false, invoices: false };
    const staff = { authorization: `Bearer ${this.world.env.ADMIN_TOKEN}` };
    await this.http
      .put('/admin/shop')
      .set(staff)
      .send({ ...off, phone: false, ...settings })
      .expect(200);
  }

  /** A step of staff with an order, under an Idempotency-Key if one is given. */
  staffStep(id: string, step: string, key: string | null, body?: object) {
    const asked = this.http
      .post(`/admin/orders/${id}/${step}`)
      .set('authorization', `Bearer ${this.world.env.ADMIN_TOKEN}`);
    if (key !== null) asked.set('idempotency-key', key);
    return body === undefined ? asked : asked.send(body);
  }

  /** What was asked of Stripe so far, by method and a part of the path. */
  async askedOfStripe(method: string, path: RegExp): Promise<LoggedRequest[]> {
    const answer = await fetch(`${this.world.sandbox.url}/_control/requests`);
    const { data } = (await answer.json()) as { data: LoggedRequest[] };
    return data.filter((one) => one.method === method && path.test(one.path));
  }

  async close(): Promise<void> {
    for (const api of [this.api, ...this.others]) await api.close();
    await this.world.stop();
  }
}

export { until };
