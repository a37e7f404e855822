import type Stripe from 'stripe';
import type { RefundId } from '../domain/ids';
import type { Clock } from '../platform/clock';
import type { Db } from '../platform/database';
import type { Env } from '../platform/env';
import type { Mailer } from '../platform/mailer';

/** What activities touch the world with. A test gives its own clock, database and Stripe; nothing here is global. */
export interface Deps {
  db: Db;
  stripe: Stripe;
  /** Makes sure that the workflow of this refund runs; Stripe's own event does the same, whichever is first. */
  followRefund(id: RefundId): Promise<void>;
  mailer: Mailer;
  clock: Clock;
  env: Env;
}
