import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { type SessionId, sessionId } from '../../../domain/ids';
import type { OrderStatus } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import type { CheckoutLine } from '../../../domain/session';
import { abandonSignal } from '../../../messages/order';
import { expectObject } from '../../../platform/stripe';
import { within } from '../../../platform/within';
import type { Checkout } from '../../../prisma/generated/client';
import type { ApiDeps } from '../../deps';
import { invalid } from '../../http/route';
import { openOrder, tellRunning } from '../../order-workflow';
import { type Cart, outOfStock, type PricedCart } from './cart';
import { writePricesDiffer } from './prices-differ';
import { type SessionRequest, sessionRequest } from './stripe-request';
import { writeCheckout } from './write-checkout';

/** What a shopper is told. */
export interface OpenedCheckout {
  checkoutId: string;
  sessionId: SessionId;
  url: string;
  status: OrderStatus;
  expiresAt: Date;
}

/** The session of an attempt has ended, or cannot be made any more: only a new attempt helps. */
export class CheckoutEnded extends Problem {
  constructor() {
    super('unavailable', 'That checkout has ended. Try again.', { retryAfter: 1 });
  }
}

/** Of the 10 s an answer may take: how long the stock is waited for at most, and how long giving up may take. */
const ANSWER_MS = 8_200;
const GIVE_UP_MS = 900;

/**
 * One attempt to open a checkout. Written down before Stripe is asked, so that a repeat after a crash asks for the very same and an order
 * can be made of the session whatever happens here; from the shopper's going away on, nothing stops it.
 * @param began when the request came, in `performance.now()` milliseconds
 */
export async function attempt(
  deps: ApiDeps,
  cart: Cart,
  priced: PricedCart,
  from: { clientHash: string; recovers: string | null; began: number; written: (checkoutId: string) => Promise<void> },
): Promise<OpenedCheckout> {
  const now = deps.clock.now();
  const holdUntil = new Date(now + deps.env.HOLD_TTL_SECONDS * 1000);
  const id = randomUUID();
  const row = await writeCheckout(deps, {
    id,
    holdUntil,
    clientHash: from.clientHash,
    recovers: from.recovers,
    priced,
    request: (number) => sessionRequest(deps.env, cart, priced, { id, number, holdUntil, now }),
  });
  await from.written(id);
  return finish(deps, row, from.began);
}

/** Takes an attempt that was written down to its end: the session, then the hold. A failure is noted before it is thrown. */
export async function finish(deps: ApiDeps, row: Checkout, began: number): Promise<OpenedCheckout> {
  let opened: { sessionId: SessionId; url: string } | undefined;
  try {
    opened =
      row.sessionId && row.url ? { sessionId: sessionId(row.sessionId), url: row.url } : await openSession(deps, row);
    const left = Math.max(500, began + ANSWER_MS - performance.now());
    return {
      checkoutId: row.id,
      ...opened,
      status: await hold(deps, row, opened.sessionId, left),
      expiresAt: row.holdUntil,
    };
  } catch (error) {
    const soldOut = error instanceof Problem && error.code === 'out_of_stock';
    const left = opened && !soldOut ? giveUp(deps, opened.sessionId) : Promise.resolve();
    const noted = deps.db.checkout.update({ where: { id: row.id }, data: { failedAt: new Date(deps.clock.now()) } });
    await within(GIVE_UP_MS, Promise.allSettled([left, noted]), () => new Error('late')).catch(() => {});
    throw error;
  }
}

/** Asks Stripe, with the key and the words that were written down, and believes only what was asked for. */
async function openSession(deps: ApiDeps, row: Checkout): Promise<{ sessionId: SessionId; url: string }> {
  const session = await deps.stripe.checkout.sessions
    .create(row.request as unknown as SessionRequest, { idempotencyKey: row.stripeKey ?? row.id })
    .then((answer) => expectObject(answer, 'checkout.session'), refused(deps, row));
  const id = sessionId(session.id);
  await agree(deps, row, session);
  // A repeat of an old request is answered with the session it made, which may have ended since.
  if (session.status !== 'open' || !session.url) throw new CheckoutEnded();
  await deps.db.checkout.update({ where: { id: row.id }, data: { sessionId: id, url: session.url } });
  return { sessionId: id, url: session.url };
}

/** What Stripe would charge must be what we would: else nobody may pay it. What the shopper chooses to pay is theirs. */
async function agree(deps: ApiDeps, row: Checkout, session: Stripe.Checkout.Session): Promise<void> {
  const { stripe, log } = deps;
  const lines = row.lines as unknown as CheckoutLine[];
  const chosenByShopper = lines.some(({ minimum }) => minimum !== null);
  if (session.currency === row.currency && (chosenByShopper || session.amount_subtotal === Number(row.subtotal)))
    return;
  log.error(
    {
      number: row.number,
      session: session.id,
      ours: Number(row.subtotal),
      stripes: session.amount_subtotal,
      currency: session.currency,
    },
    'Stripe’s prices are not those of the catalogue: the checkout was closed; run stripe:setup or correct the product',
  );
  await stripe.checkout.sessions.expire(session.id);
  await writePricesDiffer(deps, row, { subtotal: session.amount_subtotal ?? 0, currency: session.currency });
  throw new Problem('unavailable', 'This cannot be bought right now.', { retryAfter: 60 });
}

/** Stripe's refusals that the shopper can mend; everything else is ours to log. */
function refused({ log }: ApiDeps, row: Checkout) {
  return (error: unknown): never => {
    if (error instanceof Stripe.errors.StripeInvalidRequestError) {
      if (error.param === 'expires_at') throw new CheckoutEnded(); // written down too long ago to be asked for now
      if (error.param === 'customer_email')
        throw invalid([{ path: 'email', message: 'is not an address that Stripe takes' }]);
      if (error.code === 'amount_too_small' || error.code === 'amount_too_large')
        throw invalid([{ path: 'items', message: 'comes to less or more than can be charged' }]);
    }
    log.error({ err: error, number: row.number }, 'Stripe did not open a checkout');
    const wait = error instanceof Stripe.errors.StripeRateLimitError ? Number(error.headers?.['retry-after'] ?? 2) : 2;
    throw new Problem('unavailable', 'Checkouts cannot be opened right now. Try again.', {
      retryAfter: Number.isFinite(wait) ? wait : 2,
    });
  };
}

/** Asks for the stock and waits for the word of the order's workflow. */
async function hold({ temporal }: ApiDeps, row: Checkout, session: SessionId, ms: number): Promise<OrderStatus> {
  const lines = row.lines as unknown as CheckoutLine[];
  const facts = {
    number: row.number,
    total: Number(row.subtotal),
    currency: row.currency,
    skus: lines.map(({ sku }) => sku),
  };
  const opening = await openOrder(temporal, session, facts, ms);
  if (opening !== 'ended' && opening.outcome === 'held') return opening.status;
  if (opening !== 'ended' && opening.outcome === 'sold-out') throw outOfStock(opening.missing);
  throw new CheckoutEnded();
}

/** Nobody was told of this session: whatever holds stock for it must let go, and nobody may pay it. Both are tried; the sweep does the rest. */
async function giveUp({ temporal, stripe, log }: ApiDeps, session: SessionId): Promise<void> {
  const done = await Promise.allSettled([
    tellRunning(temporal, session, abandonSignal, 3_000),
    stripe.checkout.sessions.expire(session),
  ]);
  for (const one of done)
    if (one.status === 'rejected')
      log.warn({ err: one.reason, session }, 'a checkout given up on could not be closed at once');
}
