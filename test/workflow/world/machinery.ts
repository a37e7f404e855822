import { Client, isGrpcServiceError, type WorkflowHandle } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { Worker } from '@temporalio/worker';
import { Registry } from 'prom-client';
import type Stripe from 'stripe';
import type { Deps } from '../../../activities/deps';
import { createActivityMetrics } from '../../../activities/metrics';
import type { SessionId } from '../../../domain/ids';
import { createMailer, type Mailer } from '../../../platform/mailer';
import { dataConverterOf } from '../../../platform/payload-codec';
import { temporalUiOf } from '../../../platform/temporal-ui';
import { installationOf } from '../../../store/installation/installation';
import { numberForRun } from '../../../store/orders/status';
import { createWorkers } from '../../../worker/workers';
import { createWorkflowStarter } from '../../../worker/workflow-starter';
import { waitingFor } from '../../support/hangs';
import { allRest, isClosed, over } from '../at-rest';
import type { Parts } from './parts';
import { listedRuns } from './runs';
import { apartFromTimers } from './timers';

/** Of gRPC. */
const NOT_FOUND = 5;

/** What is logged is for operators; tests look at what was written and sent. */
const NO_LOG = { error: () => undefined, warn: () => undefined };

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** The runs of a world: our own workers on Temporal, the client that reaches them, and the time that passes for all. */
export abstract class Machinery {
  /** As the API and the activities have it: to wait for a result with it skips no time. */
  readonly client: Client;
  readonly metrics = createActivityMetrics(new Registry());
  /** Of the activities and of the tests; a test may put another in its place. */
  stripe: Stripe;
  /** Of the activities; a test may put another in its place. */
  mailer: Mailer;
  /** Ids of every workflow that was started or sent a message here. */
  readonly known: string[] = [];
  private workers: Worker[] = [];
  private runs: Promise<void>[] = [];

  protected constructor(protected readonly parts: Parts) {
    this.stripe = parts.stripe;
    this.mailer = createMailer(parts.env);
    const interceptor = apartFromTimers({
      know: (id) => this.know(id),
      openHistory: (id) => this.openHistory(id),
      now: () => this.temporal.currentTimeMs(),
    });
    this.client = new Client({
      connection: parts.temporal.connection,
      namespace: parts.temporal.client.options.namespace,
      interceptors: { workflow: [interceptor] },
      dataConverter: this.dataConverter,
    });
  }

  get temporal() {
    return this.parts.temporal;
  }
  get db() {
    return this.parts.db;
  }
  get sandbox() {
    return this.parts.sandbox;
  }
  get account() {
    return this.parts.account;
  }
  get outbox() {
    return this.parts.outbox;
  }
  get env() {
    return this.parts.env;
  }
  get bundle() {
    return this.parts.bundle;
  }
  /** What encrypts payloads here, where a test has keys. */
  get dataConverter() {
    return dataConverterOf(this.env.PAYLOAD_KEYS);
  }

  /** What activities get here. */
  deps(): Deps {
    return {
      db: this.db,
      watch: this.parts.watch,
      log: NO_LOG,
      stripe: this.stripe,
      account: this.account,
      mailer: { send: (mail) => this.mailer.send(mail) },
      clock: this.parts.time.clock,
      env: this.env,
      temporalUi: temporalUiOf(this.env, this.temporal.namespace ?? 'default'),
      installation: installationOf(this.db, this.env.INSTALLATION_ID),
      starter: createWorkflowStarter(this.client, (id) => numberForRun(this.db, id)),
      runs: listedRuns(this),
      metrics: this.metrics,
    };
  }

  async startWorkers(): Promise<void> {
    this.workers = await createWorkers({
      connection: this.temporal.nativeConnection,
      namespace: this.temporal.namespace ?? 'default',
      dataConverter: this.dataConverter,
      deps: this.deps(),
      workflowBundle: this.bundle,
      stripeMaxPerSecond: 100,
      interceptors: [() => ({ inbound: this.parts.time.inbound })],
    });
    this.runs = this.workers.map((worker) => worker.run());
  }

  async stopWorkers(): Promise<void> {
    for (const worker of this.workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.all(this.runs);
    this.workers = [];
    this.runs = [];
  }

  get hasWorkers(): boolean {
    return this.workers.length > 0;
  }

  /** Whether no worker has anything in hand. */
  isIdle(): boolean {
    return this.workers
      .filter((worker) => worker.getState() === 'RUNNING')
      .map((worker) => worker.getStatus())
      .every(({ numInFlightWorkflowActivations: tasks, numInFlightActivities: steps }) => tasks + steps === 0);
  }

  /** Lets this much time pass for everybody. */
  sleep(ms: number): Promise<void> {
    return this.parts.time.sleep(
      ms,
      () => this.hasWorkers && this.isIdle(),
      () => allRest(this),
    );
  }

  /** The time of the activities and of Stripe, in milliseconds. */
  now(): number {
    return this.parts.time.clock.now();
  }

  /** Brings the clocks of the activities and of Stripe to Temporal's. */
  catchUp(): Promise<void> {
    return this.parts.time.catchUp();
  }

  /** The order's workflow. An update of it that is never answered is named in the report of the test. */
  handle(id: SessionId): WorkflowHandle {
    const handle = this.client.workflow.getHandle(id);
    const update = handle.executeUpdate.bind(handle) as (name: unknown, options?: unknown) => Promise<unknown>;
    const executeUpdate = (name: string | { name: string }, options?: unknown) =>
      waitingFor(`${id} to answer ${typeof name === 'string' ? name : name.name}`, () => update(name, options));
    return Object.assign(handle, { executeUpdate }) as WorkflowHandle;
  }

  /** Sends an update, as staff do in the Temporal UI; answers what its workflow answers. */
  ask(id: string, update: string, ...args: unknown[]): Promise<unknown> {
    return this.handle(id as SessionId).executeUpdate(update, { args: args as [unknown, ...unknown[]] });
  }

  history(id: string) {
    return this.client.workflow.getHandle(id).fetchHistory();
  }

  /** Waits for the workflow to end, and lets the time pass that it waits for meanwhile; answers its result. */
  async end<T = string>(id: string): Promise<T> {
    await over(this, id);
    await this.catchUp();
    return this.client.workflow.getHandle(id).result() as Promise<T>;
  }

  /** Takes note of a workflow that something else started: its history is replayed at the end. */
  know(id: string): void {
    if (!this.known.includes(id)) this.known.push(id);
  }

  private async openHistory(id: string): Promise<HistoryEvent[]> {
    try {
      const events = (await this.history(id)).events ?? [];
      return isClosed(events) ? [] : events;
    } catch (error) {
      if (isGrpcServiceError(error) && error.code === NOT_FOUND) return [];
      throw error;
    }
  }
}
