import type Stripe from 'stripe';
import type { Moved } from '../domain/bulk';
import type { NoticeKind, SubscribedEvent } from '../domain/events';
import type { DisputeId, RefundId, SessionId } from '../domain/ids';
import type { OrderStatus, Reason } from '../domain/order';
import type { Written } from '../domain/sweep';
import type { BulkInput } from '../messages/bulk';
import type { OrderReport } from '../messages/order';
import type { RefundRequestInput } from '../messages/refund-request';
import type { ResendInput } from '../messages/resend';
import type { Clock } from '../platform/clock';
import type { Env } from '../platform/env';
import type { Logger } from '../platform/logger';
import type { Mailer } from '../platform/mailer';
import type { AccountGuard } from '../platform/stripe';
import type { TemporalUi } from '../platform/temporal-ui';
import type { AccountWatch } from '../store/alarms/watch';
import type { Db } from '../store/database';
import type { Installation } from '../store/installation/installation';
import type { ActivityMetrics } from './metrics';

/** What activities touch the world with. A test gives its own clock, database and Stripe; nothing here is global. */
export interface Deps {
  db: Db;
  stripe: Stripe;
  /** Whether the key of `stripe` is of this installation's account. */
  account: AccountGuard;
  starter: WorkflowStarter;
  runs: WorkflowRuns;
  mailer: Mailer;
  clock: Clock;
  env: Env;
  /** Where staff see workflows; null if that is not configured. */
  temporalUi: TemporalUi | null;
  installation: Installation;
  metrics: ActivityMetrics;
  /** Hears of what is refused to the whole account, and that it works again. */
  watch: AccountWatch;
  log: Pick<Logger, 'error' | 'warn'>;
}

/**
 * How activities start and signal workflows: in the same way as a webhook, which may come earlier or later.
 */
export interface WorkflowStarter {
  /**
   * Has the order read its session again. `ended`: its run has completed, and nothing was started. With `again` a
   * completed order is started once more: only for a caller that has seen the database and Stripe differ.
   */
  order(id: SessionId, options?: { again?: boolean }): Promise<'told' | 'ended'>;
  /**
   * Has the order, if it runs, read its flags again (disputed, under review, fraud warning). With `again`, an order
   * that does not run is started: it sends the mails that it owes.
   */
  orderChanged(id: SessionId, options?: { again?: boolean }): Promise<void>;
  /** Makes sure that the refund is followed. */
  refund(id: RefundId): Promise<void>;
  /** Makes sure that a refund which the database says is still to be made is asked for, under its key. */
  refundRequest(input: RefundRequestInput): Promise<void>;
  /**
   * Makes sure that a mail which staff want sent again goes out, under the key of the request.
   * @param options `again`: although a run has completed, which refused it
   */
  resend(input: ResendInput, options?: { again?: boolean }): Promise<void>;
  /** Makes sure that a bulk which the database says is not over runs. */
  bulk(input: BulkInput): Promise<void>;
  /**
   * Sends `cancel` or `retry` to an order's workflow, as the API does for staff: a run that was terminated or has
   * failed starts again. Waits for up to 8 s.
   * @param key the id of the update: a run performs each once
   */
  updateOrder(
    id: SessionId,
    update: { name: 'cancel'; reason: Reason } | { name: 'retry' },
    key: string,
  ): Promise<UpdateAnswer>;
  /** As `updateOrder`, for `retry` of a refund that an order which has ended still owes. */
  retryRefund(input: RefundRequestInput): Promise<UpdateAnswer>;
  /** Has the parked step of any other run tried now; does nothing where none is. Waits for up to 8 s. */
  retryStep(workflowId: string): Promise<void>;
  /** Makes sure that the dispute is followed. */
  dispute(id: DisputeId): Promise<void>;
  /** Starts the workflow that finds the order of a notice and tells it. */
  notice(kind: NoticeKind, id: string): Promise<void>;
  /**
   * Passes on an event that no webhook brought, as the receiver would. `again` as above. `nobody`: the event concerns
   * no workflow, or one that has ended.
   */
  event(
    event: { type: SubscribedEvent; objectId: string; mode: string | null },
    options?: { again?: boolean },
  ): Promise<'told' | 'nobody'>;
  /**
   * Makes sure that an unfinished order runs and continues from what the database says. Starts it if it does not run,
   * and starts it over if its run is ahead of the database, which was then restored from a backup. `silent`: it runs,
   * and did not answer how far it is.
   * @param written reads the database; null where it has no such order
   * @param holdSent holds shipping, as the run with this id had sent goods, in these parcels so far as it says, or may
   * have sent some, and does not say (null); called before anything else is done
   * @param mustAnswer the database was restored, and a part of the order may have left: a run that does not answer is
   * one that may have sent it
   */
  resume(
    id: SessionId,
    database: {
      written: () => Promise<Written | null>;
      holdSent: (runId: string, parcels: OrderReport['parcels'] | null) => Promise<void>;
      mustAnswer: boolean;
    },
  ): Promise<'started' | 'running' | 'silent'>;
}

/**
 * What a workflow answers to an update. `done`: it is carried out, or is in the history and will be. `late`: no worker
 * has taken it, or its database is away, and nothing is known to come of it. `ended`: the run has completed without it.
 */
export type UpdateAnswer = Moved | { outcome: 'late' | 'ended' };

/** The workflows that follow something in the database to its end. */
export type FollowingWorkflow = 'order' | 'refund' | 'dispute' | 'notice';

/** What Temporal knows of runs. Its lists lag behind by a moment; `stateOf` does not. */
export interface WorkflowRuns {
  /** Runs that closed since a time: of orders in any way, of the others in any way but `completed`. */
  closedSince(since: Date): AsyncIterable<{ workflow: FollowingWorkflow; id: string; closedAt: Date }>;
  /** The runs of one workflow that are running now. `reached`: how far one of an order says that it has come. */
  running(workflow: FollowingWorkflow): AsyncIterable<{ id: string; reached: OrderStatus | null }>;
  countRunning(workflow: FollowingWorkflow): Promise<number>;
  /** The sweep that succeeded last; null if none is known. Its id is null if its result cannot be read any more. */
  lastSweep(): Promise<{ id: string | null } | null>;
  stateOf(id: string): Promise<RunState>;
  /**
   * Runs of any workflow whose tasks keep failing: their history cannot be replayed, or their code throws. Null if this
   * server does not list them.
   */
  stuck(): Promise<StuckRun[] | null>;
  /** Runs beside orders that need attention: most are parked, and some disputes wait for evidence. */
  needingAttention(): Promise<Pick<StuckRun, 'workflow' | 'id'>[]>;
}

/** `dead`: the last run failed, was terminated or cancelled, or timed out. `absent`: Temporal knows of none. */
export type RunState = 'running' | 'completed' | 'dead' | 'absent';

export interface StuckRun {
  workflow: string;
  id: string;
  /** Temporal's own word for what is wrong with its tasks. */
  cause: string;
}
