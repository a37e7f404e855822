import { execFileSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type Stripe from 'stripe';
import { freePort } from '../../platform/ports';
import { connectStripe } from '../../platform/stripe';
import { connectTemporal } from '../../platform/temporal';
import { migrate } from '../../prisma/migrate';
import { grantRoles, type ProgramName } from '../../prisma/roles';
import { stopAllGuarded } from '../../sandbox/guard';
import { type Outbox, startOutbox } from '../../sandbox/outbox/server';
import { type Postgres, startPostgres } from '../../sandbox/postgres';
import { Program } from '../../sandbox/program';
import { type StripeSandbox, startStripeSandbox } from '../../sandbox/stripe/http/server';
import { startTemporal, type Temporal } from '../../sandbox/temporal';
import { connectDatabase, type Db } from '../../store/database';
import { newFolder } from '../support/folder';
import { Relay } from './relay';
import { type Restartable, restartable } from './restartable';

export const ADMIN_TOKEN = 'admin-token-of-the-faults';
export const WEBHOOK_SECRET = 'whsec_faults';
const STRIPE_KEY = 'sk_test_sandbox_faults';
const RESEND_KEY = 're_faults';
const ROLES = {
  api: { name: 'holdfast_api', password: 'of-the-api' },
  worker: { name: 'holdfast_worker', password: 'of-the-worker' },
};

export interface SystemOptions {
  apis?: number;
  workers?: number;
  /** What differs from the defaults of the tests: no limits on checkout, holds of half an hour. */
  env?: Record<string, string>;
  /** The folder of the build that runs. Default: this one. */
  build?: string;
  /** What PostgreSQL is set to, in its folder. */
  postgres?: (folder: string) => Record<string, string>;
  /** Prepares what stands in for the world, before any process starts. */
  world?: (system: System) => Promise<unknown>;
  /** Prepares another way to Temporal, which is at this address; returns the variables by which processes take it. */
  reachTemporal?: (address: string) => Promise<Record<string, string>>;
  /** A server in the place of the development server. */
  temporal?: OtherTemporal;
}

/** Temporal as somebody else runs it. */
export interface OtherTemporal {
  /** The variables by which processes reach it. */
  reach: Record<string, string>;
  start(postgres: Postgres): Promise<TemporalPart>;
}

export type TemporalPart = Pick<Temporal, 'address' | 'stop'>;

/**
 * The whole of Holdfast as it runs in production: real `api` and `worker` processes, PostgreSQL, Temporal, with the
 * Stripe sandbox and the outbox for the world. Each part can be killed, stopped and started again where it was.
 */
export class System {
  /** The folder of the build of whatever is started from now on; undefined: this one. */
  build: string | undefined;
  readonly apis: Program[] = [];
  readonly workers: Program[] = [];
  postgres!: Restartable<Postgres>;
  /** For the next start of PostgreSQL. */
  postgresSettings: Record<string, string> = {};
  temporalServer!: Restartable<TemporalPart>;
  /** Between the workers and Temporal: stopped, they work on and cannot say so. */
  relay!: Relay;
  sandbox!: StripeSandbox;
  outbox!: Outbox;
  /** Those that the outbox takes. */
  readonly mailKeys = [RESEND_KEY];
  /** The test's own clients. */
  db!: Db;
  stripe!: Stripe;
  temporal!: Client;
  private env: Record<string, string> = {};
  /** How workers reach Temporal. */
  private fromWorkers: Record<string, string> = {};

  private constructor(private readonly folder: string) {}

  /** Starts everything at once; ready when every process says so. */
  static async start(options: SystemOptions = {}): Promise<System> {
    const system = new System(newFolder('faults'));
    try {
      await system.startAll(options);
      return system;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  private async startAll({ apis = 1, workers = 1, env = {}, ...options }: SystemOptions): Promise<void> {
    this.build = options.build;
    this.postgresSettings = options.postgres?.(this.postgresFolder) ?? {};
    const { temporal } = options;
    const apiPort = await freePort();
    const postgres = this.startPostgres(await freePort());
    await Promise.all([
      postgres,
      temporal ? postgres.then(() => this.startOther(temporal)) : this.startTemporal(await freePort()),
      this.startWorld(`http://127.0.0.1:${apiPort}/webhooks/stripe`),
    ]);
    await options.world?.(this);
    const reached = temporal?.reach ?? (await options.reachTemporal?.(this.temporalServer.now.address));
    this.env = { ...this.variables(`http://127.0.0.1:${apiPort}`), ...reached, ...env };
    this.fromWorkers = reached ?? { TEMPORAL_ADDRESS: this.relay.address };
    this.stripe = connectStripe({ STRIPE_SECRET_KEY: STRIPE_KEY, STRIPE_API_BASE: this.sandbox.url }, 30_000);
    const first = this.addApi({}, apiPort);
    const others = Array.from({ length: apis - 1 }, () => this.addApi());
    await Promise.all([first, ...others, ...Array.from({ length: workers }, () => this.addWorker())]);
  }

  /** One more API beside the others; Stripe's webhooks go to the first. */
  async addApi(env: Record<string, string> = {}, port?: number): Promise<Program> {
    return this.add(this.apis, 'api', { ...env, PORT: String(port ?? (await freePort())) });
  }

  async addWorker(env: Record<string, string> = {}): Promise<Program> {
    const port = String(await freePort());
    return this.add(this.workers, 'worker', { WORKER_PORT: port, ...this.fromWorkers, ...env });
  }

  private async add(beside: Program[], kind: 'api' | 'worker', env: Record<string, string>): Promise<Program> {
    const program = new Program({
      name: `${kind}-${beside.length + 1}`,
      entry: `${kind}/main.ts`,
      port: Number(env.WORKER_PORT ?? env.PORT),
      root: this.build,
      env: { ...this.env, DATABASE_URL: this.urlAs(kind), ...env },
      logFolder: join(this.folder, 'logs'),
    });
    beside.push(program);
    await program.start();
    return program;
  }

  get postgresFolder(): string {
    return join(this.folder, 'postgres');
  }

  /** Ends everything, whatever state it is in. */
  async stop(): Promise<void> {
    await this.temporal?.connection.close();
    await this.db?.$disconnect();
    await this.sandbox?.close();
    await this.outbox?.close();
    await stopAllGuarded(0);
    await this.relay?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Temporal comes back without anything it knew: its store was lost. */
  async loseTemporal(meanwhile: () => Promise<void>): Promise<void> {
    await this.temporalServer.stop();
    rmSync(join(this.folder, 'temporal'), { recursive: true });
    await meanwhile();
    await this.temporalServer.start();
  }

  /**
   * Copies the database as it stands: PostgreSQL stops for it, and everything else runs on.
   * @returns puts the copy back in its place
   */
  async backUp(): Promise<() => Promise<void>> {
    const [live, backup] = [this.postgresFolder, `${this.postgresFolder}.backup`];
    await this.postgres.stop();
    execFileSync('cp', ['-a', live, backup]);
    await this.postgres.start();
    return async () => {
      await this.postgres.stop();
      rmSync(live, { recursive: true });
      renameSync(backup, live);
      await this.postgres.start();
    };
  }

  private async startPostgres(port: number): Promise<void> {
    const start = () =>
      startPostgres({ dataDir: this.postgresFolder, port, disposable: true, settings: this.postgresSettings });
    this.postgres = await restartable(start);
    await migrate(this.postgres.now.url);
    await grantRoles(this.postgres.now.url, ROLES);
    this.db = connectDatabase(this.postgres.now.url);
  }

  /** The database as a program sees it: with its own role, and no more rights than it needs. */
  private urlAs(program: ProgramName): string {
    const url = new URL(this.postgres.now.url);
    [url.username, url.password] = [ROLES[program].name, ROLES[program].password];
    return url.href;
  }

  private async startTemporal(port: number): Promise<void> {
    const start = () =>
      startTemporal({
        dataDir: join(this.folder, 'temporal'),
        port,
        uiPort: false,
        namespace: 'default',
        logFile: join(this.folder, 'temporal.log'),
      });
    this.temporalServer = await restartable(start);
    this.relay = await Relay.start(port);
    this.temporal = new Client({ connection: Connection.lazy({ address: this.temporalServer.now.address }) });
  }

  private async startOther(other: OtherTemporal): Promise<void> {
    this.temporalServer = await restartable(() => other.start(this.postgres.now));
    this.temporal = connectTemporal(other.reach);
  }

  private async startWorld(webhookUrl: string): Promise<void> {
    [this.sandbox, this.outbox] = await Promise.all([
      startStripeSandbox({
        port: 0,
        dataDir: join(this.folder, 'stripe'),
        secretKey: STRIPE_KEY,
        defaultWebhook: { url: webhookUrl, secret: WEBHOOK_SECRET },
      }),
      startOutbox({ dataDir: join(this.folder, 'outbox'), apiKeys: this.mailKeys }),
    ]);
  }

  private variables(publicUrl: string): Record<string, string> {
    return {
      PUBLIC_URL: publicUrl,
      TEMPORAL_ADDRESS: this.temporalServer.now.address,
      STRIPE_SECRET_KEY: STRIPE_KEY,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      STRIPE_API_BASE: this.sandbox.url,
      STRIPE_MAX_PER_SECOND: '100',
      RESEND_API_KEY: RESEND_KEY,
      RESEND_BASE_URL: this.outbox.url,
      EMAIL_FROM: 'Shop <shop@example.com>',
      STAFF_EMAIL: 'staff@example.com',
      ADMIN_TOKEN,
      SIGNING_SECRET: 'signing-secret-of-the-faults-in-tests',
      CHECKOUT_RATE_LIMIT: '0',
      CHECKOUT_OPEN_LIMIT: '0',
    };
  }
}
