import type { AttentionStep } from '../../domain/attention';
import type { OrderStatus } from '../../domain/order';
import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';

/** What the metrics tell of the shop as a whole. Counts stop at `MOST`. Times are in seconds before `at`. */
export interface Figures {
  /** Orders that have not ended, by status. */
  open: { status: OrderStatus; count: number }[];
  /** Orders of the last 24 hours, by their status now. */
  lastDay: { status: OrderStatus; count: number }[];
  /**
   * Orders that are seen paid, and whose goods are not theirs yet. Those that wait for a person do not count; those
   * for which the database refuses a step do.
   */
  uncommitted: Waiting;
  /** Lines whose stock is set aside. */
  activeHolds: number;
  /** How old the oldest unpaid or unconfirmed order is whose stock is set aside; 0 if there is none. */
  oldestHoldSeconds: number;
  /** Unpaid orders whose hold is over and that still have not ended. */
  expiredHolds: Waiting;
  /** Of these, the orders whose stock is still set aside. */
  overdueHolds: Waiting;
  attention: (Waiting & { step: AttentionStep })[];
  /** Orders whose customer waits for an answer to a request to return. */
  returnsRequested: number;
  /** Refunds that are not decided yet, or that Stripe refuses. */
  openRefunds: RefundCount[];
  /** Refunds that have changed in the last 24 hours. */
  refundsLastDay: RefundCount[];
  /** Mails that are written and not sent. */
  unsentMails: Waiting;
  /** The newest migration that the database has; null if it has none. */
  schema: string | null;
}

interface Waiting {
  count: number;
  oldestSeconds: number;
}

interface RefundCount {
  reason: string;
  status: string;
  count: number;
}

/** As far as is counted: beyond this the exact number says nothing more. */
const MOST = 100_000;
const DAY_MS = 86_400_000;

/** Reads all of it in one statement. Each part of it is read from an index of its own, and none from a whole table. */
export async function readFigures(db: Db, { at }: { at: Date }): Promise<Figures> {
  const [{ figures }] = await db.$queryRaw<[{ figures: Figures }]>`SELECT ${figuresOf(at)} AS figures`;
  return figures;
}

/** The statement's one expression, which a test has explained. */
export const figuresOf = (at: Date): Prisma.Sql => {
  const dayBefore = new Date(at.getTime() - DAY_MS);
  return Prisma.sql`jsonb_build_object(
    'open', ${byStatus(OPEN, Prisma.empty)},
    'lastDay', ${byStatus(ALL, Prisma.sql`AND o.created_at > ${dayBefore}`)},
    'uncommitted', ${waiting(
      at,
      'paid_at',
      // Both statuses are few at any time, and the index on the status leads to them.
      Prisma.sql`orders WHERE status IN ('PENDING', 'PAID') AND stock <> 'COMMITTED' AND paid_at IS NOT NULL
        AND (attention_step IS NULL OR attention_step IN ('open', 'read', 'commit'))`,
    )},
    'activeHolds', (SELECT count(*) FROM (SELECT 1 FROM holds WHERE state = 'ACTIVE' LIMIT ${MOST}) h),
    'oldestHoldSeconds', (SELECT ${age(at, 'created_at')} FROM (
      SELECT created_at FROM orders WHERE status = 'PENDING' AND stock = 'HELD' ORDER BY created_at LIMIT 1) h),
    'expiredHolds', ${waiting(at, 'hold_until', expiredHolds(at))},
    'overdueHolds', ${waiting(at, 'hold_until', Prisma.sql`${expiredHolds(at)} AND stock = 'HELD'`)},
    'attention', (SELECT coalesce(jsonb_agg(a), '[]') FROM (
      SELECT attention_step AS step, count(*) AS count, ${age(at, 'attention_since')} AS "oldestSeconds"
      FROM (SELECT attention_step, attention_since FROM orders WHERE attention_step IS NOT NULL LIMIT ${MOST}) o GROUP BY 1) a),
    'returnsRequested', (SELECT count(*) FROM (
      SELECT 1 FROM orders WHERE return_requested AND status <> 'REFUNDED' LIMIT ${MOST}) r),
    'openRefunds', ${refunds(
      // A request that a rule refused never went to Stripe. Its row stays, without a time of refusal.
      Prisma.sql`status IN ('requested', 'pending', 'requires_action', 'refused')
        AND (status <> 'refused' OR (refused_at IS NOT NULL AND answered_at IS NULL))`,
    )},
    'refundsLastDay', ${refunds(Prisma.sql`updated_at > ${dayBefore}`)},
    'unsentMails', ${waiting(at, 'created_at', Prisma.sql`mails WHERE status = 'WRITTEN'`)},
    'schema', (SELECT max(migration_name) FROM _prisma_migrations WHERE finished_at IS NOT NULL))`;
};

const OPEN = Prisma.sql`ARRAY['PENDING', 'PAID', 'PREPARING', 'SHIPPED']::"OrderStatus"[]`;
const ALL = Prisma.sql`enum_range(NULL::"OrderStatus")`;

const expiredHolds = (at: Date): Prisma.Sql =>
  Prisma.sql`orders WHERE status = 'PENDING' AND payment_status = 'UNPAID' AND hold_until < ${at}`;

/** How many orders have each of these statuses. */
const byStatus = (statuses: Prisma.Sql, and: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT jsonb_agg(jsonb_build_object('status', s.status, 'count', (
    SELECT count(*) FROM (SELECT 1 FROM orders o WHERE o.status = s.status ${and} LIMIT ${MOST}) counted)))
  FROM unnest(${statuses}) s (status))`;

/** How many rows there are, and how old the oldest is by one of its times. */
const waiting = (at: Date, time: string, rows: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT jsonb_build_object('count', count(*), 'oldestSeconds', ${age(at, time)})
  FROM (SELECT ${Prisma.raw(time)} FROM ${rows} LIMIT ${MOST}) w)`;

const age = (at: Date, time: string): Prisma.Sql =>
  Prisma.sql`greatest(0, coalesce(extract(epoch FROM ${at}::timestamptz - min(${Prisma.raw(time)})), 0))::float8`;

const refunds = (which: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT coalesce(jsonb_agg(r), '[]') FROM (
    SELECT reason, status, count(*) AS count
    FROM (SELECT reason, status FROM refunds WHERE ${which} LIMIT ${MOST}) f GROUP BY 1, 2) r)`;
