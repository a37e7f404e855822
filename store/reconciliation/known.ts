import type { SessionId } from '../../domain/ids';
import type { KnownOrder } from '../../domain/sweep';
import type { Db } from '../database';

/** What the database knows about a session in Stripe's list. */
export interface KnownSession {
  order: (KnownOrder & { version: number }) | null;
  /** Whether it is recorded as not ours. */
  stray: boolean;
}

/** What the database knows about these sessions, in one query. */
export async function knownSessions(db: Db, sessions: SessionId[]): Promise<Map<SessionId, KnownSession>> {
  if (sessions.length === 0) return new Map();
  const rows = await db.$queryRaw<({ id: SessionId; stray: boolean } & MaybeOrder)[]>`
    SELECT s.id, o.status::text, o.payment_status::text AS "paymentStatus", o.attention_step IS NOT NULL AS attention, o.version,
      x.session_id IS NOT NULL AS stray
    FROM unnest(${sessions}::text[]) AS s(id)
    LEFT JOIN orders o ON o.session_id = s.id
    LEFT JOIN stray_sessions x ON x.session_id = s.id`;
  return new Map(rows.map(({ id, stray, ...order }) => [id, { stray, order: order.status === null ? null : order }]));
}

type MaybeOrder =
  | (KnownOrder & { version: number })
  | { status: null; paymentStatus: null; attention: false; version: null };

/** Those of these sessions whose order is still waiting for its payment. */
export async function unpaidOrders(db: Db, sessions: string[]): Promise<{ sessionId: SessionId; version: number }[]> {
  const rows = await db.order.findMany({
    where: { sessionId: { in: sessions }, status: 'PENDING', paymentStatus: 'UNPAID' },
    select: { sessionId: true, version: true },
  });
  return rows.map(({ sessionId, version }) => ({ sessionId: sessionId as SessionId, version }));
}

/** What the database knows about a refund, dispute, review, warning, payment or payout. */
export interface KnownObject {
  id: string;
  /** The order that its payment belongs to, with its version. */
  order: { sessionId: SessionId; version: number } | null;
  /** The recorded status; null if the object is not known. */
  refund: string | null;
  dispute: string | null;
  payout: string | null;
  /** `open` or `closed` for a review, otherwise the kind of the notice. */
  notice: string | null;
}

/** What the database knows about these objects, in one query. */
export async function knownObjects(
  db: Db,
  objects: { objectId: string; paymentIntentId: string | null }[],
): Promise<Map<string, KnownObject>> {
  if (objects.length === 0) return new Map();
  const ids = objects.map(({ objectId }) => objectId);
  const payments = objects.map(({ paymentIntentId }) => paymentIntentId ?? '');
  const rows = await db.$queryRaw<KnownObject[]>`
    SELECT e.id, r.status AS refund, d.status AS dispute, p.status AS payout,
      CASE WHEN o.session_id IS NOT NULL THEN jsonb_build_object('sessionId', o.session_id, 'version', o.version) END AS "order",
      CASE WHEN n.kind = 'review' THEN CASE WHEN n.open THEN 'open' ELSE 'closed' END ELSE n.kind END AS notice
    FROM unnest(${ids}::text[], ${payments}::text[]) AS e(id, payment_intent)
    LEFT JOIN orders o ON o.payment_intent_id = e.payment_intent
    LEFT JOIN refunds r ON r.stripe_id = e.id
    LEFT JOIN disputes d ON d.id = e.id
    LEFT JOIN notices n ON n.id = e.id
    LEFT JOIN payouts p ON p.id = e.id`;
  return new Map(rows.map((row) => [row.id, row]));
}
