import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker as TemporalWorker, type Worker } from '@temporalio/worker';
import { Registry } from 'prom-client';
import type Stripe from 'stripe';
import type { Deps } from '../../activities/deps';
import { createActivityMetrics } from '../../activities/metrics';
import { type SessionId, sessionId } from '../../domain/ids';
import { type CheckoutLine, METADATA } from '../../domain/session';
import { WORKFLOWS } from '../../messages/names';
import { lookSignal, type Opening, openUpdate, orderStart } from '../../messages/order';
import { type Env, loadEnv } from '../../platform/env';
import { createMailer } from '../../platform/mailer';
import { connectStripe } from '../../platform/stripe';
import { type Outbox, startOutbox } from '../../sandbox/outbox/server';
import { type StripeSandbox, startStripeSandbox } from '../../sandbox/stripe/http/server';
import { connectDatabase, type Db } from '../../store/database';
import { workflowBundle } from '../../worker/bundle';
import { createDoor } from '../../worker/door';
import { createWorkers } from '../../worker/workers';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { quietWorkers } from '../support/quiet';
import { startTimeSkipping } from '../support/temporal';
import { until } from '../support/until';
import { expectLedgersToAgree } from './agreement';
import { over } from './at-rest';

const STRIPE_KEY = 'sk_test_sandbox_workflow';
const RESEND_KEY = 're_workflow';

export interface Line {
  sku: string;
  quantity?: number;
}

/**
 * Everything an order meets, real but for time: PostgreSQL, Temporal with skipping time, the Stripe sandbox on the same clock, the outbox, and
 * our own workers. A test says what happens at Stripe and sees what became of the order.
 */
export class World {
  readonly bundle: { codePath: string };
  /** As the API and the activities have it: to wait for a result with it skips no time. */
  readonly client: Client;
  private workers: Worker[] = [];
  private runs: Promise<void>[] = [];
  private now = Date.now();
  private watch: NodeJS.Timeout | undefined;
  private lastLook: Promise<void> = Promise.resolve();
  private readonly sessions: SessionId[] = [];

  private constructor(
    readonly temporal: TestWorkflowEnvironment,
    private readonly database: TestDatabase,
    readonly db: Db,
    readonly outbox: Outbox,
    private readonly folder: string,
    bundle: { codePath: string },
  ) {
    this.bundle = bundle;
    this.client = new Client({ connection: temporal.connection, namespace: temporal.client.options.namespace });
  }

  /** False where a test leaves at Stripe what nobody was told of, or makes the two differ by hand: then there is nothing to be counted at the end. */
  counted = true;
  sandbox!: StripeSandbox;
  stripe!: Stripe;
  env!: Env;
  readonly metrics = createActivityMetrics(new Registry());

  static async start(overrides: Record<string, string> = {}): Promise<World> {
    quietWorkers();
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-world-'));
    const [temporal, database, outbox, bundle] = await Promise.all([
      startTimeSkipping(),
      createTestDatabase(),
      startOutbox({ dataDir: join(folder, 'outbox'), apiKey: RESEND_KEY }),
      workflowBundle(),
    ]);
    const world = new World(temporal, database, connectDatabase(database.url, 10), outbox, folder, bundle);
    await world.followTime();
    world.sandbox = await startStripeSandbox({
      port: 0,
      dataDir: join(folder, 'stripe'),
      secretKey: STRIPE_KEY,
      clock: { now: () => world.now },
    });
    world.env = loadEnv({
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporal.address,
      STRIPE_SECRET_KEY: STRIPE_KEY,
      STRIPE_WEBHOOK_SECRET: 'whsec_world',
      STRIPE_API_BASE: world.sandbox.url,
      RESEND_API_KEY: RESEND_KEY,
      RESEND_BASE_URL: outbox.url,
      EMAIL_FROM: 'Shop <shop@example.com>',
      STAFF_EMAIL: 'staff@example.com',
      ADMIN_TOKEN: 'admin-token-of-the-world',
      SIGNING_SECRET: 'signing-secret-of-the-world',
      ...overrides,
    });
    world.stripe = connectStripe(world.env);
    await world.startWorkers();
    return world;
  }

  /** What activities get here. */
  deps(): Deps {
    return {
      db: this.db,
      stripe: this.stripe,
      mailer: createMailer(this.env),
      clock: { now: () => this.now },
      env: this.env,
      door: { ...createDoor(this.client), closedOrders: (since) => this.closedOrders(since) },
      metrics: this.metrics,
    };
  }

  async startWorkers(): Promise<void> {
    this.workers = await createWorkers({
      connection: this.temporal.nativeConnection,
      namespace: this.temporal.namespace ?? 'default',
      deps: this.deps(),
      workflowBundle: this.bundle,
      stripeMaxPerSecond: 100,
    });
    this.runs = this.workers.map((worker) => worker.run());
  }

  async stopWorkers(): Promise<void> {
    for (const worker of this.workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.all(this.runs);
    this.workers = [];
    this.runs = [];
  }

  /** Ends everything, after every history this world made was replayed against the code as it is, and its money was counted. */
  async stop(): Promise<void> {
    try {
      if (this.counted) {
        if (this.workers.length === 0) await this.startWorkers();
        await expectLedgersToAgree(this);
      }
      await this.stopWorkers();
      await this.replayEverything();
    } finally {
      await this.close();
    }
  }

  private async close(): Promise<void> {
    await this.stopWorkers();
    clearInterval(this.watch);
    await this.lastLook; // a call under way when its connection closes is thrown at nobody
    await this.sandbox.close();
    await this.outbox.close();
    await this.db.$disconnect();
    await this.temporal.teardown();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  // --- The shop -----------------------------------------------------------------------------------------------------------------------

  /** Puts a product on the shelf, priced at Stripe. `stock` makes it physical. */
  async product(
    sku: string,
    { amount = 1250, currency = 'eur', stock }: { amount?: number; currency?: string; stock?: number } = {},
  ): Promise<void> {
    const at = new Date(this.now);
    const atStripe = await this.stripe.products.create({ name: `The ${sku}` });
    const price = await this.stripe.prices.create({ product: atStripe.id, unit_amount: amount, currency });
    const kind = stock === undefined ? 'DIGITAL' : 'PHYSICAL';
    await this.db.product.create({
      data: {
        sku,
        name: `The ${sku}`,
        kind,
        createdAt: at,
        updatedAt: at,
        prices: { create: [{ currency, amount, stripePriceId: price.id, createdAt: at }] },
        ...(stock !== undefined && { stock: { create: {} } }),
      },
    });
    if (stock) {
      await this.db.stockMovement.create({
        data: { sku, at, kind: 'ADJUST', onHandDelta: stock, heldDelta: 0, reference: 'delivery', actor: 'staff' },
      });
    }
  }

  /** What `POST /checkout` does, up to asking for the stock: the request written down, the session made at Stripe. */
  async session(
    lines: Line[],
    { holdSeconds = 1860, userId }: { holdSeconds?: number; userId?: string } = {},
  ): Promise<SessionId> {
    const id = randomUUID();
    const priced = await Promise.all(lines.map((line) => this.priced(line)));
    const number = String((await this.db.$queryRaw<[{ n: bigint }]>`SELECT nextval('order_number_seq') AS n`)[0].n);
    const metadata = {
      [METADATA.checkout]: id,
      [METADATA.number]: number,
      ...(userId && { [METADATA.userId]: userId }),
    };
    const made = await this.stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: priced.map(({ stripePriceId, quantity, sku }) => ({
        price: stripePriceId as string,
        quantity,
        metadata: { sku },
      })),
      metadata,
      payment_intent_data: { metadata },
      success_url: 'http://localhost/success?session_id={CHECKOUT_SESSION_ID}',
      expires_at: Math.ceil(this.now / 1000) + Math.max(holdSeconds, 1860) + 60,
    });
    await this.db.checkout.create({
      data: {
        id,
        number,
        origin: 'CHECKOUT',
        currency: priced[0]?.currency ?? 'eur',
        subtotal: priced.reduce((sum, { total }) => sum + total, 0),
        lines: JSON.parse(JSON.stringify(priced)),
        request: { metadata },
        holdUntil: new Date(this.now + holdSeconds * 1000),
        sessionId: made.id,
        url: made.url,
        createdAt: new Date(this.now),
      },
    });
    this.sessions.push(sessionId(made.id));
    return sessionId(made.id);
  }

  /** A checkout as the shopper sees it: the session, and whether the stock is theirs. */
  async checkout(
    lines: Line[],
    options: { holdSeconds?: number; userId?: string } = {},
  ): Promise<{ id: SessionId; opening: Opening }> {
    const id = await this.session(lines, options);
    return { id, opening: await this.open(id) };
  }

  /** Asks the order's workflow for the stock, as the checkout does. */
  async open(id: SessionId): Promise<Opening> {
    const row = await this.db.checkout.findUniqueOrThrow({ where: { sessionId: id } });
    const facts = {
      number: row.number,
      total: Number(row.subtotal),
      currency: row.currency,
      skus: (row.lines as unknown as CheckoutLine[]).map(({ sku }) => sku),
    };
    const startWorkflowOperation = new WithStartWorkflowOperation(
      WORKFLOWS.order,
      orderStart({ sessionId: id, openedBy: 'checkout' }, facts),
    );
    return this.client.workflow.executeUpdateWithStart(openUpdate, { startWorkflowOperation });
  }

  // --- Stripe -------------------------------------------------------------------------------------------------------------------------

  /** Something happens at Stripe or to it: the sandbox's control API. */
  async at<T = Record<string, unknown>>(path: string, body: Record<string, unknown> = {}): Promise<T> {
    await this.catchUp();
    const answer = await fetch(`${this.sandbox.url}/_control${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** What was asked of Stripe's API so far. */
  async requests(): Promise<
    { method: string; path: string; idempotencyKey: string | null; params: Record<string, unknown> }[]
  > {
    const { data } = (await (await fetch(`${this.sandbox.url}/_control/requests`)).json()) as { data: [] };
    return data;
  }

  pay(id: SessionId, how: Record<string, unknown> = {}) {
    return this.at(`/sessions/${id}/pay`, { email: 'Ada@Example.com', name: 'Ada Lovelace', ...how });
  }

  /** A webhook about the session, as the receiver passes it on. */
  async webhook(id: SessionId): Promise<void> {
    this.know(id);
    await this.client.workflow.signalWithStart(WORKFLOWS.order, {
      ...orderStart({ sessionId: id, openedBy: 'webhook' }),
      signal: lookSignal,
      signalArgs: [],
    });
  }

  // --- What became of it ----------------------------------------------------------------------------------------------------------------

  handle(id: SessionId) {
    return this.client.workflow.getHandle(id);
  }

  /** Waits for the workflow to end, and lets the time pass that it waits for meanwhile; answers its result. */
  async end<T = string>(id: string): Promise<T> {
    await over(this, id);
    await this.catchUp();
    return this.client.workflow.getHandle(id).result() as Promise<T>;
  }

  /** Whether no worker has anything in hand. */
  isIdle(): boolean {
    return this.workers
      .filter((worker) => worker.getState() === 'RUNNING')
      .map((worker) => worker.getStatus())
      .every(({ numInFlightWorkflowActivations: tasks, numInFlightActivities: steps }) => tasks + steps === 0);
  }

  order(id: SessionId) {
    return this.db.order.findUniqueOrThrow({
      where: { sessionId: id },
      include: {
        items: true,
        customer: true,
        refunds: true,
        grants: true,
        shipments: true,
        timeline: { orderBy: { id: 'asc' } },
      },
    });
  }

  async stock(sku: string): Promise<{ onHand: number; held: number }> {
    const { onHand, held } = await this.db.stockLevel.findUniqueOrThrow({ where: { sku } });
    return { onHand, held };
  }

  /** Mails that went out about an order, by template. */
  async mails(id: SessionId): Promise<string[]> {
    const rows = await this.db.mail.findMany({
      where: { sessionId: id, status: 'SENT' },
      orderBy: { createdAt: 'asc' },
    });
    return rows.map(({ template }) => template).sort();
  }

  async history(id: string) {
    return this.client.workflow.getHandle(id).fetchHistory();
  }

  /** Lets this much time pass for everybody. */
  async sleep(ms: number): Promise<void> {
    let sleeping = true;
    const slept = this.temporal.sleep(ms).finally(() => {
      sleeping = false;
    });
    await Promise.race([slept, this.freeTime(() => sleeping)]);
    await slept;
    await this.catchUp();
  }

  /**
   * The server holds its time while a workflow task is under way, and forgets to let go where the task of a run is overtaken by a message, or
   * its run is terminated. What nobody works on for a second is let go here.
   */
  private async freeTime(sleeping: () => boolean): Promise<void> {
    for (let idle = 0; sleeping(); ) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      idle = this.workers.length > 0 && this.isIdle() ? idle + 1 : 0;
      if (idle < 40) continue;
      idle = 0;
      if (sleeping()) await this.temporal.connection.testService?.unlockTimeSkipping({});
    }
  }

  know(id: SessionId): void {
    if (!this.sessions.includes(id)) this.sessions.push(id);
  }

  /** Replays every order this world made: no change of code may make a history impossible. */
  private async replayEverything(): Promise<void> {
    const histories = await Promise.all(
      this.sessions.map(async (workflowId) => {
        const history = await this.history(workflowId).catch(() => null);
        return history ? [{ workflowId, history }] : [];
      }),
    );
    for await (const { workflowId, error } of TemporalWorker.runReplayHistories(
      { workflowBundle: this.bundle },
      histories.flat(),
    )) {
      if (error) throw new Error(`the history of ${workflowId} does not replay: ${error.message}`);
    }
  }

  /** The time-skipping server lists nothing: the list of closed runs is made of each order's own run. */
  private async *closedOrders(since: Date): AsyncIterable<SessionId> {
    for (const id of this.sessions) {
      try {
        const { closeTime } = await this.handle(id).describe();
        if (closeTime && closeTime >= since) yield id;
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    }
  }

  private async priced({ sku, quantity = 1 }: Line): Promise<CheckoutLine & { currency: string }> {
    const { product, ...price } = await this.db.price.findFirstOrThrow({
      where: { sku, current: true },
      include: { product: true },
    });
    const unitAmount = Number(price.amount);
    return {
      sku,
      name: product.name,
      kind: product.kind,
      quantity,
      unitAmount,
      total: unitAmount * quantity,
      stripePriceId: price.stripePriceId,
      minimum: price.minimum === null ? null : Number(price.minimum),
      currency: price.currency,
    };
  }

  private async followTime(): Promise<void> {
    await this.catchUp();
    let asking = false;
    this.watch = setInterval(() => {
      if (asking) return;
      asking = true;
      this.lastLook = this.catchUp()
        .catch(() => undefined)
        .finally(() => {
          asking = false;
        });
    }, 20);
    this.watch.unref();
  }

  /** Brings everybody's clock to the test environment's. */
  private async catchUp(): Promise<void> {
    this.now = Math.max(this.now, await this.temporal.currentTimeMs());
  }
}

export { until };
