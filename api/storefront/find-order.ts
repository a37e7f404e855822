import { setTimeout as pause } from 'node:timers/promises';
import type { Request } from 'express';
import Stripe from 'stripe';
import { isSessionId, type SessionId } from '../../domain/ids';
import { Problem } from '../../domain/problem';
import { lookSignal } from '../../messages/order';
import { expectObject } from '../../platform/stripe';
import { within } from '../../platform/within';
import { isStray } from '../../store/checkouts/strays';
import { type OrderView, readOrder } from '../../store/orders/view';
import type { ApiDeps } from '../deps';
import type { Limits } from '../http/limits';
import { tellOrder } from '../order-workflow';
import { newsOf } from './session-news';

/** Of the 10 s an answer may take: how long Stripe may take, how long Temporal, and how long the order is waited for. */
const STRIPE_MS = 2_500;
const TEMPORAL_MS = 2_500;
const TAKE_UP_MS = 3_500;
const SETTLE_MS = 1_500;

/**
 * The order of a session as a page asks for it. Asking for a pending one makes the API ask Stripe (seldom: see limits.ts), and asking for
 * an unknown one that Stripe calls complete takes it up: a lost webhook costs the shopper nothing.
 * @throws 404 `unknown_order`; 503 `unavailable` while it is being taken up; 429 `rate_limited` for too many guesses
 */
export async function findOrder(deps: ApiDeps, limits: Limits, req: Request, id: string): Promise<OrderView> {
  if (!isSessionId(id)) throw unknownOrder();
  const order = await readOrder(deps.db, id);
  if (order === null) return takeUp(deps, limits, req, id);
  const told = order.status === 'PENDING' && (await lookAtStripe(deps, limits, req, order));
  return told ? await nextVersion(deps, order) : order;
}

export const unknownOrder = (): Problem => new Problem('unknown_order', 'There is no order of this session.');

/** Tells a pending order's workflow when Stripe says what the database does not know. Whatever fails here, the document can be shown. */
export async function lookAtStripe(deps: ApiDeps, limits: Limits, req: Request, order: OrderView): Promise<boolean> {
  try {
    const id = order.sessionId;
    if (!(await limits.mayAskStripe(req, id))) return false;
    const news = newsOf(await askStripe(deps, id), order);
    if (news === null || !(await limits.maySignal(req, id, news))) return false;
    return (await tellOrder(deps.temporal, id, lookSignal, 'page', TEMPORAL_MS)) === 'told';
  } catch (error) {
    deps.log.warn({ err: error, session: order.sessionId }, 'Stripe could not be asked about a pending order');
    return false;
  }
}

/** The order as it is after its workflow has looked, or as it was when that takes long. */
async function nextVersion({ db }: ApiDeps, order: OrderView): Promise<OrderView> {
  const changed = await poll(SETTLE_MS, async () => {
    const now = await readOrder(db, order.sessionId);
    return now && now.version > order.version ? now : null;
  });
  return changed ?? order;
}

async function takeUp(deps: ApiDeps, limits: Limits, req: Request, id: SessionId): Promise<OrderView> {
  if (await isStray(deps.db, id)) throw unknownOrder();
  await limits.guess(req);
  const session = await askStripe(deps, id).catch((error: unknown) => {
    if (error instanceof Stripe.errors.StripeInvalidRequestError) throw unknownOrder();
    throw error;
  });
  // Nothing is held for a session that nobody opened here and nobody has paid.
  if (session.status !== 'complete' || session.mode !== 'payment') throw unknownOrder();
  await tellOrder(deps.temporal, id, lookSignal, 'page', TEMPORAL_MS);
  const taken = await poll(
    TAKE_UP_MS,
    async () => (await readOrder(deps.db, id)) ?? ((await isStray(deps.db, id)) ? 'stray' : null),
  );
  if (taken === 'stray') throw unknownOrder();
  if (taken === null)
    throw new Problem('unavailable', 'The payment was seen; the order is being written.', { retryAfter: 2 });
  return taken;
}

const askStripe = ({ stripe }: ApiDeps, id: SessionId): Promise<Stripe.Checkout.Session> =>
  within(
    STRIPE_MS,
    stripe.checkout.sessions
      .retrieve(id, { expand: ['payment_intent'] }, { timeout: STRIPE_MS })
      .then((session) => expectObject(session, 'checkout.session')),
    () => new Problem('unavailable', 'Stripe does not answer. Try again.', { retryAfter: 2 }),
  );

/** Asks until there is an answer or the time is over. */
async function poll<T>(ms: number, ask: () => Promise<T | null>): Promise<T | null> {
  for (const end = performance.now() + ms; ; await pause(50)) {
    const answer = await ask();
    if (answer !== null || performance.now() > end) return answer;
  }
}
