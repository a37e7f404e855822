import { putOnSale } from '../activities/catalogue/put-on-sale';
import { linkCatalogue } from '../activities/catalogue/stripe-setup';
import { systemClock } from '../platform/clock';
import type { Env } from '../platform/env';
import { connectStripe } from '../platform/stripe';
import { migrate } from '../prisma/migrate';
import { seed } from '../prisma/seed';
import { connectDatabase, type Db } from '../store/database';
import { changeStripeAccount, readStripeAccount } from '../store/installation/account';
import type { Variables } from './embedded';
import { ACCOUNT_ID as SANDBOX_ACCOUNT } from './stripe/objects/account';

interface Prepares {
  env: Env;
  /** Of the embedded parts. */
  embedded: Variables;
  log(line: string): void;
}

/**
 * Brings the database to the current schema. An embedded one gets the demo catalogue too.
 * @returns the SKUs that were added
 */
export async function prepareDatabase({ env, embedded, log }: Prepares): Promise<string[]> {
  const applied = await migrate(env.DATABASE_URL);
  if (applied.length > 0) log(`Database: ${applied.length} migrations applied`);
  return connected(env, async (db) => {
    const added = embedded.DATABASE_URL ? await seed(db, systemClock, env.STRIPE_SECRET_KEY) : [];
    await leaveSandbox(db, embedded);
    return added;
  });
}

/** Has prices made at Stripe: those of all products at the sandbox, those of new ones elsewhere. */
export async function sellCatalogue(
  { env, embedded, log }: Prepares,
  added: string[],
  variables: NodeJS.ProcessEnv,
): Promise<void> {
  await connected(env, async (db) => {
    if (embedded.STRIPE_API_BASE) await linkCatalogue({ db, stripe: connectStripe(env, 30_000), env, log: () => {} });
    else if (added.length > 0) log(`The demo catalogue was loaded. ${await putOnSale(db, added, variables)}`);
  });
}

/** To and from the sandbox, which is no real account, a shop on one machine moves without being asked. */
async function leaveSandbox(db: Db, embedded: Variables): Promise<void> {
  const { account } = await readStripeAccount(db);
  const wasSandbox = account === SANDBOX_ACCOUNT;
  const isSandbox = embedded.STRIPE_API_BASE !== undefined;
  if (account === null || wasSandbox === isSandbox) return;
  await changeStripeAccount(db, { account: null, live: null, at: new Date(systemClock.now()) });
}

async function connected<T>({ DATABASE_URL }: Env, use: (db: Db) => Promise<T>): Promise<T> {
  const db = connectDatabase(DATABASE_URL, 2);
  try {
    return await use(db);
  } finally {
    await db.$disconnect();
  }
}
