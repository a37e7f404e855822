/**
 * The control API, for tests, the demo and the page at `/_control` (`page.ts`): JSON, without a key. Not part of Stripe.
 *
 * | request | does |
 * | --- | --- |
 * | `POST /sessions` | creates a session at Stripe, as a payment link or the Dashboard does: the API's parameters, as JSON |
 * | `POST /sessions/:id/pay` | pays as the hosted page does: `{ card?, method?: 'card' or 'bank_debit', email?, name?, phone?, address?, customAmount?, promotionCode?, shippingOption?, tax?, presentment?, wait? }`; with `wait` it answers only after the webhook, as the page does |
 * | `POST /sessions/:id/decline` | pays with a card that is declined: `{ card? }` |
 * | `POST /sessions/:id/three-d-secure/start`, `/succeed`, `/fail` | a 3-D Secure step, even one that outlives its session |
 * | `POST /sessions/:id/settle`, `/fail-delayed` | the bank debit arrives, or is refused |
 * | `POST /sessions/:id/expire` | expires the session, as Stripe does when its time is up |
 * | `POST /sessions/:id/recover` | the shopper opens the recovery address of an expired session |
 * | `POST /charges/:id/dispute` `{ reason?, amount?, status?, due_by?, withdraw? }` | the buyer disputes the charge. `status` is `needs_response` by default and may be one Stripe does not have yet; `due_by` is in seconds since 1970, or 0 or null if the bank takes no answer; the money is withdrawn at once unless it is an inquiry (`warning_…`), `prevented`, or `withdraw` says otherwise |
 * | `POST /disputes/:id/update` `{ status?, due_by? }`, `/withdraw`, `/reinstate`, `/close` `{ status: won, lost, warning_closed or prevented }` | what the buyer's bank does; an update can also turn a closed dispute into an appeal |
 * | `POST /charges/:id/review` `{ reason?: rule or manual }`, `POST /reviews/:id/close` `{ reason }` | Radar reviews; a dispute or a full refund closes one too |
 * | `POST /charges/:id/early-fraud-warning` `{ fraud_type?, actionable? }` | a warning from the card's issuer |
 * | `POST /refunds` | refunds as the Dashboard does: the API's parameters, plus `status?` to start as `pending` or `requires_action` |
 * | `POST /refunds/:id/succeed`, `/fail` `{ reason? }`, `/cancel` | ends a refund |
 * | `POST /payouts` `{ currency, amount?, automatic? }` | pays out every balance transaction in the currency that is available (two days after it moved) and not yet paid out; `amount` overrides their sum. `automatic: false` is a payout the shop asked for: of `amount`, with no transactions listed |
 * | `POST /payouts/:id/pay`, `/fail` `{ code? }`, `/cancel`, `/reconcile` | what the bank does. `fail`, even after `pay`, and `cancel` put the money back in the balance. Until `reconcile` the API lists only the payout's own transaction under it |
 * | `POST /faults` `{ kind, match?: { method?, path? }, times?, committed?, status?, retryAfter?, ms?, code?, message?, param? }`, `DELETE /faults` | makes API requests go wrong, before or after they are carried out (`../http/faults.ts`) |
 * | `GET /deliveries`, `POST /deliveries` `{ mode: normal, hold or drop, duplicate?, shuffle?, delayMs?, form?: snapshot, thin or both, signedAhead?, livemode?, account? }` | the attempts so far; how webhooks are delivered from now on, a field left out being as at Stripe. `delayMs` runs on the sandbox's clock; `signedAhead` is how many seconds ahead signatures are dated |
 * | `POST /deliveries/flush` `{ types?, events?, order?: together, reverse or shuffle }` | sends waiting deliveries, or only those of these types or event ids, and answers when all were answered; `reverse` and `shuffle` send one at a time |
 * | `POST /deliveries/discard` `{ types?, events? }` | drops waiting deliveries: they never arrive |
 * | `POST /events/:id/redeliver` `{ times?, form?, signedAhead?, livemode?, account? }` | resends one event, as the Dashboard's Resend does, or tampered with |
 * | `POST /events/replay` `{ since, until?, types?, times?, shuffle?, form? }` | resends all events created in that time (seconds since 1970), oldest first unless shuffled |
 * | `POST /events/silence` `{ types }` | event types that are neither generated nor listed from now on |
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
import type { Deliveries } from '../webhooks/deliveries';
import type { World } from '../world';
import { Commands } from './commands';
import { addDeliveryCommands } from './delivery-commands';
import { addMoneyCommands } from './money-commands';
import { refuseStrangers } from './origin';
import { controlPage } from './page';
import { addRiskCommands } from './risk-commands';
import { addSessionCommands } from './session-commands';

interface Parts {
  deliveries: Deliveries;
  faults: Faults;
  requests: RequestLog;
  afterReset: () => void;
}

export function createControl(world: World, parts: Parts): Router {
  const { deliveries, faults, requests } = parts;
  const { clock } = world;
  const commands = new Commands(world.store);
  addSessionCommands(world, commands, deliveries);
  addRiskCommands(world, commands);
  addMoneyCommands(world, commands);
  addDeliveryCommands(world, commands, deliveries);
  commands.add('/faults', faultShape, (fault) => faults.plan(fault));
  commands.addWithoutTransaction(
    '/clock',
    { now: integer(), advanceMs: integer({ min: 0 }) },
    ({ now, advanceMs = 0 }) => {
      moveClock(world, now ?? clock.now() + advanceMs);
      return { now: clock.now() };
    },
  );
  commands.addWithoutTransaction('/reset', {}, () => reset(world, parts));

  const router = Router();
  router.use(refuseStrangers(world));
  router.use(controlPage(world, commands, deliveries));
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
    if (request.method !== 'POST' || !commands.has(request.path))
      throw unknownRoute(request.method, request.originalUrl);
    response.json((await commands.run(request.path, (request.body ?? {}) as Record<string, unknown>)) ?? { ok: true });
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

function reset({ clock, silenced, store }: World, { deliveries, faults, requests, afterReset }: Parts): void {
  store.clear();
  faults.clear();
  silenced.clear();
  requests.requests.length = 0;
  deliveries.forget();
  afterReset();
  store.transaction(() => store.settings.put({ id: 'clock', value: clock.offset }));
}
