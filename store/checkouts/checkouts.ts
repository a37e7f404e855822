import { type SessionId, sessionId } from '../../domain/ids';
import type { CheckoutLine } from '../../domain/session';
import type { Checkout } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';

/** A checkout as it was recorded before the call to Stripe. */
export interface CheckoutRecord {
  id: string;
  number: string;
  currency: string;
  /** In the currency's smallest unit. */
  subtotal: number;
  lines: CheckoutLine[];
  /** The exact parameters sent to Stripe. */
  request: unknown;
  /** The Idempotency-Key for Stripe. */
  stripeKey: string;
  holdUntil: Date;
  /** Null until Stripe has answered. */
  sessionId: SessionId | null;
  url: string | null;
  /** Whether Stripe or Temporal answered with a failure. */
  failed: boolean;
}

export interface NewCheckout {
  id: string;
  currency: string;
  subtotal: number;
  lines: CheckoutLine[];
  /** The parameters for Stripe, with an empty string where the order's number goes. */
  request: object;
  /** The places in `request` for the number, as dotted paths. */
  numberPaths: string[];
  holdUntil: Date;
  clientHash: string;
  /** The session whose recovery link this checkout comes from. */
  recovers: string | null;
  /** The claimed Idempotency-Key that this checkout answers. */
  claim: { keyHash: string; busyUntil: Date } | null;
  /** How many unpaid checkouts the client may have; 0 means no limit. */
  openLimit: number;
  at: Date;
}

export type WrittenCheckout =
  | { outcome: 'written'; checkout: CheckoutRecord }
  /** The client already has `open` unpaid checkouts. The first of their holds ends at `until`. */
  | { outcome: 'too-many-open'; open: number; until: Date };

/** Records a checkout with the next order number, unless its client has too many unpaid ones. One round trip. */
export async function writeCheckout(db: Db, checkout: NewCheckout): Promise<WrittenCheckout> {
  const { id, currency, subtotal, numberPaths, holdUntil, clientHash, recovers, claim, openLimit, at } = checkout;
  const [{ result }] = await db.$queryRaw<
    [{ result: { checkout: CheckoutColumns } | { open: number; until: string | null } }]
  >`
    SELECT write_checkout(${id}::uuid, ${currency}, ${subtotal}, ${JSON.stringify(checkout.lines)}::jsonb,
      ${JSON.stringify(checkout.request)}::jsonb, ${numberPaths}::text[], ${holdUntil}, ${clientHash}, ${recovers},
      ${claim?.keyHash ?? null}, ${claim?.busyUntil ?? null}, ${openLimit}::int, ${at}) AS result`;
  if ('checkout' in result) return { outcome: 'written', checkout: fromColumns(result.checkout) };
  return { outcome: 'too-many-open', open: result.open, until: result.until === null ? at : new Date(result.until) };
}

/** Records the session that Stripe created for a checkout. */
export async function saveSession(
  db: Db,
  { id, session, url }: { id: string; session: SessionId; url: string },
): Promise<void> {
  await db.checkout.updateMany({ where: { id }, data: { sessionId: session, url } });
}

/** Records that another request, with another Idempotency-Key, is sent to Stripe instead. */
export async function changeRequest(
  db: Db,
  { id, request, stripeKey }: { id: string; request: object; stripeKey: string },
): Promise<void> {
  await db.checkout.updateMany({ where: { id }, data: { request, stripeKey } });
}

/** Records that a checkout failed. A repeat of its key then starts a new attempt. */
export async function markFailed(db: Db, { id, at }: { id: string; at: Date }): Promise<void> {
  await db.checkout.updateMany({ where: { id }, data: { failedAt: at } });
}

/** A checkout by its id; null if there is none. */
export async function findCheckout(db: Db, id: string): Promise<CheckoutRecord | null> {
  const row = await db.checkout.findUnique({ where: { id } });
  return row && fromRow(row);
}

/** The checkout that a session was created for, adopted or written; null if there is none. */
export async function findCheckoutOf(db: Db, id: SessionId): Promise<CheckoutRecord | null> {
  const row = await db.checkout.findUnique({ where: { sessionId: id } });
  return row && fromRow(row);
}

/** Whether a session was created by a checkout here, or adopted. */
export const isKnownSession = async (db: Db, id: SessionId): Promise<boolean> =>
  (await db.checkout.count({ where: { sessionId: id } })) > 0;

/** The lines that were requested from Stripe for a session. Throws if the session has no checkout. */
export async function readRequestedLines(db: Db, id: SessionId): Promise<{ currency: string; lines: CheckoutLine[] }> {
  const { currency, lines } = await db.checkout.findUniqueOrThrow({
    where: { sessionId: id },
    select: { currency: true, lines: true },
  });
  return { currency, lines: linesOf(lines) };
}

/** Erases the request to Stripe of this checkout, and of failed checkouts that tried to recover it. */
export async function forgetRequests(tx: Tx, id: SessionId): Promise<void> {
  await tx.$executeRaw`UPDATE checkouts c SET request = '{}', client_hash = NULL, url = NULL
    WHERE c.session_id = ${id}
      OR (c.recovers = ${id} AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.session_id = c.session_id))`;
}

/** The columns as `to_jsonb` names them. Times are strings. */
interface CheckoutColumns {
  id: string;
  number: string;
  currency: string;
  subtotal: number;
  lines: CheckoutLine[];
  request: unknown;
  stripe_key: string | null;
  hold_until: string;
  session_id: string | null;
  url: string | null;
  failed_at: string | null;
}

const fromColumns = (row: CheckoutColumns): CheckoutRecord => ({
  id: row.id,
  number: row.number,
  currency: row.currency,
  subtotal: row.subtotal,
  lines: row.lines,
  request: row.request,
  stripeKey: row.stripe_key ?? row.id,
  holdUntil: new Date(row.hold_until),
  sessionId: row.session_id === null ? null : sessionId(row.session_id),
  url: row.url,
  failed: row.failed_at !== null,
});

const fromRow = (row: Checkout): CheckoutRecord => ({
  id: row.id,
  number: row.number,
  currency: row.currency,
  subtotal: Number(row.subtotal),
  lines: linesOf(row.lines),
  request: row.request,
  stripeKey: row.stripeKey ?? row.id,
  holdUntil: row.holdUntil,
  sessionId: row.sessionId === null ? null : sessionId(row.sessionId),
  url: row.url,
  failed: row.failedAt !== null,
});

/** The lines of every row were written from `CheckoutLine`s. */
const linesOf = (lines: Checkout['lines']): CheckoutLine[] => lines as unknown as CheckoutLine[];
