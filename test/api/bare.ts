import type { ApiDeps } from '../../api/deps';
import { type Env, loadEnv } from '../../platform/env';
import { connectTemporal } from '../../platform/temporal';
import { connectDatabase, type Db } from '../../store/database';
import { createTestDatabase } from '../support/database';
import { Api } from './shop';

export const ADMIN_TOKEN = 'admin-token-of-the-bare-api';

/** The API on a database of its own and a clock that the test moves, with nobody at Temporal's and Stripe's addresses. */
export interface BareApi {
  api: Api;
  db: Db;
  env: Env;
  clock: { now(): number; ms: number };
  close(): Promise<void>;
}

export async function bareApi(overrides: Record<string, string> = {}, parts: Partial<ApiDeps> = {}): Promise<BareApi> {
  const database = await createTestDatabase();
  const db = connectDatabase(database.url, 5);
  const env = loadEnv({
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    STRIPE_SECRET_KEY: 'sk_test_sandbox_bare',
    STRIPE_API_BASE: 'http://127.0.0.1:1',
    STRIPE_WEBHOOK_SECRET: 'whsec_bare',
    RESEND_API_KEY: 're_bare',
    EMAIL_FROM: 'shop@example.com',
    STAFF_EMAIL: 'staff@example.com',
    ADMIN_TOKEN,
    SIGNING_SECRET: 'signing-secret-of-the-bare-api',
    ...overrides,
  });
  const temporal = connectTemporal({ TEMPORAL_ADDRESS: env.TEMPORAL_ADDRESS });
  const clock = { ms: Date.UTC(2026, 10, 23, 12), now: () => clock.ms };
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
