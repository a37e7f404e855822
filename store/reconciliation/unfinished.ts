import type { SessionId } from '../../domain/ids';
import type { Written } from '../../domain/sweep';
import type { Db } from '../database';

/** Those of these sessions whose order is not final. */
export async function unfinishedOrders(db: Db, sessions: SessionId[]): Promise<SessionId[]> {
  return sessionsOf(
    await db.$queryRaw<Row[]>`
    SELECT session_id AS "sessionId" FROM orders
    WHERE session_id = ANY(${sessions}) AND status IN ('PENDING', 'PAID', 'PREPARING', 'SHIPPED')`,
  );
}

/** Unpaid orders whose hold ended within a span of time, oldest first. */
export async function overdueHolds(db: Db, { since, before }: { since: Date; before: Date }): Promise<SessionId[]> {
  return sessionsOf(
    await db.$queryRaw<Row[]>`
    SELECT session_id AS "sessionId" FROM orders
    WHERE status = 'PENDING' AND payment_status = 'UNPAID' AND hold_until >= ${since} AND hold_until < ${before}
    ORDER BY hold_until`,
  );
}

/** Something unfinished that its own workflow follows to its end. */
export interface Unfinished {
  /** The workflow's id. */
  id: string;
  sessionId: SessionId;
  /** An order's; of a refund or a dispute that of the query. */
  status: string;
}

export type UnfinishedKind = 'order' | 'refund' | 'dispute';

/** How much of each kind is unfinished, and was so at a time. Read from indexes alone. */
export async function countUnfinished(db: Db, before: Date): Promise<Record<UnfinishedKind, number>> {
  const [counts] = await db.$queryRaw<[Record<UnfinishedKind, number>]>`
    SELECT
      (SELECT count(*) FROM orders
        WHERE status IN ('PENDING', 'PAID', 'PREPARING', 'SHIPPED') AND created_at < ${before})::int AS "order",
      (SELECT count(*) FROM refunds
        WHERE status IN ('pending', 'requires_action') AND updated_at < ${before})::int AS refund,
      (SELECT count(*) FROM orders o JOIN disputes d USING (session_id)
        WHERE o.disputed AND d.open AND d.updated_at < ${before})::int AS dispute`;
  return counts;
}

/** Everything of one kind that is unfinished and was so at a time, newest first, in pages. */
export async function* unfinished(db: Db, kind: UnfinishedKind, before: Date): AsyncIterable<Unfinished[]> {
  for (const status of STATUSES[kind]) {
    let after = { at: before, id: '' };
    for (;;) {
      const page = await PAGES[kind](db, status, after);
      const last = page.at(-1);
      if (!last) break;
      yield page.map(({ id, sessionId }) => ({ id, sessionId, status }));
      after = last;
    }
  }
}

interface UnfinishedRow extends Omit<Unfinished, 'status'> {
  at: Date;
}
type Position = Pick<UnfinishedRow, 'at' | 'id'>;

const PAGE = 1_000;
const STATUSES: Record<UnfinishedKind, string[]> = {
  order: ['PENDING', 'PAID', 'PREPARING', 'SHIPPED'],
  refund: ['pending', 'requires_action'],
  dispute: ['open'],
};
const PAGES: Record<UnfinishedKind, (db: Db, status: string, after: Position) => Promise<UnfinishedRow[]>> = {
  order: (db, status, { at, id }) => db.$queryRaw`
    SELECT session_id AS id, session_id AS "sessionId", created_at AS at FROM orders
    WHERE status = ${status}::"OrderStatus" AND (created_at, session_id) < (${at}, ${id})
    ORDER BY created_at DESC, session_id DESC LIMIT ${PAGE}`,
  refund: (db, status, { at, id }) => db.$queryRaw`
    SELECT stripe_id AS id, session_id AS "sessionId", updated_at AS at FROM refunds
    WHERE status = ${status} AND (updated_at, stripe_id) < (${at}, ${id})
    ORDER BY updated_at DESC, stripe_id DESC LIMIT ${PAGE}`,
  dispute: (db, _, { at, id }) => db.$queryRaw`
    SELECT d.id, session_id AS "sessionId", d.updated_at AS at FROM orders o JOIN disputes d USING (session_id)
    WHERE o.disputed AND d.open AND (d.updated_at, d.id) < (${at}, ${id})
    ORDER BY d.updated_at DESC, d.id DESC LIMIT ${PAGE}`,
};

/** Reviews that hold orders back and that nobody has looked at since a time, those first that wait longest. */
export async function reviewsSilentSince(db: Db, since: Date): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM notices WHERE open AND kind = 'review' AND updated_at < ${since}
    ORDER BY updated_at LIMIT ${PAGE}`;
  return rows.map(({ id }) => id);
}

/** The sessions of refunds, disputes and notices, by their Stripe ids. Those of no order of ours are left out. */
export async function sessionsOfFollowed(db: Db, ids: string[]): Promise<Map<string, SessionId>> {
  const rows = await db.$queryRaw<Omit<Unfinished, 'status'>[]>`
    SELECT stripe_id AS id, session_id AS "sessionId" FROM refunds WHERE stripe_id = ANY(${ids})
    UNION ALL SELECT id, session_id FROM disputes WHERE id = ANY(${ids})
    UNION ALL SELECT id, session_id FROM notices WHERE id = ANY(${ids}) AND session_id IS NOT NULL`;
  return new Map(rows.map(({ id, sessionId }) => [id, sessionId]));
}

/** Orders that were paid since a time, however they stand. */
export async function ordersPaidSince(db: Db, since: Date): Promise<SessionId[]> {
  return sessionsOf(await db.$queryRaw<Row[]>`SELECT session_id AS "sessionId" FROM orders WHERE paid_at >= ${since}`);
}

/**
 * Orders that ended unpaid since a time: those opened within a day before it, for as long as a session is open, and
 * those of the two months before it whose delayed payment failed.
 */
export async function ordersUnpaidSince(db: Db, since: Date): Promise<SessionId[]> {
  const opened = new Date(since.getTime() - DAY_MS);
  const delayed = new Date(since.getTime() - 60 * DAY_MS);
  return sessionsOf(
    await db.$queryRaw<Row[]>`
    SELECT session_id AS "sessionId" FROM orders
      WHERE status = 'EXPIRED' AND created_at >= ${opened} AND updated_at >= ${since}
    UNION SELECT session_id FROM orders
      WHERE status = 'EXPIRED' AND payment_status = 'FAILED' AND created_at >= ${delayed} AND updated_at >= ${since}`,
  );
}

const DAY_MS = 86_400_000;

/** Orders whose goods came back since a time. */
export async function ordersReturnedSince(db: Db, since: Date): Promise<SessionId[]> {
  return sessionsOf(
    await db.$queryRaw<Row[]>`SELECT DISTINCT session_id AS "sessionId" FROM returns WHERE at >= ${since}`,
  );
}

/** Orders with a parcel shipped since a time for which no mail was written. */
export async function ordersWithUnmailedParcels(db: Db, since: Date): Promise<SessionId[]> {
  return sessionsOf(
    await db.$queryRaw<Row[]>`
    SELECT DISTINCT s.session_id AS "sessionId" FROM shipments s
    WHERE s.shipped_at >= ${since}
      AND NOT EXISTS (SELECT 1 FROM mails m WHERE m.key = 'order_shipped/' || s.session_id || '/' || s.id)`,
  );
}

/** Orders with a return recorded since a time for which no mail was written, though there is a customer to write to. */
export async function ordersWithUnmailedReturns(db: Db, since: Date): Promise<SessionId[]> {
  return sessionsOf(
    await db.$queryRaw<Row[]>`
    SELECT DISTINCT r.session_id AS "sessionId" FROM returns r
    WHERE r.at >= ${since}
      AND NOT EXISTS (SELECT 1 FROM mails m WHERE m.key = 'return_received/' || r.session_id || '/' || r.id)
      AND NOT EXISTS (SELECT 1 FROM timeline t WHERE t.session_id = r.session_id
        AND t.key = 'mail/return_received/' || r.session_id || '/' || r.id || '/unsent')
      AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.session_id = r.session_id AND c.erased_at IS NOT NULL)`,
  );
}

/** Orders that wait to be shipped, and have goods to be sent again since a time. */
export async function ordersReplacedSince(db: Db, since: Date): Promise<SessionId[]> {
  return sessionsOf(
    await db.$queryRaw<Row[]>`
    SELECT DISTINCT r.session_id AS "sessionId" FROM replacements r
    WHERE r.at >= ${since} AND (SELECT o.status FROM orders o WHERE o.session_id = r.session_id) = 'PREPARING'`,
  );
}

/**
 * Orders of which something was changed in a span of time by others than their runs: shipping was held or released, the
 * contact corrected, or a mail came back. Runs hold and release, too: they are told once more.
 */
export async function ordersWrittenBeside(
  db: Db,
  { since, before }: { since: Date; before: Date },
): Promise<SessionId[]> {
  return sessionsOf(
    await db.$queryRaw<Row[]>`
    SELECT DISTINCT session_id AS "sessionId" FROM timeline
    WHERE at >= ${since} AND at < ${before} AND (type IN ('hold', 'release', 'contact')
      OR (type = 'mail' AND key ~ '/(UNDELIVERED|BOUNCED|COMPLAINED)$'))`,
  );
}

/** How an order stands; null if there is no such order. */
export async function standingOf(db: Db, sessionId: SessionId): Promise<Written | null> {
  const order = await db.order.findUnique({
    where: { sessionId },
    select: { status: true, _count: { select: { shipments: true, replacements: true } } },
  });
  if (order === null) return null;
  const { shipments: parcels, replacements } = order._count;
  return { status: order.status, parcels, isReplaced: replacements > 0 };
}

/** An order of which a part may have been sent, and the rest not. */
export interface PartlySendable {
  sessionId: SessionId;
  /** When it was opened. */
  at: Date;
}

/** A page of the orders of which a part may have been sent, and the rest not, newest first. */
export const partlySendable = (
  db: Db,
  { after: { at, sessionId }, limit }: { after: { at: Date; sessionId: string }; limit: number },
): Promise<PartlySendable[]> => db.$queryRaw`
  SELECT session_id AS "sessionId", created_at AS at FROM orders o
  WHERE status = 'PREPARING' AND (created_at, session_id) < (${at}, ${sessionId})
    AND (SELECT sum(i.quantity + i.replaced) FROM order_items i
         WHERE i.session_id = o.session_id AND i.kind = 'PHYSICAL') > 1
  ORDER BY created_at DESC, session_id DESC LIMIT ${limit}`;

/** Those of these sessions that have no order here. */
export async function withoutOrder(db: Db, sessions: string[]): Promise<SessionId[]> {
  return sessionsOf(
    await db.$queryRaw<Row[]>`
    SELECT s.id AS "sessionId" FROM unnest(${sessions}::text[]) AS s(id)
    WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.session_id = s.id)`,
  );
}

interface Row {
  sessionId: SessionId;
}

const sessionsOf = (rows: Row[]): SessionId[] => rows.map(({ sessionId }) => sessionId);
