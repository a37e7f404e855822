import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { shortagesOf, skusOf } from '../../../domain/cart-stock';
import { CHECKOUT_REFUSED } from '../../../domain/fault';
import { type SessionId, sessionId } from '../../../domain/ids';
import type { OrderStatus } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import { refusedCheckout } from '../../../domain/refused-checkout';
import { METADATA } from '../../../domain/session';
import { abandonSignal } from '../../../messages/order';
import { addToLogContext } from '../../../platform/log-context';
import { expectObject } from '../../../platform/stripe';
import { within } from '../../../platform/within';
import { noteRefused } from '../../../store/alarms/alarms';
import {
  type CheckoutRecord,
  changeRequest,
  markFailed,
  saveSession,
  writeCheckout,
} from '../../../store/checkouts/checkouts';
import type { KeyClaim } from '../../../store/checkouts/keys';
import type { ApiDeps } from '../../deps';
import { toProblem } from '../../http/errors';
import { invalid } from '../../http/parse';
import { openOrder, signalRunning } from '../../order-workflow';
import type { Slot } from './admission';
import { type Cart, outOfStock, type PricedCart } from './cart';
import { notForSale, takeOffSale } from './not-for-sale';
import { whatIsRefused } from './refusal';
import { requireSamePrice } from './same-price';
import { type SessionRequest, sessionRequest } from './stripe-request';

/** A checkout that is open, as the shopper hears of it. */
export interface OpenedCheckout {
  checkoutId: string;
  sessionId: SessionId;
  url: string;
  status: OrderStatus;
  expiresAt: Date;
}

/** The session of an attempt has ended, or can no longer be created: only a new attempt helps. */
export class CheckoutEnded extends Problem {
  constructor() {
    super('unavailable', 'That checkout has ended. Try again.', { retryAfter: 1 });
  }
}

/** Of the 10 s that a response may take: the latest moment to wait for the stock, and how long giving up may take. */
const ANSWER_MS = 8_200;
const GIVE_UP_MS = 900;

export interface AttemptFor {
  clientHash: string;
  shopperIp: string | null;
  recovers: string | null;
  /** The Idempotency-Key that this attempt answers; null where the request has none. */
  claim: KeyClaim | null;
}

/** When an attempt's request came, and how its time at Stripe is told apart. */
interface Timing {
  /** When the request came, in `performance.now()` milliseconds. */
  began: number;
  atStripe: Slot['atStripe'];
}

/**
 * One attempt to open a checkout. It is written to the database before calling Stripe, so that a repeat after a crash
 * sends the very same request, and the session can become an order whatever happens here. It continues if the shopper
 * disconnects.
 * @throws 429 `too_many_open`
 */
export async function attempt(
  deps: ApiDeps,
  cart: Cart,
  priced: PricedCart,
  { clientHash, shopperIp, recovers, claim, ...timing }: AttemptFor & Timing,
): Promise<OpenedCheckout> {
  const now = deps.clock.now();
  const holdUntil = new Date(now + deps.env.HOLD_TTL_SECONDS * 1000);
  const id = randomUUID();
  const installation = await deps.installation();
  const written = await writeCheckout(deps.db, {
    ...{ id, holdUntil, clientHash, recovers, claim },
    ...priced,
    request: sessionRequest(deps.env, cart, priced, { id, number: '', installation, shopperIp, holdUntil, now }),
    numberPaths: NUMBER_PATHS,
    openLimit: deps.env.CHECKOUT_OPEN_LIMIT,
    at: new Date(now),
  });
  if (written.outcome === 'too-many-open') {
    throw new Problem('too_many_open', `You have ${written.open} unpaid checkouts. Pay or abandon one first.`, {
      retryAfter: (written.until.getTime() - now) / 1000,
    });
  }
  return finish(deps, written.checkout, timing);
}

/** Where the order's number stands in a session's parameters: the database draws it while it writes the checkout. */
const NUMBER_PATHS = [
  'client_reference_id',
  `metadata.${METADATA.number}`,
  `payment_intent_data.metadata.${METADATA.number}`,
];

/** Completes a written attempt: creates the session, then holds the stock. Marks a failure before throwing it. */
export async function finish(deps: ApiDeps, row: CheckoutRecord, timing: Timing): Promise<OpenedCheckout> {
  let opened: { sessionId: SessionId; url: string } | undefined;
  addToLogContext({ number: row.number });
  try {
    opened =
      row.sessionId && row.url
        ? { sessionId: row.sessionId, url: row.url }
        : await openSession(deps, row, timing.atStripe);
    const left = Math.max(500, timing.began + ANSWER_MS - performance.now());
    return {
      checkoutId: row.id,
      ...opened,
      status: await hold(deps, row, opened.sessionId, left),
      expiresAt: row.holdUntil,
    };
  } catch (error) {
    deps.log.info({ session: opened?.sessionId, number: row.number, code: toProblem(error).code }, 'checkout failed');
    const soldOut = error instanceof Problem && error.code === 'out_of_stock';
    const left = opened && !soldOut ? giveUp(deps, opened.sessionId) : Promise.resolve();
    const noted = markFailed(deps.db, { id: row.id, at: new Date(deps.clock.now()) });
    await within(GIVE_UP_MS, Promise.allSettled([left, noted]), () => new Error('late')).catch(() => {});
    throw error;
  }
}

/** Creates the session with the stored key and parameters, and checks the response. */
async function openSession(
  deps: ApiDeps,
  row: CheckoutRecord,
  atStripe: Slot['atStripe'],
): Promise<{ sessionId: SessionId; url: string }> {
  const session = await atStripe(() => createSession(deps, row)).catch(refused(deps, row));
  const id = sessionId(session.id);
  await requireSamePrice(deps, row, session);
  // Stripe answers a repeat with the session it created first, which may have ended since.
  if (session.status !== 'open' || !session.url) throw new CheckoutEnded();
  await saveSession(deps.db, { id: row.id, session: id, url: session.url });
  return { sessionId: id, url: session.url };
}

/**
 * An address that Stripe refuses is left out, for it is only a convenience: the request without it is written down,
 * with a key of its own, before it is sent.
 */
async function createSession({ db, stripe }: ApiDeps, row: CheckoutRecord): Promise<Stripe.Checkout.Session> {
  const create = async (request: SessionRequest, idempotencyKey: string) =>
    expectObject(await stripe.checkout.sessions.create(request, { idempotencyKey }), 'checkout.session');
  const { customer_email, ...anonymous } = row.request as SessionRequest;
  try {
    return await create(row.request as SessionRequest, row.stripeKey);
  } catch (error) {
    if (customer_email === undefined || !refusesEmail(error)) throw error;
    const stripeKey = `${row.stripeKey}/no-email`;
    await changeRequest(db, { id: row.id, request: anonymous, stripeKey });
    return create(anonymous, stripeKey);
  }
}

const refusesEmail = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError &&
  (error.param === 'customer_email' || error.code === 'email_invalid');

/**
 * Translates the refusals that the shopper can correct. Logs every other one, and tells staff of those that no other
 * try will mend: an account that is not activated, or a currency for which no payment method is turned on.
 */
function refused(deps: ApiDeps, row: CheckoutRecord) {
  const { log } = deps;
  return async (error: unknown): Promise<never> => {
    if (error instanceof Stripe.errors.StripeInvalidRequestError) {
      if (error.param === 'expires_at') throw new CheckoutEnded(); // the stored request is too old
      if (error.code === 'amount_too_small' || error.code === 'amount_too_large')
        throw invalid([{ path: 'items', message: 'the total is less or more than Stripe can charge' }]);
      const unsold = await takeOffSale(deps, row, error);
      if (unsold.length > 0) throw notForSale(unsold);
    }
    log.error({ err: error, number: row.number }, 'Stripe did not open a checkout');
    if (error instanceof Stripe.errors.StripeInvalidRequestError) {
      const { currency } = row;
      const subject = refusedCheckout(whatIsRefused(error, row.request as SessionRequest), currency);
      await noteRefused(deps.db, { cause: CHECKOUT_REFUSED, subject, currency, at: new Date(deps.clock.now()) });
    }
    const wait = error instanceof Stripe.errors.StripeRateLimitError ? Number(error.headers?.['retry-after'] ?? 2) : 2;
    throw new Problem('unavailable', 'Checkouts cannot be opened right now. Try again.', {
      retryAfter: Number.isFinite(wait) ? wait : 2,
    });
  };
}

/** Opens the order and waits until its workflow has held the stock. */
async function hold({ temporal }: ApiDeps, row: CheckoutRecord, session: SessionId, ms: number): Promise<OrderStatus> {
  const facts = {
    number: row.number,
    total: row.subtotal,
    currency: row.currency,
    skus: skusOf(row.lines),
  };
  const opening = await openOrder(temporal, session, facts, ms);
  if (opening !== 'ended' && opening.outcome === 'held') return opening.status;
  if (opening !== 'ended' && opening.outcome === 'sold-out') {
    // In terms of the cart: of a bundle, something in it is missing.
    const left = new Map(opening.missing.map(({ sku, available }) => [sku, available]));
    throw outOfStock(shortagesOf(row.lines, left));
  }
  throw new CheckoutEnded();
}

/**
 * The shopper never got this session: releases its stock and expires it. Tries both at once; the sweep repairs what
 * fails here.
 */
async function giveUp({ temporal, stripe, log }: ApiDeps, session: SessionId): Promise<void> {
  const done = await Promise.allSettled([
    signalRunning(temporal, session, abandonSignal, 3_000),
    stripe.checkout.sessions.expire(session),
  ]);
  for (const one of done)
    if (one.status === 'rejected') log.warn({ err: one.reason, session }, 'could not close a failed checkout at once');
}
