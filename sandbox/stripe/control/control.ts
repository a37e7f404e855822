/**
 * The control API, for tests, the demo and the page at `/_control`. Not part of Stripe. `docs/sandbox.md` lists its
 * requests.
 */
import express, { type Request, type Response, Router } from 'express';
import { invalid, Refusal, unknownRoute } from '../http/errors';
import { type Faults, faultShape } from '../http/faults';
import { integer } from '../http/params';
import type { RequestLog } from '../http/request-log';
import { type RestrictedKeys, restrictedKeyShape } from '../http/restricted-keys';
import type { Deliveries } from '../webhooks/deliveries';
import type { World } from '../world';
import { addAgentCommands } from './agent-commands';
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
  restricted: RestrictedKeys;
  afterReset: () => void;
}

export function createControl(world: World, parts: Parts): Router {
  const { deliveries, faults, requests, restricted } = parts;
  const { clock } = world;
  const commands = new Commands(world.store);
  addSessionCommands(world, commands, deliveries);
  addAgentCommands(world, commands);
  addRiskCommands(world, commands);
  addMoneyCommands(world, commands);
  addDeliveryCommands(world, commands, deliveries);
  commands.add('/faults', faultShape, (fault) => faults.plan(fault));
  commands.add('/keys', restrictedKeyShape, (key) => restricted.put(key));
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

function reset(
  { clock, silenced, store }: World,
  { deliveries, faults, requests, restricted, afterReset }: Parts,
): void {
  store.clear();
  restricted.forget();
  faults.clear();
  silenced.clear();
  requests.requests.length = 0;
  deliveries.forget();
  afterReset();
  store.transaction(() => store.settings.put({ id: 'clock', value: clock.offset }));
}
