import { mailbox } from '../domain/email';
import { type Env, loadEnv } from '../platform/env';
import { freePort, isBusy } from '../platform/ports';
import { withSecrets } from '../platform/secret-files';
import { EMBEDDED_UI_PORT } from '../platform/temporal-ui';
import { addresses, at, lists } from './addresses';
import { type Embedded, keptPorts, keptSecrets, startEmbedded, token, type Variables, withStandIns } from './embedded';
import { type Foreground, inForeground } from './foreground';
import { startNodePart } from './node-part';
import { holderOf } from './port-holder';
import type * as Preparing from './prepare';
import { ensureStorefront } from './storefront';
import { table } from './table';

// `npm start`: the whole system on one machine. Parts that are not configured are embedded; missing secrets are made
// up once and kept.
void inForeground(process.env.DATA_DIR || '.data', async (run) => {
  const started = Date.now();
  run.log('Starting Holdfast');
  const configured = withSecrets(process.env);
  const given = { ...configured, ...(await ownVariables(run, configured)) };
  loadEnv(withStandIns(given));
  const shop = buildShop(run, given);
  const embedded = startEmbedded(given, run);
  const [{ env, variables }] = await Promise.all([startHoldfast(run, { given, embedded, shop }), shop, embedded.ready]);

  run.publish({ ...variables, ...published(env) });
  const views = lists(variables, started);
  // Before the addresses: these lines are long, and what is printed last is seen first.
  if (views.length > 0) run.log(`\nLists for staff, which a browser keeps once they are opened:\n\n${table(views)}`);
  run.log(`\nReady in ${((Date.now() - started) / 1000).toFixed(1)} s.\n\n${table(addresses(env, variables))}\n`);
  run.log(`All data and logs are in ${run.dataDir}. Ctrl-C stops everything.`);
});

/**
 * Starts the API and the worker as soon as the database is prepared: they load while Temporal and the sandboxes do, and
 * are ready once those answer.
 * @returns the configuration, and the variables of the embedded parts
 */
async function startHoldfast(
  run: Foreground,
  { given, embedded, shop }: { given: NodeJS.ProcessEnv; embedded: Embedded; shop: Promise<void> },
): Promise<{ env: Env; variables: Variables }> {
  const variables = await embedded.variables;
  const all = { ...given, ...variables };
  const env = loadEnv(all);
  const database = { env, embedded: variables, log: (line: string) => run.log(line) };
  // Loaded only now, while the parts start: they are not to wait for it.
  const { prepareDatabase, sellCatalogue }: typeof Preparing = require('./prepare');
  const added = await run.step('preparing the database', prepareDatabase(database));
  await Promise.all([
    startWorker(run, env, all, embedded.ready),
    shop.then(() => startApi(run, env, all, embedded.ready)),
    embedded.ready.then(() => sellCatalogue(database, added, all)),
  ]);
  return { env, variables };
}

/** What `npm run doctor` and the other commands beside it need to know too. The display name of a sender has blanks. */
const published = (env: Env): Variables => ({
  PUBLIC_URL: env.PUBLIC_URL,
  ADMIN_TOKEN: env.ADMIN_TOKEN,
  SIGNING_SECRET: env.SIGNING_SECRET,
  EMAIL_FROM: mailbox(env.EMAIL_FROM).address,
  STAFF_EMAIL: mailbox(env.STAFF_EMAIL).address,
});

/** The variables that the API and the worker need and the environment lacks. */
async function ownVariables(run: Foreground, env: NodeJS.ProcessEnv): Promise<Variables> {
  const secrets = keptSecrets(run.dataDir);
  const host = env.HOST || '127.0.0.1';
  const port = Number(env.PORT || 3000) || (await freePort());
  const workerPort = Number(env.WORKER_PORT) || (await keptPorts(run.dataDir).port('worker', 9464));
  // The runbook links to it. A second installation beside this one has a PORT of its own, and takes any that is free.
  if (!env.PORT) await keptPorts(run.dataDir).port('temporalUi', EMBEDDED_UI_PORT);
  await refuseBusy(port, host, 'PORT', 'the API');
  await refuseBusy(workerPort, host, 'WORKER_PORT', 'the worker');
  return {
    PORT: String(port),
    WORKER_PORT: String(workerPort),
    PUBLIC_URL: env.PUBLIC_URL || `http://localhost:${port}`,
    ...(env.ADMIN_PORT === '0' && { ADMIN_PORT: String(await freePort()) }),
    ADMIN_TOKEN: env.ADMIN_TOKEN || secrets.once('ADMIN_TOKEN', token),
    SIGNING_SECRET: env.SIGNING_SECRET || secrets.once('SIGNING_SECRET', token),
    ...(!env.RESEND_API_KEY && !env.SMTP_URL && demoAddresses(env)),
  };
}

/** Only while mail goes to the outbox: a real provider needs an address of yours. */
const demoAddresses = ({ EMAIL_FROM, STAFF_EMAIL }: NodeJS.ProcessEnv): Variables => ({
  EMAIL_FROM: EMAIL_FROM || 'Holdfast demo shop <shop@holdfast.example>',
  STAFF_EMAIL: STAFF_EMAIL || 'staff@holdfast.example',
});

async function refuseBusy(port: number, host: string, variable: string, whose: string): Promise<void> {
  if (!(await isBusy(port, host))) return;
  throw new Error(
    `Port ${port}, which ${whose} needs, is in use by ${holderOf(port)}.\n` +
      `Perhaps Holdfast is running from another folder. Stop it, or choose another port: ${variable}=${port + 1} npm start`,
  );
}

/** The demo shop is the storefront unless another is configured. */
async function buildShop(run: Foreground, env: NodeJS.ProcessEnv): Promise<void> {
  if (env.STOREFRONT_URL && env.STOREFRONT_URL !== env.PUBLIC_URL) return;
  await run.step(
    'building the demo shop',
    ensureStorefront(run.logFile('storefront'), (line) => run.log(line)),
  );
}

const startApi = (run: Foreground, env: Env, variables: NodeJS.ProcessEnv, after: Promise<unknown>) =>
  run.step(
    'starting the API',
    startNodePart(run, {
      name: 'The API',
      id: 'api',
      entry: 'api/main.ts',
      env: variables,
      after,
      stopSignal: 'SIGINT', // no load balancer has to hear of it first
      readyUrl: `${at(env.PORT, env)}/readyz`,
    }),
  );

const startWorker = (run: Foreground, env: Env, variables: NodeJS.ProcessEnv, after: Promise<unknown>) =>
  run.step(
    'starting the worker',
    startNodePart(run, {
      name: 'The worker',
      id: 'worker',
      entry: 'worker/main.ts',
      env: variables,
      after,
      stopSignal: 'SIGINT',
      readyUrl: `${at(env.WORKER_PORT, env)}/readyz`,
    }),
  );
