import type {
  AmountOff,
  ClosedWithMoney,
  DisputeOff,
  GivenTooMuch,
  MissingCharge,
  MissingRefund,
  PayoutOff,
  RefundOff,
  RefundSumOff,
  StrangeCharge,
} from '../../domain/differences';
import type { SessionId } from '../../domain/ids';
import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';
import type { Scope } from './scope';

/**
 * The differences between the ledger and the orders, one query for each kind. Each query looks at one scope, a page of
 * what a comparison covers (scope.ts), and finds its rows by index. Sums are read as floats, which are exact below 2^53
 * and become JavaScript numbers.
 */

/** The ledger entries of a scope. */
const inScope = ({ entries }: Scope) => Prisma.sql`
  entries AS (SELECT * FROM ledger_entries WHERE id = ANY(${entries}::text[]))`;

/** Charges without an order, except those of sessions that are recorded as not ours. */
export const strangeCharges = (db: Db, scope: Scope) => db.$queryRaw<StrangeCharge[]>`
  WITH ${inScope(scope)}
  SELECT e.id, e.source AS charge, e.payment_intent_id AS "paymentIntentId", e.session_id AS "sessionId", e.traced_at AS "tracedAt",
    e.currency, e.amount::float8, EXISTS (SELECT 1 FROM orders o WHERE o.session_id = e.session_id) AS ordered
  FROM entries e
  WHERE e.category = 'charge'
    AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.payment_intent_id = e.payment_intent_id)
    AND NOT EXISTS (SELECT 1 FROM stray_sessions s WHERE s.session_id = e.session_id)`;

/** Charges whose amount differs from their order's total. */
export const amountsOff = (db: Db, scope: Scope) => db.$queryRaw<AmountOff[]>`
  WITH ${inScope(scope)}
  SELECT o.session_id AS "sessionId", e.currency, e.amount::float8, o.currency AS "orderCurrency", o.total::float8
  FROM entries e JOIN orders o ON o.payment_intent_id = e.payment_intent_id
  WHERE e.category = 'charge' AND (o.total <> e.amount OR o.currency <> e.currency)`;

/**
 * Orders that ended without a sale, or with all of their money given back, although some of it was neither refunded nor
 * withdrawn by a bank.
 */
export const closedOrdersWithMoney = (db: Db, scope: Scope) => db.$queryRaw<ClosedWithMoney[]>`
  WITH ${inScope(scope)}, closed AS (
    SELECT o.session_id AS "sessionId", o.status::text AS status, e.currency, (e.amount - o.refunded + coalesce((
      SELECT sum(d.amount) FROM ledger_entries d WHERE d.payment_intent_id = e.payment_intent_id AND d.category = 'dispute'
    ), 0))::float8 AS "left"
    FROM entries e JOIN orders o ON o.payment_intent_id = e.payment_intent_id
    WHERE e.category = 'charge' AND o.status IN ('EXPIRED', 'CANCELLED', 'REFUNDED')
  )
  SELECT * FROM closed WHERE "left" > 0`;

/** The order that a difference is about; the sweep wakes it. */
interface OfOrder {
  sessionId: SessionId;
  version: number;
}

/** Refunds of our orders whose amount at Stripe differs from the recorded one. */
export const refundsOff = (db: Db, scope: Scope) => db.$queryRaw<(RefundOff & OfOrder)[]>`
  WITH ${inScope(scope)}, refunded AS (
    SELECT DISTINCT e.source, e.currency, o.session_id, o.version
    FROM entries e JOIN orders o ON o.payment_intent_id = e.payment_intent_id WHERE e.category = 'refund'
  ), sums AS (
    SELECT f.source AS reference, f.session_id AS "sessionId", f.version, f.currency,
      (SELECT -sum(e.amount) FROM ledger_entries e WHERE e.source = f.source AND e.category = 'refund')::float8 AS moved,
      CASE WHEN r.key IS NULL THEN NULL WHEN r.status IN ('pending', 'requires_action', 'succeeded') THEN r.amount ELSE 0 END::float8 AS recorded
    FROM refunded f LEFT JOIN refunds r ON r.stripe_id = f.source
  )
  SELECT * FROM sums WHERE recorded IS DISTINCT FROM moved`;

/** Orders whose `refunded` is not the sum of their refunds, including those settled elsewhere. */
export const refundSumsOff = (db: Db, scope: Scope) => db.$queryRaw<RefundSumOff[]>`
  WITH ${inScope(scope)}, sums AS (
    SELECT o.session_id AS "sessionId", o.currency, o.refunded::float8, coalesce((
      SELECT sum(r.amount) FROM refunds r
      WHERE r.session_id = o.session_id AND r.status IN ('pending', 'requires_action', 'succeeded', 'settled_elsewhere')
    ), 0)::float8 AS refunds
    FROM (SELECT DISTINCT payment_intent_id FROM entries) e JOIN orders o ON o.payment_intent_id = e.payment_intent_id
  )
  SELECT * FROM sums WHERE refunded <> refunds`;

/**
 * Orders whose customer got more than they paid: what was refunded, at Stripe and elsewhere, with what disputes took
 * for good. A dispute in another currency is left out, because its amount cannot be added up.
 */
export const ordersGivenTooMuch = (db: Db, scope: Scope) => db.$queryRaw<GivenTooMuch[]>`
  WITH ${inScope(scope)}, sums AS (
    SELECT o.session_id AS "sessionId", o.currency, o.total::float8, o.refunded::float8, coalesce((
      SELECT sum(d.lost_amount) FROM disputes d WHERE d.session_id = o.session_id AND d.currency = o.currency
    ), 0)::float8 AS lost
    FROM (SELECT DISTINCT payment_intent_id FROM entries) e JOIN orders o ON o.payment_intent_id = e.payment_intent_id
  )
  SELECT * FROM sums WHERE refunded + lost > total`;

/** Refunds that are recorded as succeeded but moved no money, with what Stripe said when it was asked. */
export const missingRefunds = (db: Db, { refunds }: Scope) => db.$queryRaw<(MissingRefund & Asked)[]>`
  SELECT r.stripe_id AS reference, r.currency, r.amount::float8, ${asked}
  FROM refunds r LEFT JOIN ledger_lookups l ON l.reference = r.stripe_id
  WHERE r.stripe_id = ANY(${refunds}::text[]) AND r.status = 'succeeded' AND r.amount > 0
    AND NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.source = r.stripe_id)`;

/** Orders that are recorded as paid although nothing was captured, with what Stripe said when it was asked. */
export const missingCharges = (db: Db, { orders }: Scope) => db.$queryRaw<(MissingCharge & Asked)[]>`
  SELECT o.session_id AS "sessionId", o.payment_intent_id AS "paymentIntentId", o.currency, o.total::float8, ${asked}
  FROM orders o LEFT JOIN ledger_lookups l ON l.reference = o.session_id
  WHERE o.session_id = ANY(${orders}::text[])
    AND o.paid_at IS NOT NULL AND o.total > 0 AND o.payment_status <> 'NO_PAYMENT_REQUIRED'
    AND NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.payment_intent_id = o.payment_intent_id AND e.category = 'charge')`;

/** What Stripe said when it was asked for something that its list lacks. */
export interface Asked {
  /** Null: it has not been asked. */
  askedAt: Date | null;
  /** Since when Stripe has said that the balance transaction is still to come; null if it has not. */
  lateSince: Date | null;
}

const asked = Prisma.sql`l.asked_at AS "askedAt", CASE WHEN l.late THEN l.first_asked_at END AS "lateSince"`;

/** Disputes of our orders for which the bank withdrew an amount other than the recorded one. */
export const disputesOff = (db: Db, scope: Scope) => db.$queryRaw<(DisputeOff & OfOrder)[]>`
  WITH ${inScope(scope)}, disputed AS (
    SELECT DISTINCT e.source, e.settled_currency, o.session_id, o.version
    FROM entries e JOIN orders o ON o.payment_intent_id = e.payment_intent_id WHERE e.category = 'dispute'
  ), sums AS (
    SELECT f.source AS reference, f.session_id AS "sessionId", f.version, f.settled_currency AS currency,
      (SELECT -sum(e.settled) FROM ledger_entries e WHERE e.source = f.source AND e.category = 'dispute')::float8 AS taken,
      d.withdrawn::float8 AS recorded
    FROM disputed f LEFT JOIN disputes d ON d.id = f.source
  )
  SELECT * FROM sums WHERE recorded IS DISTINCT FROM taken`;

/** Payouts whose amount is not the sum of their transactions, whenever they were made. */
export const payoutsOff = (db: Db) => db.$queryRaw<PayoutOff[]>`
  SELECT id, currency, amount::float8, transactions::float8 FROM payouts WHERE transactions <> amount`;
