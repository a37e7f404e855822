/**
 * Orders from tests, from the demo and from the page at `/_control` (`control-page.ts`), in JSON and without a key. Not part of Stripe.
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
 * | `POST /deliveries/flush` `{ types?, events?, order?: together, reverse or shuffle }` | sends what waits, or only these types or ids of events, and comes back when all was answered; in an order, one after the other |
 * | `POST /deliveries/discard` `{ types?, events? }` | what waits never arrives |
 * | `POST /events/:id/redeliver` `{ times?, form?, signedAhead?, livemode?, account? }` | Resend, also in disguise |
 * | `POST /events/replay` `{ since, until?, types?, times?, shuffle?, form? }` | sends all events created in that time (seconds since 1970) once more, the oldest first unless shuffled |
 * | `POST /events/silence` `{ types }` | types that are never generated, nor listed |
 * | `POST /webhook_endpoints/:id/roll` `{ secret, overlapSeconds }` | rolls a signing secret |
 * | `GET /clock`, `POST /clock` `{ now }` or `{ advanceMs }` | the sandbox's time, in milliseconds |
 * | `GET /requests`, `DELETE /requests` | the API requests so far |
 * | `POST /reset` | forgets everything but the clock |
 */
import express, { type Request, type Response, Router } from 'express';
import { invalid, Refusal, unknownRoute } from '../http/errors';
import { type Faults, faultShape } from '../http/faults';
import { integer } from '../http/params';
import type { RequestLog } from '../http/request-log';
import type { World } from '../world';
import { deliveryOrders } from './deliveries';
import { moneyOrders } from './money';
import { refuseStrangers } from './origin';
import { controlPage } from './page';
import { riskOrders } from './risk';
import { ControlRows } from './rows';
import { sessionOrders } from './sessions';

interface Parts {
  faults: Faults;
  requests: RequestLog;
  afterReset: () => void;
}

export function createControl(world: World, parts: Parts): Router {
  const { faults, requests } = parts;
  const { clock, deliveries } = world;
  const rows = new ControlRows(world.store);
  sessionOrders(world, rows);
  riskOrders(world, rows);
  moneyOrders(world, rows);
  deliveryOrders(world, rows);
  rows.order('/faults', faultShape, (fault) => faults.plan(fault));
  rows.act('/clock', { now: integer(), advanceMs: integer({ min: 0 }) }, ({ now, advanceMs = 0 }) => {
    moveClock(world, now ?? clock.now() + advanceMs);
    return { now: clock.now() };
  });
  rows.act('/reset', {}, () => reset(world, parts));

  const router = Router();
  router.use(refuseStrangers(world));
  router.use(controlPage(world, rows));
  router.use(express.json({ limit: '1mb' }));
  router.get('/deliveries', (_request, response) => {
    response.json({ plan: deliveries.plan, underWay: deliveries.underWayNow, attempts: deliveries.attempts });
  });
  router.get('/clock', (_request, response) => void response.json({ now: clock.now() }));
  router.get('/requests', (_request, response) => void response.json({ data: requests.requests }));
  router.delete('/requests', (_request, response) => {
    requests.requests.length = 0;
    response.json({ ok: true });
  });
  router.delete('/faults', (_request, response) => {
    faults.clear();
    response.json({ ok: true });
  });
  router.use(async (request, response) => {
    if (request.method !== 'POST' || !rows.has(request.path)) throw unknownRoute(request.method, request.originalUrl);
    response.json((await rows.perform(request.path, (request.body ?? {}) as Record<string, unknown>)) ?? { ok: true });
  });
  router.use((error: unknown, _request: Request, response: Response, _next: unknown) => {
    const refusal = error instanceof Refusal ? error : invalid(error instanceof Error ? error.message : String(error));
    response.status(refusal.status).json(refusal.toJson('req_control'));
  });
  return router;
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

function reset({ clock, deliveries, silenced, store }: World, { faults, requests, afterReset }: Parts): void {
  store.clear();
  faults.clear();
  silenced.clear();
  requests.requests.length = 0;
  deliveries.forget();
  afterReset();
  store.transaction(() => store.settings.put({ id: 'clock', value: clock.offset }));
}
