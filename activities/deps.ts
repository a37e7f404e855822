import type Stripe from 'stripe';
import type { NoticeKind } from '../domain/events';
import type { DisputeId, RefundId, SessionId } from '../domain/ids';
import type { Clock } from '../platform/clock';
import type { Db } from '../platform/database';
import type { Env } from '../platform/env';
import type { Mailer } from '../platform/mailer';
import type { ActivityMetrics } from './metrics';

/** What activities touch the world with. A test gives its own clock, database and Stripe; nothing here is global. */
export interface Deps {
  db: Db;
  stripe: Stripe;
  door: Door;
  mailer: Mailer;
  clock: Clock;
  env: Env;
  metrics: ActivityMetrics;
}

/** How activities wake workflows: the same door as a webhook's, started where nobody runs. Stripe's own event does the same, whichever is first. */
export interface Door {
  /**
   * The order looks at its session. `ended`: its run has completed, and nothing was started; with `again` a completed order is started once
   * more, which only who has seen that database and Stripe differ may ask.
   */
  order(id: SessionId, options?: { again?: boolean }): Promise<'told' | 'ended'>;
  /** The order, where it runs, reads its flags (disputed, under review, warned of) again. */
  flagsChanged(id: SessionId): Promise<void>;
  /** The refund is followed. */
  refund(id: RefundId): Promise<void>;
  /** The dispute is followed. */
  dispute(id: DisputeId): Promise<void>;
  /** Whom this concerns is found and told. */
  notice(kind: NoticeKind, id: string): Promise<void>;
}
