import { whyNot } from '../../domain/actions';
import { DECISIONS, ORDER_STATUSES, type OrderStatus } from '../../domain/order';
import type { StockState } from '../../domain/order-snapshot';
import type { Db } from '../../store/database';
import { countOrders, listOrders, type OrderFilter } from '../../store/orders/list';
import { shipFacts } from '../../store/orders/shipments';
import { withDatabase } from '../support/database';

/** The list of what may be shipped is a query; whether `ship` is accepted, a table in domain/. They must agree. */

const at = new Date('2026-11-23T12:00:00Z');

let db: Db;
withDatabase(1, (opened) => {
  db = opened;
});

/** A part of an order that may keep it from being shipped. */
interface Part {
  status?: OrderStatus;
  stock?: StockState;
  disputed?: true;
  reviewOpen?: true;
  fraudWarning?: true;
  hold?: 'address';
  cancel?: 'other';
  cancelRefusal?: string;
  /** The step that is shown. */
  attention?: string;
  calls?: { step: string; subject: string; reason: string; since: string }[];
}

const calls = (...steps: string[]) =>
  steps.map((step) => ({ step, subject: 'subject', reason: 'reason', since: at.toISOString() }));

/** Each row of these is combined with each of the others. */
const PARTS: Part[][] = [
  ORDER_STATUSES.map((status) => ({ status })),
  (['HELD', 'SOLD_OUT', 'RELEASED', 'COMMITTED', 'RETURNED'] as const).map((stock) => ({ stock })),
  [{}, { disputed: true }],
  [{}, { reviewOpen: true }],
  [{}, { fraudWarning: true }],
  [{}, { hold: 'address' }],
  [{}, { cancel: 'other' }, { cancel: 'other', cancelRefusal: 'Stripe refuses it' }],
  [
    {},
    { attention: 'mail' },
    { attention: 'contact' },
    { attention: DECISIONS.refundRefused },
    { attention: DECISIONS.refundFailed, calls: calls(DECISIONS.refundFailed) },
    { attention: DECISIONS.mailLost, calls: calls(DECISIONS.mailLost) },
    { attention: DECISIONS.disputeLost, calls: calls(DECISIONS.disputeLost) },
    { attention: DECISIONS.refundFailed, calls: calls(DECISIONS.mailLost, DECISIONS.disputeLost) },
  ],
];

const combined = PARTS.reduce<Part[]>(
  (rows, parts) => rows.flatMap((row) => parts.map((part) => ({ ...row, ...part }))),
  [{}],
);

test('an order is free to be shipped if and only if `ship` would be accepted and its goods are its own', async () => {
  await write(combined);
  const rows = await db.order.findMany({ where: { status: 'PREPARING' } });
  expect(rows).toHaveLength(combined.length / ORDER_STATUSES.length);
  const accepted = rows.filter((row) => row.stock === 'COMMITTED' && whyNot('ship', shipFacts(row)) === null);
  expect(accepted.length).toBeGreaterThan(10);
  const listed = (filter: OrderFilter) => listOrders(db, { filter, after: null, limit: combined.length });
  const free = await listed({ shipping: 'free' });
  const ids = (of: readonly { sessionId: string }[]) => of.map(({ sessionId }) => sessionId).sort();
  expect(ids(free)).toEqual(ids(accepted));
  expect(await countOrders(db, { shipping: 'free' })).toBe(accepted.length);
  const stopped = await listed({ shipping: 'stopped' });
  expect(free.length + stopped.length).toBe(rows.length);
  expect(new Set(free.map((order) => order.stopped))).toEqual(new Set([null]));
  expect(stopped.filter((order) => order.stopped === null)).toEqual([]);
});

/** One statement, because there are thousands. */
const write = (parts: readonly Part[]) => db.$executeRaw`
  INSERT INTO orders (session_id, number, origin, currency, subtotal, total, payment_status, hold_until, created_at, updated_at,
    status, stock, disputed, review_open, fraud_warning, shipping_hold, shipping_hold_since, shipping_hold_by,
    cancel_requested_at, cancel_reason, cancel_refusal, attention_step, attention_reason, attention_since, calls)
  SELECT 'cs_test_' || n, n, 'CHECKOUT', 'eur', 2500, 2500, 'PAID', ${at}, ${at}, ${at},
    p.status::"OrderStatus", p.stock::"StockState", coalesce(p.disputed, false), coalesce(p.reviewOpen, false),
    coalesce(p.fraudWarning, false), p.hold, CASE WHEN p.hold IS NOT NULL THEN ${at}::timestamptz END, p.hold,
    CASE WHEN p.cancel IS NOT NULL THEN ${at}::timestamptz END, p.cancel, p.cancelRefusal,
    p.attention, p.attention, CASE WHEN p.attention IS NOT NULL THEN ${at}::timestamptz END, coalesce(p.calls, '[]')
  FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(parts)}::jsonb) AS (status text, stock text, disputed boolean,
    "reviewOpen" boolean, "fraudWarning" boolean, hold text, cancel text, "cancelRefusal" text, attention text, calls jsonb))
    WITH ORDINALITY AS p (status, stock, disputed, reviewOpen, fraudWarning, hold, cancel, cancelRefusal, attention, calls, n)`;
