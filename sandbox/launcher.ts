import { putOnSale } from '../activities/catalogue/put-on-sale';
import { linkCatalogue } from '../activities/catalogue/stripe-setup';
import { systemClock } from '../platform/clock';
import { type Env, loadEnv } from '../platform/env';
import { withSecrets } from '../platform/secret-files';
import { connectStripe } from '../platform/stripe';
import { migrate } from '../prisma/migrate';
import { seed } from '../prisma/seed';
import { connectDatabase, type Db } from '../store/database';
import { changeStripeAccount, readStripeAccount } from '../store/installation/account';
import { keptPorts, keptSecrets, startEmbedded, token, type Variables, withStandIns } from './embedded';
import { type Foreground, inForeground } from './foreground';
import { startNodePart } from './node-part';
import { freePort, holderOf, isBusy } from './ports';
import { ensureStorefront } from './storefront';
import { ACCOUNT_ID as SANDBOX_ACCOUNT } from './stripe/objects/account';
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
  const embedded = await startEmbedded(given, run);
  const variables = { ...given, ...embedded };
  const env = loadEnv(variables);

  await run.step('preparing the database', prepareDatabase(run, env, { variables, embedded }));
  await shop;
  await Promise.all([startWorker(run, env, variables), startApi(run, env, variables)]);

  run.publish({ ...embedded, PUBLIC_URL: env.PUBLIC_URL, ADMIN_TOKEN: env.ADMIN_TOKEN });
  run.log(`\nReady in ${((Date.now() - started) / 1000).toFixed(1)} s.\n\n${table(addresses(env, embedded))}\n`);
  run.log(`All data and logs are in ${run.dataDir}. Ctrl-C stops everything.`);
});

/** The variables that the API and the worker need and the environment lacks. */
async function ownVariables(run: Foreground, env: NodeJS.ProcessEnv): Promise<Variables> {
  const secrets = keptSecrets(run.dataDir);
  const host = env.HOST || '127.0.0.1';
  const port = Number(env.PORT || 3000) || (await freePort());
  const workerPort = Number(env.WORKER_PORT) || (await keptPorts(run.dataDir).port('worker', 9464));
  await refuseBusy(port, host, 'PORT', 'the API');
  await refuseBusy(workerPort, host, 'WORKER_PORT', 'the worker');
  return {
    PORT: String(port),
    WORKER_PORT: String(workerPort),
    PUBLIC_URL: env.PUBLIC_URL || `http://localhost:${port}`,
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

/** An embedded database gets the demo catalogue; a configured one only the current schema. */
async function prepareDatabase(
  run: Foreground,
  env: Env,
  { variables, embedded }: { variables: NodeJS.ProcessEnv; embedded: Variables },
): Promise<void> {
  const applied = await migrate(env.DATABASE_URL);
  if (applied.length > 0) run.log(`Database: ${applied.length} migrations applied`);
  const db = connectDatabase(env.DATABASE_URL, 2);
  try {
    const added = embedded.DATABASE_URL ? await seed(db, systemClock, env.STRIPE_SECRET_KEY) : [];
    await leaveSandbox(db, embedded);
    if (embedded.STRIPE_API_BASE) await linkCatalogue({ db, stripe: connectStripe(env, 30_000), env, log: () => {} });
    else if (added.length > 0) run.log(`The demo catalogue was loaded. ${await putOnSale(db, added, variables)}`);
  } finally {
    await db.$disconnect();
  }
}

/** To and from the sandbox, which is no real account, a shop on one machine moves without being asked. */
async function leaveSandbox(db: Db, embedded: Variables): Promise<void> {
  const { account } = await readStripeAccount(db);
  const wasSandbox = account === SANDBOX_ACCOUNT;
  const isSandbox = embedded.STRIPE_API_BASE !== undefined;
  if (account === null || wasSandbox === isSandbox) return;
  await changeStripeAccount(db, { account: null, live: null, at: new Date(systemClock.now()) });
}

const startApi = (run: Foreground, env: Env, variables: NodeJS.ProcessEnv) =>
  run.step(
    'starting the API',
    startNodePart(run, {
      name: 'The API',
      id: 'api',
      entry: 'api/main.ts',
      env: variables,
      stopSignal: 'SIGINT', // no load balancer has to hear of it first
      readyUrl: `${at(env.PORT, env)}/readyz`,
    }),
  );

const startWorker = (run: Foreground, env: Env, variables: NodeJS.ProcessEnv) =>
  run.step(
    'starting the worker',
    startNodePart(run, {
      name: 'The worker',
      id: 'worker',
      entry: 'worker/main.ts',
      env: variables,
      stopSignal: 'SIGINT',
      readyUrl: `${at(env.WORKER_PORT, env)}/readyz`,
    }),
  );

/** The address at which this machine reaches one of the ports. */
function at(port: number, { HOST }: Env): string {
  const everywhere = HOST === '0.0.0.0' || HOST === '::';
  return `http://${everywhere ? '127.0.0.1' : HOST}:${port}`;
}

function addresses(env: Env, embedded: Variables): [string, string, string?][] {
  const rows: [string, string | undefined, string?][] = [
    ['Shop', env.STOREFRONT_URL],
    ['API', `${env.PUBLIC_URL}/docs`, 'documentation'],
    ['Staff', `${env.PUBLIC_URL}/staff`, 'find an order; sign in with the admin token'],
    ['Temporal UI', embedded.TEMPORAL_UI_URL, 'every order is a workflow'],
    ['Payment sandbox', embedded.STRIPE_API_BASE, 'pay with 4242 4242 4242 4242'],
    ['Payment control', embedded.SANDBOX_CONTROL_URL, 'act as Stripe’s Dashboard, the shoppers and their banks'],
    ['Outbox', embedded.OUTBOX_URL, 'every mail that was sent'],
    ['Metrics', `${env.PUBLIC_URL}/metrics`, `and the worker’s: ${at(env.WORKER_PORT, env)}/metrics`],
    ['Admin token', env.ADMIN_TOKEN, 'Authorization: Bearer …'],
  ];
  return rows.filter((row): row is [string, string, string?] => row[1] !== undefined);
}
