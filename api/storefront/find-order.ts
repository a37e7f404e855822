import { setTimeout as pause } from 'node:timers/promises';
import type { Request } from 'express';
import Stripe from 'stripe';
import { isSessionId, type SessionId } from '../../domain/ids';
import { Problem } from '../../domain/problem';
import { isOfAnotherInstallation } from '../../domain/session';
import { lookSignal } from '../../messages/order';
import { expectObject } from '../../platform/stripe';
import { within } from '../../platform/within';
import { isStray } from '../../store/checkouts/strays';
import { type OrderView, readOrder } from '../../store/orders/view';
import type { ApiDeps } from '../deps';
import type { Limits } from '../http/limits';
import { signalOrder } from '../order-workflow';
import { observationOf } from './session-observation';

/** How the 10 s of a response are spent: on Stripe, on Temporal, and on waiting for the order. */
const STRIPE_MS = 2_500;
const TEMPORAL_MS = 2_500;
const TAKE_UP_MS = 3_500;
const SETTLE_MS = 1_500;

/**
 * The order of a session, as a page requests it. For a pending order the API also asks Stripe (seldom: see
 * limits.ts). A session that is unknown here but complete at Stripe becomes an order first, so a lost webhook costs
 * the shopper nothing.
 * @throws 404 `unknown_order`; 503 `unavailable` while the order is being written; 429 `rate_limited` after too many
 * unknown ids
 */
export async function findOrder(deps: ApiDeps, limits: Limits, req: Request, id: string): Promise<OrderView> {
  if (!isSessionId(id)) throw unknownOrder();
  const order = await readOrder(deps.db, id);
  if (order === null) return takeUp(deps, limits, req, id);
  return today(deps, limits, req, order);
}

/** An order as it is today: of a pending one, Stripe may know more than the database. */
export async function today(deps: ApiDeps, limits: Limits, req: Request, order: OrderView): Promise<OrderView> {
  const signalled = order.status === 'PENDING' && (await lookAtStripe(deps, limits, req, order));
  return signalled ? await nextVersion(deps, order) : order;
}

export const unknownOrder = (detail = 'There is no order with this session.'): Problem =>
  new Problem('unknown_order', detail);

/**
 * Signals a pending order's workflow when Stripe knows more than the database. A failure here is only logged: the
 * order can still be shown.
 */
export async function lookAtStripe(deps: ApiDeps, limits: Limits, req: Request, order: OrderView): Promise<boolean> {
  try {
    const id = order.sessionId;
    if (!(await limits.mayAskStripe(req, id))) return false;
    const observation = observationOf(await askStripe(deps, id), order);
    if (observation === null || !(await limits.maySignal(req, id, observation))) return false;
    const input = { sessionId: id, openedBy: 'page' } as const;
    return (await signalOrder(deps.temporal, input, order, lookSignal, TEMPORAL_MS)) === 'signalled';
  } catch (error) {
    deps.log.warn({ err: error, session: order.sessionId }, 'could not ask Stripe about a pending order');
    return false;
  }
}

/** The order after its workflow has changed it, or as it was if that takes too long. */
async function nextVersion({ db }: ApiDeps, order: OrderView): Promise<OrderView> {
  const changed = await poll(SETTLE_MS, async () => {
    const now = await readOrder(db, order.sessionId);
    return now && now.version > order.version ? now : null;
  });
  return changed ?? order;
}

async function takeUp(deps: ApiDeps, limits: Limits, req: Request, id: SessionId): Promise<OrderView> {
  if (limits.unknownSessions.has(id) || (await isStray(deps.db, id))) throw unknownOrder();
  await limits.guess(req);
  await limits.guessOfAll(req);
  const session = await askStripe(deps, id).catch((error: unknown) => {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    limits.unknownSessions.add(id); // Stripe makes up its ids: this one will not come to be
    throw unknownOrder();
  });
  // A session that was neither opened here nor paid gets no order and holds no stock.
  if (session.status !== 'complete' || session.mode !== 'payment') throw unknownOrder();
  if (isOfAnotherInstallation(session.metadata, await deps.installation())) throw unknownOrder();
  await signalOrder(deps.temporal, { sessionId: id, openedBy: 'page' }, null, lookSignal, TEMPORAL_MS);
  const taken = await poll(
    TAKE_UP_MS,
    async () => (await readOrder(deps.db, id)) ?? ((await isStray(deps.db, id)) ? 'stray' : null),
  );
  if (taken === 'stray') throw unknownOrder();
  if (taken === null)
    throw new Problem('unavailable', 'The payment has arrived; the order is being written. Try again.', {
      retryAfter: 2,
    });
  return taken;
}

const askStripe = ({ stripe }: ApiDeps, id: SessionId): Promise<Stripe.Checkout.Session> =>
  within(
    STRIPE_MS,
    stripe.checkout.sessions
      .retrieve(id, { expand: ['payment_intent'] }, { timeout: STRIPE_MS })
      .then((session) => expectObject(session, 'checkout.session')),
    () => new Problem('unavailable', 'Stripe is not responding. Try again.', { retryAfter: 2 }),
  );

/** Asks again until there is an answer or the time is over. */
async function poll<T>(ms: number, ask: () => Promise<T | null>): Promise<T | null> {
  for (const end = performance.now() + ms; ; await pause(50)) {
    const answer = await ask();
    if (answer !== null || performance.now() > end) return answer;
  }
}
