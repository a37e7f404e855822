import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';

/** Carts of one kind in one currency. `amount` is in its smallest unit. */
export interface CartCount {
  currency: string;
  count: number;
  amount: number;
}

export interface RecoveryCounts {
  /** Checkouts begun in this time whose hold ended unpaid. */
  abandoned: CartCount[];
  /** Carts about which a mail was sent in this time. */
  mailed: CartCount[];
  /** Carts whose link led to a checkout in this time that was paid, with what was paid. */
  recovered: CartCount[];
}

interface Period {
  from: Date;
  to: Date;
}

/**
 * What became of the carts that were not paid, by currency. Each count begins with an index over the time: on the
 * orders of a status, on the mails about expired checkouts, on the checkouts from a recovery link. What belongs to them
 * is looked up one by one (LATERAL with a limit): joined, PostgreSQL scans tables that grow.
 */
export async function countRecovery(db: Db, period: Period): Promise<RecoveryCounts> {
  const [abandoned, mailed, recovered] = await Promise.all([
    totals(db, abandonedIn(period)),
    totals(db, mailedIn(period)),
    totals(db, recoveredIn(period)),
  ]);
  return { abandoned, mailed, recovered };
}

/** @param carts rows of `cart`, `currency` and `amount` */
async function totals(db: Db, carts: Prisma.Sql): Promise<CartCount[]> {
  const rows = await db.$queryRaw<{ currency: string; count: bigint; amount: bigint }[]>`
    SELECT currency, count(DISTINCT cart) AS count, sum(amount)::bigint AS amount FROM (${carts}) AS carts
    GROUP BY currency ORDER BY currency`;
  return rows.map(({ currency, count, amount }) => ({ currency, count: Number(count), amount: Number(amount) }));
}

const abandonedIn = ({ from, to }: Period) => Prisma.sql`
  SELECT session_id AS cart, currency, total AS amount FROM orders
  WHERE status = 'EXPIRED' AND payment_status = 'UNPAID' AND created_at >= ${from} AND created_at < ${to}`;

/** Spelled as in the index `mails_about_expired`. A cart whose mail staff sent again counts once. */
const mailedIn = ({ from, to }: Period) => Prisma.sql`
  SELECT o.cart, o.currency, o.amount
  FROM (SELECT DISTINCT session_id FROM mails
    WHERE template = 'checkout_expired' AND sent_at >= ${from} AND sent_at < ${to}) AS m
  CROSS JOIN LATERAL (SELECT session_id AS cart, currency, total AS amount FROM orders
    WHERE session_id = m.session_id LIMIT 1) AS o`;

/** Spelled as in the index `checkouts_recovering`. */
const recoveredIn = ({ from, to }: Period) => Prisma.sql`
  SELECT c.recovers AS cart, o.currency, o.amount
  FROM (SELECT recovers, session_id FROM checkouts
    WHERE recovers IS NOT NULL AND created_at >= ${from} AND created_at < ${to}) AS c
  CROSS JOIN LATERAL (SELECT currency, total AS amount FROM orders
    WHERE session_id = c.session_id AND paid_at IS NOT NULL LIMIT 1) AS o`;
