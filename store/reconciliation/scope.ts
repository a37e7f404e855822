import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';

/** A span of time that a comparison covers. */
export interface Span {
  since: Date;
  until: Date;
}

/** What one page of a comparison looks at. */
export interface Scope {
  /** The ids of ledger entries. */
  entries: string[];
  /** Session ids: whether Stripe captured what these orders say. */
  orders: string[];
  /** Stripe ids: whether these refunds moved any money. */
  refunds: string[];
}

/** A page, and where the next one begins; null after the last one. */
export interface ScopePage {
  scope: Scope;
  next: string | null;
}

/** The most rows in a page. Small enough that every query about a page answers within milliseconds. */
const SCOPE_ROWS = 500;

/**
 * A page of what a comparison covers: what moved at Stripe in the span, what orders and refunds say was paid or given
 * back in it, and, whenever it moved, what earlier comparisons left open: differences, and what Stripe did not have
 * when it was asked. Each row is in one page, and there is no limit to the number of pages.
 * @param cursor `next` of the page before; null for the first one
 */
export async function readScope(db: Db, span: Span, cursor: string | null): Promise<ScopePage> {
  const [stage, ...after] = cursor === null ? [0] : (JSON.parse(cursor) as [number, ...string[]]);
  const source = SOURCES[stage] as Source;
  const rows = await source.read(db, span, after.length === 0 ? null : (after as [string, string]));
  const last = rows.at(-1);
  const isFull = rows.length === SCOPE_ROWS && last !== undefined;
  const following = isFull ? [stage, ...last.position] : stage + 1 < SOURCES.length ? [stage + 1] : null;
  return {
    scope: await source.scope(
      db,
      rows.map(({ id }) => id),
    ),
    next: following && JSON.stringify(following),
  };
}

interface Row {
  id: string;
  /** What the rows are sorted by, as text. */
  position: [string, string];
}

interface Source {
  read(db: Db, span: Span, after: [string, string] | null): Promise<Row[]>;
  scope(db: Db, ids: string[]): Promise<Scope> | Scope;
}

const NOTHING: Scope = { entries: [], orders: [], refunds: [] };

/** Reads the rows of a table whose time is in the span, oldest first. */
const byTime =
  (id: string, from: string, time: string): Source['read'] =>
  async (db, { since, until }, after) => {
    const [at, name] = after ?? [since.toISOString(), ''];
    const [idOf, table, timeOf] = [Prisma.raw(id), Prisma.raw(from), Prisma.raw(time)];
    const rows = await db.$queryRaw<{ id: string; at: Date }[]>`
      SELECT ${idOf} AS id, ${timeOf} AS at FROM ${table}
      WHERE ${timeOf} BETWEEN ${new Date(at)} AND ${until} AND (${timeOf}, ${idOf}) > (${new Date(at)}, ${name})
      ORDER BY ${timeOf}, ${idOf} LIMIT ${SCOPE_ROWS}`;
    return rows.map((row) => ({ id: row.id, position: [row.at.toISOString(), row.id] }));
  };

const SOURCES: Source[] = [
  { read: byTime('id', 'ledger_entries', 'at'), scope: (_, entries) => ({ ...NOTHING, entries }) },
  { read: byTime('session_id', 'orders', 'paid_at'), scope: (_, orders) => ({ ...NOTHING, orders }) },
  {
    // A refund without Stripe's id has moved nothing there.
    read: byTime('key', 'refunds', 'updated_at'),
    scope: async (db, keys) => {
      const rows = await db.refund.findMany({
        where: { key: { in: keys }, stripeId: { not: null } },
        select: { stripeId: true },
      });
      return { ...NOTHING, refunds: rows.map(({ stripeId }) => stripeId as string) };
    },
  },
  {
    read: async (db, _, after) => {
      const [kind, reference] = after ?? ['', ''];
      const rows = await db.$queryRaw<{ kind: string; reference: string }[]>`
        SELECT kind, reference FROM discrepancies
        WHERE resolved_at IS NULL AND found_by IS NOT NULL AND (kind, reference) > (${kind}, ${reference})
        ORDER BY kind, reference LIMIT ${SCOPE_ROWS}`;
      return rows.map((row) => ({ id: row.reference, position: [row.kind, row.reference] }));
    },
    scope: scopeOf,
  },
  {
    read: async (db, _, after) => {
      const rows = await db.ledgerLookup.findMany({
        where: { reference: { gt: after?.[0] ?? '' } },
        orderBy: { reference: 'asc' },
        take: SCOPE_ROWS,
        select: { reference: true },
      });
      return rows.map(({ reference }) => ({ id: reference, position: [reference, ''] }));
    },
    scope: scopeOf,
  },
];

/** All that these references name: a session, charge, refund, dispute or balance transaction. */
async function scopeOf(db: Db, references: string[]): Promise<Scope> {
  const entries = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM ledger_entries WHERE id = ANY(${references}::text[])
    UNION SELECT id FROM ledger_entries WHERE source = ANY(${references}::text[])
    UNION SELECT id FROM ledger_entries WHERE session_id = ANY(${references}::text[])
    UNION SELECT e.id FROM orders o JOIN ledger_entries e ON e.payment_intent_id = o.payment_intent_id
      WHERE o.session_id = ANY(${references}::text[])`;
  return { entries: entries.map(({ id }) => id), orders: references, refunds: references };
}
