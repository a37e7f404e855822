import type { SessionId } from '../../domain/ids';
import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../../store/database';

/**
 * What in the ledger and the orders is not the same, a query a question. Each looks at what moved in a span of time and, with `of`, at what
 * these references name whenever it moved: so a difference found earlier is asked after again. All go by an index.
 */

export interface Span {
  since: Date;
  until: Date;
}

/** The entries in question. */
const inScope = ({ since, until }: Span, of: string[]) => Prisma.sql`
  scope AS (
    SELECT id FROM ledger_entries WHERE at BETWEEN ${since} AND ${until}
    UNION SELECT id FROM ledger_entries WHERE source = ANY(${of}::text[])
    UNION SELECT id FROM ledger_entries WHERE session_id = ANY(${of}::text[])
    UNION SELECT e.id FROM orders o JOIN ledger_entries e ON e.payment_intent_id = o.payment_intent_id WHERE o.session_id = ANY(${of}::text[])
  ), entries AS (SELECT e.* FROM scope JOIN ledger_entries e USING (id))`;

export interface StrangeCharge {
  id: string;
  charge: string | null;
  payment_intent_id: string | null;
  session_id: string | null;
  traced_at: Date | null;
  /** Whether there is an order of that session, which knows of no charge. */
  ordered: boolean;
  currency: string;
  amount: bigint;
}

/** Charges that no order knows, but for those of sessions that are known not to be ours. */
export const strangeCharges = (db: Db, span: Span, of: string[] = []) => db.$queryRaw<StrangeCharge[]>`
  WITH ${inScope(span, of)}
  SELECT e.id, e.source AS charge, e.payment_intent_id, e.session_id, e.traced_at, e.currency, e.amount,
    EXISTS (SELECT 1 FROM orders o WHERE o.session_id = e.session_id) AS ordered
  FROM entries e
  WHERE e.category = 'charge'
    AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.payment_intent_id = e.payment_intent_id)
    AND NOT EXISTS (SELECT 1 FROM stray_sessions s WHERE s.session_id = e.session_id)`;

export interface AmountOff {
  session_id: string;
  currency: string;
  amount: bigint;
  order_currency: string;
  total: bigint;
}

/** Charges of another amount than their order's. */
export const amountsOff = (db: Db, span: Span, of: string[]) => db.$queryRaw<AmountOff[]>`
  WITH ${inScope(span, of)}
  SELECT o.session_id, e.currency, e.amount, o.currency AS order_currency, o.total
  FROM entries e JOIN orders o ON o.payment_intent_id = e.payment_intent_id
  WHERE e.category = 'charge' AND (o.total <> e.amount OR o.currency <> e.currency)`;

export interface ClosedWithMoney {
  session_id: string;
  status: string;
  currency: string;
  left: bigint;
}

/** Orders that have ended without a sale, and whose money was neither given back nor taken by a bank. */
export const closedWithMoney = (db: Db, span: Span, of: string[]) => db.$queryRaw<ClosedWithMoney[]>`
  WITH ${inScope(span, of)}, closed AS (
    SELECT o.session_id, o.status::text AS status, e.currency, e.amount - o.refunded + coalesce((
      SELECT sum(d.amount) FROM ledger_entries d WHERE d.payment_intent_id = e.payment_intent_id AND d.category = 'dispute'
    ), 0)::bigint AS "left"
    FROM entries e JOIN orders o ON o.payment_intent_id = e.payment_intent_id
    WHERE e.category = 'charge' AND o.status IN ('EXPIRED', 'CANCELLED')
  )
  SELECT * FROM closed WHERE "left" > 0`;

export interface RefundOff {
  /** The refund's id. */
  reference: string;
  session_id: SessionId;
  version: number;
  currency: string;
  moved: bigint;
  /** What it counts for here; null: it is not known here. */
  recorded: bigint | null;
}

/** Refunds of our orders that moved another amount than they count for. */
export const refundsOff = (db: Db, span: Span, of: string[] = []) => db.$queryRaw<RefundOff[]>`
  WITH ${inScope(span, of)}, refunded AS (
    SELECT DISTINCT e.source, e.currency, o.session_id, o.version
    FROM entries e JOIN orders o ON o.payment_intent_id = e.payment_intent_id WHERE e.category = 'refund'
  ), sums AS (
    SELECT f.source AS reference, f.session_id, f.version, f.currency,
      (SELECT -sum(e.amount) FROM ledger_entries e WHERE e.source = f.source AND e.category = 'refund')::bigint AS moved,
      CASE WHEN r.key IS NULL THEN NULL WHEN r.status IN ('pending', 'requires_action', 'succeeded') THEN r.amount ELSE 0 END AS recorded
    FROM refunded f LEFT JOIN refunds r ON r.stripe_id = f.source
  )
  SELECT * FROM sums WHERE recorded IS DISTINCT FROM moved`;

export interface SumOff {
  session_id: string;
  currency: string;
  refunded: bigint;
  refunds: bigint;
}

/** Orders whose sum of what was given back is not the sum of their refunds. */
export const refundSumsOff = (db: Db, span: Span, of: string[]) => db.$queryRaw<SumOff[]>`
  WITH ${inScope(span, of)}, sums AS (
    SELECT o.session_id, o.currency, o.refunded, coalesce((
      SELECT sum(r.amount) FROM refunds r
      WHERE r.session_id = o.session_id AND r.status IN ('pending', 'requires_action', 'succeeded')
    ), 0)::bigint AS refunds
    FROM (SELECT DISTINCT payment_intent_id FROM entries) e JOIN orders o ON o.payment_intent_id = e.payment_intent_id
  )
  SELECT * FROM sums WHERE refunded <> refunds`;

export interface MissingRefund {
  reference: string;
  currency: string;
  amount: bigint;
}

/** Refunds that are said to have succeeded, and moved nothing. */
export const missingRefunds = (db: Db, { since, until }: Span, of: string[] = []) => db.$queryRaw<MissingRefund[]>`
  WITH said AS (
    SELECT key FROM refunds WHERE updated_at BETWEEN ${since} AND ${until} UNION SELECT key FROM refunds WHERE stripe_id = ANY(${of}::text[])
  )
  SELECT r.stripe_id AS reference, r.currency, r.amount FROM said JOIN refunds r USING (key)
  WHERE r.status = 'succeeded' AND r.amount > 0 AND r.stripe_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.source = r.stripe_id)`;

export interface MissingCharge {
  session_id: string;
  payment_intent_id: string | null;
  currency: string;
  total: bigint;
}

/** Orders that are said to be paid, and for which nothing was captured. */
export const missingCharges = (db: Db, { since, until }: Span, of: string[] = []) => db.$queryRaw<MissingCharge[]>`
  WITH said AS (
    SELECT session_id FROM orders WHERE paid_at BETWEEN ${since} AND ${until} UNION SELECT unnest(${of}::text[])
  )
  SELECT o.session_id, o.payment_intent_id, o.currency, o.total FROM said JOIN orders o USING (session_id)
  WHERE o.paid_at IS NOT NULL AND o.total > 0 AND o.payment_status <> 'NO_PAYMENT_REQUIRED'
    AND NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.payment_intent_id = o.payment_intent_id AND e.category = 'charge')`;

export interface DisputeOff {
  /** The dispute's id. */
  reference: string;
  session_id: SessionId;
  version: number;
  currency: string;
  taken: bigint;
  /** Null: it is not known here. */
  recorded: bigint | null;
}

/** Disputes of our orders for which the bank took another amount than is written down. */
export const disputesOff = (db: Db, span: Span, of: string[] = []) => db.$queryRaw<DisputeOff[]>`
  WITH ${inScope(span, of)}, disputed AS (
    SELECT DISTINCT e.source, e.settled_currency, o.session_id, o.version
    FROM entries e JOIN orders o ON o.payment_intent_id = e.payment_intent_id WHERE e.category = 'dispute'
  ), sums AS (
    SELECT f.source AS reference, f.session_id, f.version, f.settled_currency AS currency,
      (SELECT -sum(e.settled) FROM ledger_entries e WHERE e.source = f.source AND e.category = 'dispute')::bigint AS taken,
      d.withdrawn AS recorded
    FROM disputed f LEFT JOIN disputes d ON d.id = f.source
  )
  SELECT * FROM sums WHERE recorded IS DISTINCT FROM taken`;

export interface PayoutOff {
  id: string;
  currency: string;
  amount: bigint;
  transactions: bigint;
}

/** Payouts that are not what their transactions come to. */
export const payoutsOff = (db: Db) => db.$queryRaw<PayoutOff[]>`
  SELECT id, currency, amount, transactions FROM payouts WHERE transactions <> amount`;
