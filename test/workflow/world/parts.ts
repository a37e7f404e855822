import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type Stripe from 'stripe';
import { type Env, loadEnv } from '../../../platform/env';
import { type AccountGuard, connectStripe } from '../../../platform/stripe';
import { signsOfKey } from '../../../platform/stripe-account';
import { type Outbox, startOutbox } from '../../../sandbox/outbox/server';
import { type StripeSandbox, startStripeSandbox } from '../../../sandbox/stripe/http/server';
import { type AccountWatch, watchAccount } from '../../../store/alarms/watch';
import { connectDatabase, type Db } from '../../../store/database';
import { ownAccount } from '../../../store/installation/own-account';
import { workflowBundle } from '../../../worker/bundle';
import { createTestDatabase } from '../../support/database';
import { newFolder } from '../../support/folder';
import { startTimeSkipping } from '../../support/temporal';
import { Time } from './time';

const STRIPE_KEY = 'sk_test_sandbox_workflow';
const RESEND_KEY = 're_workflow';

/** The servers around one world, each of them its own. */
export interface Parts {
  temporal: TestWorkflowEnvironment;
  time: Time;
  db: Db;
  sandbox: StripeSandbox;
  stripe: Stripe;
  watch: AccountWatch;
  /** `restart` forgets what was found out about the key, as a new process does. */
  account: AccountGuard & { restart(): void };
  outbox: Outbox;
  env: Env;
  bundle: { codePath: string };
  /** Stops them all and removes what they wrote. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL's database, Temporal, the Stripe sandbox on Temporal's clock, and the outbox. `overrides` are
 * environment variables.
 */
export async function startParts(overrides: Record<string, string>): Promise<Parts> {
  const folder = newFolder('world');
  const [temporal, database, outbox, bundle] = await Promise.all([
    startTimeSkipping(),
    createTestDatabase(),
    startOutbox({ dataDir: join(folder, 'outbox'), apiKeys: [RESEND_KEY] }),
    workflowBundle(),
  ]);
  const db = connectDatabase(database.url, 10);
  const time = await Time.follow(temporal);
  const sandbox = await startStripeSandbox({
    port: 0,
    dataDir: join(folder, 'stripe'),
    secretKey: STRIPE_KEY,
    clock: time.clock,
  });
  const env = loadEnv({
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    STRIPE_SECRET_KEY: STRIPE_KEY,
    STRIPE_WEBHOOK_SECRET: 'whsec_world',
    STRIPE_API_BASE: sandbox.url,
    RESEND_API_KEY: RESEND_KEY,
    RESEND_BASE_URL: outbox.url,
    EMAIL_FROM: 'Shop <shop@example.com>',
    STAFF_EMAIL: 'staff@example.com',
    ADMIN_TOKEN: 'admin-token-of-the-world',
    SIGNING_SECRET: 'signing-secret-of-the-world-in-tests',
    ...overrides,
  });
  const stop = async () => {
    await time.stop();
    await sandbox.close();
    await outbox.close();
    await db.$disconnect();
    await temporal.teardown();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  };
  const watch = watchAccount(db, time.clock, { warn: () => undefined });
  const asked = () => ownAccount(db, signsOfKey(env), time.clock);
  let known = asked();
  const account = {
    isForeign: () => known.isForeign(),
    restart: () => {
      known = asked();
    },
  };
  return {
    temporal,
    time,
    db,
    sandbox,
    stripe: connectStripe(env, undefined, watch, account),
    account,
    watch,
    outbox,
    env,
    bundle,
    stop,
  };
}
