import { Problem } from '../../../domain/problem';
import type { Checkout, Prisma } from '../../../prisma/generated/client';
import type { Db, Tx } from '../../../store/database';
import type { ApiDeps } from '../../deps';
import type { PricedCart } from './cart';
import type { SessionRequest } from './stripe-request';

interface NewCheckout {
  id: string;
  holdUntil: Date;
  clientHash: string;
  recovers: string | null;
  priced: PricedCart;
  request: (number: string) => SessionRequest;
}

/**
 * Writes a checkout down before Stripe is asked, under the next order number. Where clients may have only so many unpaid ones, a client's
 * checkouts queue for its lock, so that many at once cannot all be the last.
 * @throws 429 `too_many_open`
 */
export async function writeCheckout({ db, env, clock }: ApiDeps, asked: NewCheckout): Promise<Checkout> {
  const at = new Date(clock.now());
  if (env.CHECKOUT_OPEN_LIMIT === 0) return insert(db, asked, at);
  return db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${asked.clientHash}, 0))`;
    await refuseTooManyOpen(tx, asked.clientHash, env.CHECKOUT_OPEN_LIMIT, at);
    return insert(tx, asked, at);
  });
}

async function insert(
  db: Db | Tx,
  { id, holdUntil, clientHash, recovers, priced, request }: NewCheckout,
  at: Date,
): Promise<Checkout> {
  const [{ number }] = await db.$queryRaw<[{ number: bigint }]>`SELECT nextval('order_number_seq') AS number`;
  return db.checkout.create({
    data: {
      id,
      number: String(number),
      origin: 'CHECKOUT',
      currency: priced.currency,
      subtotal: priced.subtotal,
      lines: priced.lines as unknown as Prisma.InputJsonArray,
      request: request(String(number)) as unknown as Prisma.InputJsonObject,
      stripeKey: `checkout/${id}`,
      holdUntil,
      clientHash,
      recovers,
      createdAt: at,
    },
  });
}

/** How long a checkout without an order counts as being opened; its answer comes within 10 s, or never. */
const OPENING_MS = 15_000;

/** Counts what this client holds stock with: orders that are not paid, and checkouts just being opened. */
async function refuseTooManyOpen(tx: Tx, clientHash: string, limit: number, at: Date): Promise<void> {
  const oldest = new Date(at.getTime() - 86_400_000);
  const opening = new Date(at.getTime() - OPENING_MS);
  const [{ open, until }] = await tx.$queryRaw<[{ open: number; until: Date | null }]>`
    SELECT count(*)::int AS open, min(c.hold_until) AS until
    FROM checkouts c LEFT JOIN orders o ON o.session_id = c.session_id
    WHERE c.client_hash = ${clientHash} AND c.created_at > ${oldest} AND c.failed_at IS NULL
      AND ((o.session_id IS NULL AND c.created_at > ${opening})
        OR (o.status = 'PENDING' AND o.payment_status = 'UNPAID' AND o.stock = 'HELD'))`;
  if (open < limit) return;
  const retryAfter = ((until?.getTime() ?? at.getTime()) - at.getTime()) / 1000;
  throw new Problem('too_many_open', `There are ${open} unpaid checkouts from here. Pay or abandon one first.`, {
    retryAfter,
  });
}
