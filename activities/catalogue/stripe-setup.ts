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
import { ownAccount } from '../../store/installation/own-account';
import { recheckRefused } from './not-for-sale';
import { linkProduct } from './stripe-catalogue';
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
export async function linkCatalogue({ db, stripe, env, log, clock = systemClock, skus }: StripeSetup): Promise<void> {
  const products = (await linkedProducts(db)).filter(({ sku }) => skus?.includes(sku) ?? true);
  let changes = 0;
  const changed = (line: string) => {
    changes += 1;
    log(line);
  };
  for (const product of products) await linkProduct({ db, stripe, env, clock, changed, differs: log }, product);
  await recheckRefused({ db, stripe, clock });
  log(
    changes === 0
      ? `Products and prices were up to date (${products.length} products).`
      : `Products and prices are up to date (${products.length} products, ${changes} changes).`,
  );
}

/** The few variables this needs: it runs before there is a signing secret, and without Temporal. */
const needed = z.object({
  PORT: variables.PORT,
  PUBLIC_URL: variables.PUBLIC_URL,
  STOREFRONT_URL: variables.STOREFRONT_URL,
  DATABASE_URL: variables.DATABASE_URL,
  STRIPE_SECRET_KEY: variables.STRIPE_SECRET_KEY,
  STRIPE_API_BASE: variables.STRIPE_API_BASE,
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
 * the move.
 */
export async function settleAccount(
  db: Db,
  key: KeySigns,
  { isNew, clock = systemClock }: { isNew: boolean; clock?: Clock },
): Promise<void> {
  const at = new Date(clock.now());
  if (isNew) await changeStripeAccount(db, { account: (await key.account()) ?? null, live: key.live, at });
  else if (await ownAccount(db, key, clock).isForeign())
    throw new ConfigurationError([
      'STRIPE_SECRET_KEY is of another Stripe account or mode than the one this shop uses; if it moves there, run npm run stripe:setup -- --new-account',
    ]);
}

async function main(): Promise<void> {
  const env = readSetupEnv(withSecrets(process.env));
  const db = connectDatabase(env.DATABASE_URL, 2);
  try {
    await settleAccount(db, signsOfKey(env), { isNew: process.argv.includes('--new-account') });
    await setUpStripe({ db, stripe: connectStripe(env, 30_000), env, log: console.log });
  } finally {
    await db.$disconnect();
  }
}

if (require.main === module) runScript(main);
