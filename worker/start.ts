import type { Client } from '@temporalio/client';
import { NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import type { Registry } from 'prom-client';
import type { Deps } from '../activities/deps';
import { createActivityMetrics } from '../activities/metrics';
import { systemClock } from '../platform/clock';
import { type Env, loadEnv } from '../platform/env';
import { reportErrors } from '../platform/error-reports';
import { lastWords } from '../platform/last-words';
import { createLogger, type Logger, moduleLog } from '../platform/logger';
import { createMailer } from '../platform/mailer';
import { createRegistry, watchCertificate } from '../platform/metrics';
import { startTracing } from '../platform/start-tracing';
import { announced } from '../platform/stopping';
import { connectStripe } from '../platform/stripe';
import { signsOfKey } from '../platform/stripe-account';
import { createStripeMetrics } from '../platform/stripe-metrics';
import { clientCertificate, connectTemporal, temporalConfig } from '../platform/temporal';
import { temporalUiOf } from '../platform/temporal-ui';
import { isTracing, stopTracing } from '../platform/trace';
import { watchAccount } from '../store/alarms/watch';
import { CONNECTIONS, connectDatabase } from '../store/database';
import { installationOf } from '../store/installation/installation';
import { ownAccount } from '../store/installation/own-account';
import { numberForRun } from '../store/orders/status';
import { createPoolMetrics } from '../store/pool-metrics';
import { whenPooled } from '../store/pooler';
import { keepAccount } from './account';
import { workflowBundle } from './bundle';
import { keepSendingEvents } from './events';
import { serveHealth } from './health';
import { keepSweeping } from './schedule';
import { createShopMetrics } from './shop-metrics';
import { createSweepMetrics } from './sweep-metrics';
import { temporalLogging } from './temporal-log';
import { temporalMetrics } from './temporal-metrics';
import { createWorkers } from './workers';
import { createWorkflowRuns } from './workflow-runs';
import { createWorkflowStarter } from './workflow-starter';

/** The process must exit within 20 s of SIGTERM, whatever still hangs. */
const GONE_WITHIN_MS = 18_000;
const RECONNECT_MS = 1_000;

/** The worker's process. Configured by the environment alone; any number of them may run side by side. */
export async function startWorker(): Promise<void> {
  const env = loadEnv();
  const reports = reportErrors(env, 'worker');
  const log = createLogger('worker', env, { onError: reports?.tell });
  lastWords(log, reports?.stop);
  startTracing(env, 'worker', log);
  const logging = temporalLogging(moduleLog(log, 'temporal'), env.LOG_LEVELS['worker.temporal']);
  const sdk = await temporalMetrics();
  Runtime.install({
    ...logging,
    telemetryOptions: { ...logging.telemetryOptions, metrics: sdk.telemetry },
    shutdownSignals: [],
  });
  const registry = createRegistry('worker');
  watchCertificate(registry, clientCertificate());
  const temporal = connectTemporal();
  const deps = createDeps(env, temporal, registry, log);
  const forMetrics = { ...deps, log: moduleLog(log, 'metrics') };
  createSweepMetrics(registry, forMetrics);
  createShopMetrics(registry, forMetrics);
  createPoolMetrics(registry, { worker: deps.db });
  const running = new Set<Worker>();
  let stopping: Promise<void> | undefined;
  const isStopping = () => stopping !== undefined;
  const health = await serveHealth({
    ...{ env, deps, temporal, registry, running },
    sdkMetrics: sdk.read,
    stopping: isStopping,
  });

  const stop = (signal: string) => {
    if (stopping) return;
    stopping = announced(signal);
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(0), GONE_WITHIN_MS).unref();
    for (const worker of running) worker.shutdown();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  void whenPooled(env.DATABASE_URL, isStopping, (why) => {
    process.stderr.write(`${why}\n`);
    process.exit(1);
  });
  void keepSweeping(temporal, env, moduleLog(log, 'sweep'), isStopping);
  keepAccount({ ...deps, log: moduleLog(log, 'account') }, isStopping);
  await keepSendingEvents({ ...deps, log: moduleLog(log, 'events') }, registry, isStopping);
  const bundle = await workflowBundle({ traced: isTracing() });
  while (!isStopping()) {
    try {
      await runWorkers(env, deps, bundle, running, isStopping);
    } catch (error) {
      log.error({ err: error }, 'the connection to Temporal failed; trying again');
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }
  await stopping;
  await Promise.all([stopTracing(), reports?.stop()]);
  health.close();
  process.exit(0);
}

async function runWorkers(
  env: Env,
  deps: Deps,
  workflowBundle: { codePath: string },
  running: Set<Worker>,
  stopping: () => boolean,
): Promise<void> {
  const { connectionOptions, namespace, dataConverter } = temporalConfig();
  const connection = await NativeConnection.connect(connectionOptions);
  try {
    const workers = await createWorkers({
      connection,
      namespace,
      dataConverter,
      deps,
      workflowBundle,
      buildId: env.WORKER_BUILD_ID,
      stripeMaxPerSecond: env.STRIPE_MAX_PER_SECOND,
    });
    if (stopping()) return;
    for (const worker of workers) running.add(worker);
    // When one worker ends, by an error or on request, the other must not go on alone.
    await Promise.all(
      workers.map(async (worker) => {
        try {
          await worker.run();
        } finally {
          running.delete(worker);
          for (const other of running) if (workers.includes(other) && other.getState() === 'RUNNING') other.shutdown();
        }
      }),
    );
  } finally {
    await connection.close().catch(() => undefined);
  }
}

/** Everything activities need from outside, made from the configuration. */
function createDeps(env: Env, temporal: Client, registry: Registry, log: Logger): Deps {
  const db = connectDatabase(env.DATABASE_URL, CONNECTIONS.worker);
  const watch = watchAccount(db, systemClock, moduleLog(log, 'account'));
  const account = ownAccount(db, signsOfKey(env), systemClock);
  return {
    db,
    installation: installationOf(db, env.INSTALLATION_ID),
    stripe: connectStripe(env, undefined, watch, account, createStripeMetrics(registry)),
    account,
    watch,
    log,
    mailer: createMailer(env),
    clock: systemClock,
    env,
    temporalUi: temporalUiOf(env, temporal.options.namespace),
    starter: createWorkflowStarter(temporal, (id) => numberForRun(db, id)),
    runs: createWorkflowRuns(temporal),
    metrics: createActivityMetrics(registry),
  };
}
