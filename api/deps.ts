import type { Client } from '@temporalio/client';
import type Stripe from 'stripe';
import type { Clock } from '../platform/clock';
import type { Env } from '../platform/env';
import type { Logger } from '../platform/logger';
import type { Db } from '../store/database';
import type { ApiMetrics } from './metrics';

/** What the HTTP edge touches the world with. A test gives its own; nothing here is global. */
export interface ApiDeps {
  db: Db;
  /** With a time-out that leaves room for the rest of an answer: see `STRIPE_TIMEOUT_MS`. */
  stripe: Stripe;
  temporal: Client;
  env: Env;
  clock: Clock;
  log: Logger;
  metrics: ApiMetrics;
  /** Aborted when the process is asked to stop: open streams end, so that the server can close. */
  closing: AbortSignal;
  /** Where the built demo storefront lies; null serves none. */
  storefrontDir: string | null;
}

/** One call to Stripe while somebody waits for an answer. */
export const STRIPE_TIMEOUT_MS = 4_500;
