import type { Client } from '@temporalio/client';
import type Stripe from 'stripe';
import type { Clock } from '../platform/clock';
import type { Env } from '../platform/env';
import type { Logger } from '../platform/logger';
import type { ObjectStore } from '../platform/object-store';
import type { OwnAccount } from '../platform/stripe-account';
import type { AccountWatch } from '../store/alarms/watch';
import type { Db } from '../store/database';
import type { Installation } from '../store/installation/installation';
import type { ApiMetrics } from './metrics';
import type { Admission } from './storefront/checkout/admission';
import type { ShownProducts } from './storefront/shown-products';

/** Everything the HTTP edge needs from outside. Tests pass their own; nothing here is global. */
export interface ApiDeps {
  db: Db;
  /** A small pool for the bytes of downloads, so that no number of them takes connections from checkouts. */
  fileDb: Db;
  /** Where files are uploaded to, if not into the database. */
  objects: ObjectStore | null;
  /** Hears of what is refused to all requests of a kind, and that it works again. */
  watch: AccountWatch;
  /** A small pool for tables that are exported, for the same reason. */
  tableDb: Db;
  /** With a time-out that leaves time for the rest of a response: see `STRIPE_TIMEOUT_MS`. */
  stripe: Stripe;
  temporal: Client;
  env: Env;
  /** Whose events are ours, where an event names an account. */
  account: OwnAccount;
  installation: Installation;
  clock: Clock;
  log: Logger;
  metrics: ApiMetrics;
  /** Lets checkouts in. One for each process. */
  admission: Admission;
  /** What those see who only look. One for each process. */
  shown: ShownProducts;
  /** Aborted when the process is asked to stop. Open streams then end, so that the server can close. */
  closing: AbortSignal;
  /** The folder of the built demo storefront; null serves none. */
  storefrontDir: string | null;
}

/** The time-out of one call to Stripe while a client waits for the response. */
export const STRIPE_TIMEOUT_MS = 4_500;
