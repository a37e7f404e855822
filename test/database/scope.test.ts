import { randomUUID } from 'node:crypto';
import type { Db } from '../../store/database';
import { readScope, type Scope } from '../../store/reconciliation/scope';
import { ordersUnpaidSince, overdueHolds, unfinished } from '../../store/reconciliation/unfinished';
import { withDatabase } from '../support/database';

let db: Db;
withDatabase(3, (opened) => {
  db = opened;
});

const since = new Date('2026-11-23T12:00:00Z');
const until = new Date('2026-11-23T13:00:00Z');
/** More than two pages, with several rows in each millisecond. */
const ROWS = 1_003;

test('a comparison sees each row of its span once, and all that was left open before', async () => {
  await db.$executeRaw`
    INSERT INTO ledger_entries (id, at, category, type, source, session_id, currency, amount, settled_currency, settled, fee)
    SELECT 'txn_' || n, ${since}::timestamptz + (n / 7) * interval '1 millisecond', 'charge', 'charge', 'ch_' || n, 'cs_' || n,
      'eur', 1, 'eur', 1, 0 FROM generate_series(1, ${ROWS}::int) n`;
  await db.$executeRaw`
    INSERT INTO orders (session_id, number, status, payment_status, stock, origin, currency, subtotal, total, hold_until, paid_at, created_at, updated_at)
    SELECT 'cs_' || n, n, 'COMPLETED', 'PAID', 'COMMITTED', 'CHECKOUT', 'eur', 1, 1, ${since}, ${until}, ${since}, ${since}
    FROM generate_series(1, ${ROWS}::int) n`;
  await db.$executeRaw`
    INSERT INTO refunds (key, origin, stripe_id, session_id, amount, currency, status, reason, actor, created_at, updated_at)
    SELECT 'key_' || n, 'STRIPE', 're_' || n, 'cs_' || n, 1, 'eur', 'succeeded', 'other', 'stripe', ${since}, ${since}
    FROM generate_series(1, ${ROWS}::int) n`;
  await db.$executeRaw`
    INSERT INTO discrepancies (kind, reference, detail, found_by, first_seen_at, last_seen_at)
    SELECT 'amount_differs', 'du_' || n, 'differs', ${randomUUID()}::uuid, ${since}, ${since} FROM generate_series(1, ${ROWS}::int) n`;
  await db.$executeRaw`
    INSERT INTO ledger_lookups (reference, late, first_asked_at, asked_at)
    SELECT 'cs_late_' || n, true, ${since}, ${since} FROM generate_series(1, ${ROWS}::int) n`;
  await db.ledgerEntry.updateMany({ where: { id: 'txn_1' }, data: { at: new Date(since.getTime() - 1) } });
  await db.ledgerEntry.updateMany({ where: { id: 'txn_2' }, data: { at: new Date(until.getTime() + 1) } });

  const seen: Record<keyof Scope, string[]> = { entries: [], orders: [], refunds: [] };
  let pages = 0;
  for (let cursor: string | null = null; ; pages++) {
    const { scope, next }: Awaited<ReturnType<typeof readScope>> = await readScope(db, { since, until }, cursor);
    for (const name of ['entries', 'orders', 'refunds'] as const) seen[name].push(...scope[name]);
    cursor = next;
    if (cursor === null) break;
  }
  expect(pages).toBe(5 * 3 - 1);
  const numbers = (names: string[], prefix: string) =>
    names.filter((name) => name.startsWith(prefix)).map((name) => Number(name.slice(prefix.length)));
  const all = Array.from({ length: ROWS }, (_, n) => n + 1);
  const sorted = (names: number[]) => names.toSorted((one, other) => one - other);
  expect(sorted(numbers(seen.entries, 'txn_'))).toEqual(all.slice(2));
  expect(sorted(numbers(seen.orders, 'cs_').filter((n) => !Number.isNaN(n)))).toEqual(all);
  expect(sorted(numbers(seen.refunds, 're_'))).toEqual(all);
  expect(sorted(numbers(seen.orders, 'du_'))).toEqual(all);
  expect(sorted(numbers(seen.orders, 'cs_late_'))).toEqual(all);
});

test('a thousand sessions whose 3-D Secure never ended keep no sweep from a hold that is over, or from a lost run', async () => {
  const before = new Date('2026-12-20T12:00:00Z');
  const old = new Date('2026-11-20T12:00:00Z');
  const fresh = new Date(before.getTime() - 60_000);
  await db.$executeRaw`
    INSERT INTO orders (session_id, number, status, payment_status, stock, origin, currency, subtotal, total, hold_until, created_at, updated_at)
    SELECT 'cs_flight_' || n, 'F-' || n, 'PENDING', 'UNPAID', 'RELEASED', 'CHECKOUT', 'eur', 1, 1, ${old}, ${old}, ${old}
    FROM generate_series(1, 1001) n`;
  const times = { holdUntil: fresh, createdAt: fresh, updatedAt: fresh };
  await db.order.update({ where: { sessionId: 'cs_flight_1001' }, data: times });
  expect(await overdueHolds(db, { since: new Date(before.getTime() - 600_000), before })).toEqual(['cs_flight_1001']);
  const found: string[] = [];
  for await (const page of unfinished(db, 'order', before)) found.push(...page.map(({ id }) => id));
  expect(found.filter((id) => id.startsWith('cs_flight_'))).toHaveLength(1_001);
});

test('an order that ended unpaid is one of a span of time, however long ago it was opened; one that ended before is not', async () => {
  const since = new Date('2027-03-01T12:00:00Z');
  const daysBefore = (days: number) => new Date(since.getTime() - days * 86_400_000);
  const orders = [
    ['expired', 'UNPAID', 0.5, -0.1],
    ['expired-before', 'UNPAID', 0.5, 0.1],
    ['failed', 'FAILED', 20, -0.1],
    ['failed-before', 'FAILED', 20, 1],
  ] as const;
  for (const [name, paymentStatus, opened, ended] of orders)
    await db.order.create({
      data: {
        ...{ sessionId: `cs_${name}`, number: name, status: 'EXPIRED', paymentStatus, stock: 'RELEASED' },
        ...{ origin: 'CHECKOUT', currency: 'eur', subtotal: 1, total: 1, holdUntil: since },
        ...{ createdAt: daysBefore(opened), updatedAt: daysBefore(ended) },
      },
    });
  expect((await ordersUnpaidSince(db, since)).toSorted()).toEqual(['cs_expired', 'cs_failed']);
});
