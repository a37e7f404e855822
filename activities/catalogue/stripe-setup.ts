import { parseArgs } from 'node:util';
import type Stripe from 'stripe';
import { z } from 'zod';
import { type Clock, systemClock } from '../../platform/clock';
import { ConfigurationError } from '../../platform/configuration-error';
import type { Env } from '../../platform/env';
import { runScript } from '../../platform/script';
import { withSecrets } from '../../platform/secret-files';
import { connectStripe } from '../../platform/stripe';
import { type KeySigns, signsOfKey } from '../../platform/stripe-account';
import { variables } from '../../platform/variables';
import { linkedProducts } from '../../store/catalogue/stripe-links';
import { connectDatabase, type Db } from '../../store/database';
import { changeStripeAccount } from '../../store/installation/account';
import { ownAccount, whoseKey } from '../../store/installation/own-account';
import { recheckRefused } from './not-for-sale';
import { linkProduct } from './stripe-catalogue';
import { compareAccounts } from './stripe-compare';
import { setUpEndpoint } from './stripe-endpoint';

export interface StripeSetup {
  db: Db;
  stripe: Stripe;
  env: Pick<Env, 'PUBLIC_URL' | 'STOREFRONT_URL' | 'STRIPE_SECRET_KEY' | 'STRIPE_API_BASE'>;
  /** Prints one line for a person. The signing secret of a new endpoint is printed here, once, and nowhere else. */
  log(line: string): void;
  clock?: Clock;
  /** The products it is about; without it, all of them. */
  skus?: string[];
  /** Only say what would be done. Nothing is written, at Stripe or here. */
  dryRun?: boolean;
}

/**
 * Brings a Stripe account in line with the catalogue: products and prices for everything sold, and the webhook
 * endpoint. Safe to repeat and to interrupt: it looks before it creates, so a second run changes nothing.
 */
export async function setUpStripe(setup: StripeSetup): Promise<void> {
  await linkCatalogue(setup);
  await setUpEndpoint(setup);
}

/** Products and prices only: the sandbox is told at its start where to send events, so it needs no endpoint. */
export async function linkCatalogue(setup: StripeSetup): Promise<void> {
  const { db, stripe, env, log, clock = systemClock, skus, dryRun = false } = setup;
  const products = (await linkedProducts(db)).filter(({ sku }) => skus?.includes(sku) ?? true);
  let changes = 0;
  const changed = (line: string) => {
    changes += 1;
    log(line);
  };
  for (const product of products) await linkProduct({ db, stripe, env, clock, dryRun, changed, differs: log }, product);
  if (!dryRun) await recheckRefused({ db, stripe, clock });
  const of = `${products.length} products`;
  if (changes === 0) log(`Products and prices were up to date (${of}).`);
  else if (dryRun) log(`Products and prices would need ${changes} changes (${of}).`);
  else log(`Products and prices are up to date (${of}, ${changes} changes).`);
}

/** The few variables this needs: it runs before there is a signing secret, and without Temporal. */
const needed = z.object({
  PORT: variables.PORT,
  PUBLIC_URL: variables.PUBLIC_URL,
  STOREFRONT_URL: variables.STOREFRONT_URL,
  DATABASE_URL: variables.DATABASE_URL,
  STRIPE_SECRET_KEY: variables.STRIPE_SECRET_KEY,
  STRIPE_API_BASE: variables.STRIPE_API_BASE,
  STRIPE_COMPARE_KEY: variables.STRIPE_COMPARE_KEY,
});

export function readSetupEnv(source: NodeJS.ProcessEnv) {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = needed.safeParse(given);
  if (!parsed.success) {
    const wrong = (name: string, message: string) => `${name} ${given[name] === undefined ? 'is required' : message}`;
    throw new ConfigurationError(parsed.error.issues.map(({ path, message }) => wrong(path.join('.'), message)));
  }
  const PUBLIC_URL = parsed.data.PUBLIC_URL ?? `http://localhost:${parsed.data.PORT}`;
  return { ...parsed.data, PUBLIC_URL, STOREFRONT_URL: parsed.data.STOREFRONT_URL ?? PUBLIC_URL };
}

/**
 * Refuses a key of another account or mode than the one in use, unless the shop moves there: `--new-account` records
 * the move. A dry run records nothing.
 */
export async function settleAccount(
  db: Db,
  key: KeySigns,
  { isNew, dryRun = false, clock = systemClock }: { isNew: boolean; dryRun?: boolean; clock?: Clock },
): Promise<void> {
  const at = new Date(clock.now());
  if (isNew) {
    if (!dryRun) await changeStripeAccount(db, { account: (await key.account()) ?? null, live: key.live, at });
  } else if (dryRun ? (await whoseKey(db, key)).whose === 'foreign' : await ownAccount(db, key, clock).isForeign())
    throw new ConfigurationError([
      'STRIPE_SECRET_KEY is of another Stripe account or mode than the one this shop uses; if it moves there, run npm run stripe:setup -- --new-account',
    ]);
}

/** Refuses an option that it does not know: a dry run that is misspelt must not become a real one. */
const optionsOf = (args: string[]) => {
  const option = { type: 'boolean', default: false } as const;
  return parseArgs({ args, options: { 'dry-run': option, 'new-account': option, compare: option } }).values;
};

async function main(): Promise<void> {
  const { 'dry-run': dryRun, 'new-account': isNew, compare } = optionsOf(process.argv.slice(2));
  const env = readSetupEnv(withSecrets(process.env));
  const db = connectDatabase(env.DATABASE_URL, 2);
  const log = console.log;
  try {
    if (compare) return log(await compareAccounts(db, env));
    await settleAccount(db, signsOfKey(env), { isNew, dryRun });
    await setUpStripe({ db, stripe: connectStripe(env, 30_000), env, log, dryRun });
    if (dryRun) log('This was a dry run: nothing is changed, at Stripe or in the catalogue.');
  } finally {
    await db.$disconnect();
  }
}

if (require.main === module) runScript(main);
