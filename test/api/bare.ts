import type { ApiDeps } from '../../api/deps';
import { type Env, loadEnv } from '../../platform/env';
import { connectTemporal } from '../../platform/temporal';
import { connectDatabase, type Db } from '../../store/database';
import { createTestDatabase } from '../support/database';
import { Api } from './shop';

/** When a test begins. */
export const NOON = Date.parse('2026-11-23T12:00:00Z');
export const ADMIN_TOKEN = 'admin-token-of-the-bare-api';
/** The key of a storefront's server, named `web`. */
export const STOREFRONT_KEY = 'storefront-key-of-the-bare-api';

/** The environment of an API that reaches neither Temporal nor Stripe. */
export const BARE = {
  DATABASE_URL: 'postgresql://127.0.0.1:1/bare',
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  STRIPE_SECRET_KEY: 'sk_test_sandbox_bare',
  STRIPE_API_BASE: 'http://127.0.0.1:1',
  STRIPE_WEBHOOK_SECRET: 'whsec_bare',
  RESEND_API_KEY: 're_bare',
  EMAIL_FROM: 'shop@example.com',
  STAFF_EMAIL: 'staff@example.com',
  ADMIN_TOKEN,
  STOREFRONT_KEYS: `web:${STOREFRONT_KEY}`,
  SIGNING_SECRET: 'signing-secret-of-the-bare-api-in-tests',
};

/**
 * The API on a database of its own and a clock that the test moves. Nothing listens at Temporal's and Stripe's
 * addresses.
 */
export interface BareApi {
  api: Api;
  db: Db;
  env: Env;
  clock: { now(): number; ms: number };
  close(): Promise<void>;
}

export async function bareApi(
  overrides: Record<string, string> = {},
  parts: Partial<ApiDeps> = {},
  connect = (url: string): Db => connectDatabase(url, 5),
): Promise<BareApi> {
  const database = await createTestDatabase();
  const db = connect(database.url);
  const env = loadEnv({ ...BARE, DATABASE_URL: database.url, ...overrides });
  const temporal = connectTemporal({ TEMPORAL_ADDRESS: env.TEMPORAL_ADDRESS });
  const clock = { ms: NOON, now: () => clock.ms };
  const api = await Api.listen({ db, env, clock, temporal, ...parts });
  return {
    api,
    db,
    env,
    clock,
    close: async () => {
      await api.close();
      await db.$disconnect();
      await database.drop();
    },
  };
}
