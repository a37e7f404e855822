/**
 * Orders from tests and from the demo, under `/_control`, in JSON and without a key. Not part of Stripe.
 *
 * | request | does |
 * | --- | --- |
 * | `POST /sessions` | makes a session at Stripe (payment link, Dashboard): the parameters of the API, as JSON |
 * | `POST /sessions/:id/pay` | as the hosted page: `{ card?, method?: 'card' or 'bank_debit', email?, name?, phone?, address?, customAmount?, promotionCode?, shippingOption?, tax?, presentment?, wait? }`; `wait` waits for the webhook as the page does |
 * | `POST /sessions/:id/decline` | pays with a card that is declined: `{ card? }` |
 * | `POST /sessions/:id/three-d-secure/start`, `/succeed`, `/fail` | a 3-D Secure step, also one that outlives its session |
 * | `POST /sessions/:id/settle`, `/fail-delayed` | the bank debit arrives, or is refused |
 * | `POST /sessions/:id/expire` | as Stripe does at its time |
 * | `POST /sessions/:id/recover` | the shopper opens the recovery address of an expired session |
 * | `POST /charges/:id/dispute` `{ reason?, amount?, status?, due_by?, withdraw? }` | the buyer goes to their bank. `status` is `needs_response` unless said otherwise, also one that nobody knows yet; `due_by` in seconds since 1970, 0 or null where the bank takes no answer; the money is withdrawn at once unless it is an inquiry (`warning_…`), `prevented`, or `withdraw` says so |
 * | `POST /disputes/:id/update` `{ status?, due_by? }`, `/withdraw`, `/reinstate`, `/close` `{ status: won, lost, warning_closed or prevented }` | the buyer's bank; an update also makes an appeal of one that was closed |
 * | `POST /charges/:id/review` `{ reason?: rule or manual }`, `POST /reviews/:id/close` `{ reason }` | Radar; a dispute or a full refund closes it too |
 * | `POST /charges/:id/early-fraud-warning` `{ fraud_type?, actionable? }` | the card's issuer |
 * | `POST /refunds` | as the Dashboard: the parameters of the API, and `status?` to start as `pending` or `requires_action` |
 * | `POST /refunds/:id/succeed`, `/fail` `{ reason? }`, `/cancel` | brings a refund to its end |
 * | `POST /payouts` `{ currency, amount?, automatic? }` | pays out every balance transaction of the currency that is available (two days after it moved) and not paid out yet; `amount` says another sum than they add up to. `automatic: false` is a payout the shop asked for: of `amount`, naming no transactions |
 * | `POST /payouts/:id/pay`, `/fail` `{ code? }`, `/cancel`, `/reconcile` | the bank; after `fail`, also of one that was paid, and `cancel` the money is in the balance again. Until `reconcile` the API lists only the payout's own transaction under it |
 * | `POST /faults` `{ kind, match?: { method?, path? }, times?, committed?, status?, retryAfter?, ms?, code?, message?, param? }`, `DELETE /faults` | makes API requests go wrong, before or after they are carried out (`faults.ts`) |
 * | `GET /deliveries`, `POST /deliveries` `{ mode: normal, hold or drop, duplicate?, shuffle?, delayMs?, form?: snapshot, thin or both, signedAhead?, livemode?, account? }` | what was tried; how webhooks go from now on, as Stripe's do where nothing is said. `delayMs` by the sandbox's clock, `signedAhead` the seconds by which signatures are dated ahead |
 * | `POST /deliveries/flush` `{ types?, order?: together, reverse or shuffle }` | sends what waits, or only these types, and comes back when all was answered; in an order, one after the other |
 * | `POST /deliveries/discard` `{ types? }` | what waits never arrives |
 * | `POST /events/:id/redeliver` `{ times?, form?, signedAhead?, livemode?, account? }` | Resend, also in disguise |
 * | `POST /events/replay` `{ since, until?, types?, times?, shuffle?, form? }` | sends all events created in that time (seconds since 1970) once more, the oldest first unless shuffled |
 * | `POST /events/silence` `{ types }` | types that are never generated, nor listed |
 * | `POST /webhook_endpoints/:id/roll` `{ secret, overlapSeconds }` | rolls a signing secret |
 * | `GET /clock`, `POST /clock` `{ now }` or `{ advanceMs }` | the sandbox's time, in milliseconds |
 * | `GET /requests`, `DELETE /requests` | the API requests so far |
 * | `POST /reset` | forgets everything but the clock |
 */
import express, { type Request, type Response, Router } from 'express';
import { authenticate, failDebit, settleDebit } from './bank';
import { GOOD_CARD } from './cards';
import { deliveryOrders } from './control-deliveries';
import { attemptOf, payShape } from './control-pay';
import { payoutOrders } from './control-payouts';
import { riskOrders } from './control-risk';
import type { Order } from './control-row';
import { invalid, Refusal, unknownRoute } from './errors';
import { type Faults, faultShape } from './faults';
import { integer, oneOf, readShape, required, text } from './params';
import { type Outcome, pay } from './payments';
import { createRefund, finishRefund, refundShape } from './refunds';
import type { RequestLog } from './request-log';
import { createSession } from './session-create';
import { sessionShape } from './session-shape';
import { detailOf, expireSession, recoverSession, type Session, sessionNamed, successAddress } from './sessions';
import { rollSecret } from './webhook-endpoints';
import type { World } from './world';

interface Parts {
  faults: Faults;
  requests: RequestLog;
  afterReset: () => void;
}

const DECLINED_CARD = '4000000000009995';
const AUTHENTICATED_CARD = '4000002500003155';
const WAIT_FOR_ANSWER = 10_000;

export function createControl(world: World, { faults, requests, afterReset }: Parts): Router {
  const router = Router();
  router.use(express.json({ limit: '1mb' }));
  const { store, clock, deliveries } = world;

  /** One row: reads the body, does it in a transaction, answers with the result. */
  const order: Order = (path, shape, run) => {
    router.post(path, (request: Request, response: Response) => {
      const params = readShape(shape, (request.body ?? {}) as Record<string, unknown>);
      response.json(store.transaction(() => run(params, String(request.params.id ?? ''))) ?? { ok: true });
    });
  };

  const paying = (path: string, shape: typeof payShape, card: string) =>
    router.post(path, async (request: Request, response: Response) => {
      const asked = readShape(shape, (request.body ?? {}) as Record<string, unknown>);
      const id = String(request.params.id);
      const outcome = store.transaction(() =>
        pay(world, id, attemptOf(world, sessionNamed(world, id), { card, ...asked })),
      );
      if (asked.wait && outcome.outcome === 'complete') await deliveries.firstAnswer(outcome.event, WAIT_FOR_ANSWER);
      response.json(shown(world, outcome));
    });

  order('/sessions', sessionShape, (params) => createSession(world, params));
  paying('/sessions/:id/pay', payShape, GOOD_CARD.number);
  paying('/sessions/:id/decline', payShape, DECLINED_CARD);
  paying('/sessions/:id/three-d-secure/start', payShape, AUTHENTICATED_CARD);
  order('/sessions/:id/three-d-secure/succeed', {}, (_, id) => shown(world, authenticate(world, id, true)));
  order('/sessions/:id/three-d-secure/fail', {}, (_, id) => shown(world, authenticate(world, id, false)));
  order('/sessions/:id/settle', {}, (_, id) => settleDebit(world, id));
  order('/sessions/:id/fail-delayed', {}, (_, id) => failDebit(world, id));
  order('/sessions/:id/expire', {}, (_, id) => expireSession(world, id));
  order('/sessions/:id/recover', {}, (_, id) => recovered(world, id));

  riskOrders(world, order);
  payoutOrders(world, order);
  order(
    '/refunds',
    { ...refundShape, status: oneOf('pending', 'requires_action', 'succeeded') },
    ({ status, ...params }) => createRefund(world, params, status),
  );
  order('/refunds/:id/succeed', {}, (_, id) => finishRefund(world, id, 'succeeded'));
  order('/refunds/:id/fail', { reason: text() }, ({ reason }, id) => finishRefund(world, id, 'failed', reason));
  order('/refunds/:id/cancel', {}, (_, id) => finishRefund(world, id, 'canceled'));

  order('/faults', faultShape, (fault) => faults.plan(fault));
  router.delete('/faults', (_request, response) => {
    faults.clear();
    response.json({ ok: true });
  });

  deliveryOrders(world, order, router);
  order(
    '/webhook_endpoints/:id/roll',
    { secret: required(text()), overlapSeconds: integer({ min: 0 }) },
    (params, id) => rollSecret(world, id, params.secret, params.overlapSeconds ?? 0),
  );

  router.get('/clock', (_request, response) => void response.json({ now: clock.now() }));
  router.post('/clock', (request, response) => {
    const { now, advanceMs } = readShape(
      { now: integer(), advanceMs: integer({ min: 0 }) },
      request.body as Record<string, unknown>,
    );
    moveClock(world, now ?? clock.now() + (advanceMs ?? 0));
    response.json({ now: clock.now() });
  });
  router.get('/requests', (_request, response) => void response.json({ data: requests.requests }));
  router.delete('/requests', (_request, response) => {
    requests.requests.length = 0;
    response.json({ ok: true });
  });
  router.post('/reset', (_request, response) => {
    store.clear();
    faults.clear();
    world.silenced.clear();
    requests.requests.length = 0;
    deliveries.forget();
    afterReset();
    store.transaction(() => store.settings.put({ id: 'clock', value: clock.offset }));
    response.json({ ok: true });
  });

  router.use((request, _response) => {
    throw unknownRoute(request.method, request.originalUrl);
  });
  router.use((error: unknown, _request: Request, response: Response, _next: unknown) => {
    const refusal = error instanceof Refusal ? error : invalid(error instanceof Error ? error.message : String(error));
    response.status(refusal.status).json(refusal.toJson('req_control'));
  });
  return router;
}

function shown({ publicUrl }: World, outcome: Outcome) {
  const next =
    outcome.outcome === 'complete'
      ? { redirect: successAddress(outcome.session) }
      : outcome.outcome === 'authenticate'
        ? { redirect: `${publicUrl}/pay/${outcome.session.id}/authenticate` }
        : { message: outcome.message };
  return { outcome: outcome.outcome, session: outcome.session, ...next };
}

function recovered(world: World, id: string): Session {
  sessionNamed(world, id);
  const copy = recoverSession(world, detailOf(world, id).recovery?.token ?? '');
  if (copy === null) throw invalid('This session has no recovery address that is still good.');
  return copy;
}

function moveClock({ clock, store }: World, target: number): void {
  try {
    clock.advanceTo(target);
  } catch (error) {
    if (error instanceof RangeError) throw invalid(error.message, { param: 'now' });
    throw error;
  }
  store.transaction(() => store.settings.put({ id: 'clock', value: clock.offset }));
}
