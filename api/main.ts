import '../platform/react-production';
import { systemClock } from '../platform/clock';
import { ConfigurationError } from '../platform/configuration-error';
import { type Env, loadEnv } from '../platform/env';
import { reportErrors } from '../platform/error-reports';
import { KEEP_ALIVE_MS } from '../platform/keep-alive';
import { lastWords } from '../platform/last-words';
import { createLogger, moduleLog } from '../platform/logger';
import { createRegistry, watchCertificate } from '../platform/metrics';
import { connectObjectStore } from '../platform/object-store';
import { startTracing } from '../platform/start-tracing';
import { announced } from '../platform/stopping';
import { connectStripe } from '../platform/stripe';
import { learnAccount, signsOfKey } from '../platform/stripe-account';
import { createStripeMetrics } from '../platform/stripe-metrics';
import { clientCertificate, connectTemporal } from '../platform/temporal';
import { stopTracing } from '../platform/trace';
import { within } from '../platform/within';
import { watchAccount } from '../store/alarms/watch';
import { installationOf } from '../store/installation/installation';
import { ownAccount } from '../store/installation/own-account';
import { createPoolMetrics } from '../store/pool-metrics';
import { whenPooled } from '../store/pooler';
import { createApp, type Part } from './app';
import { connectDatabases } from './databases';
import { type ApiDeps, STRIPE_TIMEOUT_MS } from './deps';
import { startHousekeeping } from './housekeeping';
import { drainable } from './http/drain';
import { serverOf } from './http/server';
import { createApiMetrics } from './metrics';
import { createQueueMetrics } from './queue-metrics';
import { Admission } from './storefront/checkout/admission';
import { findStorefront } from './storefront/demo';
import { ShownProducts } from './storefront/shown-products';

/**
 * How long requests under way may still take once the process is asked to stop. After that it exits anyway, within
 * its 20 s.
 */
const DRAIN_MS = 15_000;
const DISCONNECT_MS = 3_000;

main();

/** The API's process. Configured by the environment alone; any number of them may run side by side. */
function main(): void {
  const env = configuration();
  const reports = reportErrors(env, 'api');
  const log = createLogger('api', env, { onError: reports?.tell });
  lastWords(log, reports?.stop);
  startTracing(env, 'api', log);
  const databases = connectDatabases(env.DATABASE_URL);
  const { db } = databases;
  const temporal = connectTemporal();
  const closing = new AbortController();

  const registry = createRegistry('api');
  watchCertificate(registry, clientCertificate());
  createPoolMetrics(registry, { api: db, files: databases.fileDb, tables: databases.tableDb });
  createQueueMetrics(registry, { temporal, log: moduleLog(log, 'metrics') });
  const guard = ownAccount(db, signsOfKey(env), systemClock);
  const admission = new Admission();
  const watch = watchAccount(db, systemClock, moduleLog(log, 'account'));
  const stripe = connectStripe(env, STRIPE_TIMEOUT_MS, watch, guard, createStripeMetrics(registry));
  const deps: ApiDeps = {
    ...databases,
    objects: connectObjectStore(env),
    watch,
    temporal,
    env,
    installation: installationOf(db, env.INSTALLATION_ID),
    log,
    stripe,
    account: learnAccount(stripe, moduleLog(log, 'account'), closing.signal),
    clock: systemClock,
    admission,
    shown: new ShownProducts(db, admission),
    metrics: createApiMetrics(registry, admission),
    closing: closing.signal,
    storefrontDir: findStorefront(env),
  };
  void deps.installation().catch(() => undefined); // so that no shopper waits for it; asked again when it is needed
  const drains =
    env.ADMIN_PORT === undefined
      ? [listen(deps, 'all', 'PORT', env.PORT)]
      : [listen(deps, 'public', 'PORT', env.PORT), listen(deps, 'private', 'ADMIN_PORT', env.ADMIN_PORT)];
  startHousekeeping({ ...deps, log: moduleLog(log, 'housekeeping') });
  void whenPooled(env.DATABASE_URL, () => closing.signal.aborted, cannotStart);

  const stop = (signal: string) => {
    if (closing.signal.aborted) return;
    log.info({ signal }, 'stopping');
    closing.abort();
    setTimeout(() => process.exit(0), DRAIN_MS).unref();
    void announced(signal)
      .then(() => Promise.all(drains.map((drain) => drain())))
      .then(async () => {
        // Temporal's connection ends with the process: closing it during a retried call throws where it cannot be
        // caught.
        const all = Object.values(databases).map((one) => one.$disconnect());
        const disconnected = Promise.all(all).catch((error: unknown) =>
          log.warn({ err: error }, 'could not disconnect from the database'),
        );
        await within(DISCONNECT_MS, disconnected, () => new Error('late')).catch(() => {});
        await Promise.all([stopTracing(), reports?.stop()]);
        process.exit(0);
      });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** Serves a part of the edge on a port. Returns the function that closes it without breaking a request. */
function listen(deps: ApiDeps, part: Part, variable: string, port: number): () => Promise<void> {
  const { env, log } = deps;
  const server = serverOf(createApp(deps, part));
  const drain = drainable(server);
  server.once('error', (error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'EADDRINUSE'
        ? `another process listens there; stop it or set ${variable}`
        : (error.code ?? error.message);
    cannotStart(`Cannot listen on ${env.HOST}:${port}: ${why}.`);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(port, env.HOST, () => log.info({ at: server.address() }, 'listening'));
  return drain;
}

function configuration(): Env {
  try {
    return loadEnv();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return cannotStart(error.message);
  }
}

function cannotStart(why: string): never {
  console.error(why);
  process.exit(1);
}
