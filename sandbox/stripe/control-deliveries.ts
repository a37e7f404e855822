/** On tests' orders: how webhooks go. */
import type { Request, Router } from 'express';
import type { Order } from './control-row';
import { eventNamed } from './event-routes';
import { emptyable, flag, integer, list, oneOf, type Read, readShape, required, type Shape, text } from './params';
import type { World } from './world';

const guise = { signedAhead: integer(), livemode: flag, account: emptyable(text()) };
const form = oneOf('both', 'snapshot', 'thin');
const types = list(text());
const times = integer({ min: 1, max: 1000 });

export function deliveryOrders(world: World, order: Order, router: Router): void {
  const { deliveries, silenced, store } = world;
  router.get('/deliveries', (_request, response) => {
    response.json({ plan: deliveries.plan, underWay: deliveries.underWayNow, attempts: deliveries.attempts });
  });
  order(
    '/deliveries',
    {
      mode: oneOf('drop', 'hold', 'normal'),
      duplicate: integer({ min: 0, max: 100 }),
      shuffle: flag,
      delayMs: integer({ min: 0 }),
      form,
      ...guise,
    },
    (plan) => deliveries.follow(plan),
  );
  router.post('/deliveries/flush', async (request, response) => {
    const selection = read(request, { types, order: oneOf('reverse', 'shuffle', 'together') });
    response.json({ sent: await deliveries.flush(selection) });
  });
  order('/deliveries/discard', { types }, (asked) => ({ discarded: deliveries.discard(asked.types) }));
  router.post('/events/replay', async (request, response) => {
    const asked = read(request, { since: required(integer()), until: integer(), types, times, shuffle: flag, form });
    const { since, until = Infinity, types: only, ...how } = asked;
    const chosen = [...store.events].filter(
      ({ created, type }) => created >= since && created <= until && (only === undefined || only.includes(type)),
    );
    const statuses = await deliveries.resend(chosen, how);
    response.json({ events: chosen.length, sent: statuses.length, refused: statuses.filter(isRefused).length });
  });
  router.post('/events/:id/redeliver', async (request, response) => {
    const { times: often, form: as, ...disguise } = read(request, { times, form, ...guise });
    const event = eventNamed(world, String(request.params.id));
    response.json({ statuses: await deliveries.resend([event], { times: often, form: as }, disguise) });
  });
  order('/events/silence', { types: required(types) }, (asked) => {
    silenced.clear();
    for (const type of asked.types) silenced.add(type);
  });
}

function read<S extends Shape>(request: Request, shape: S): Read<S> {
  return readShape(shape, (request.body ?? {}) as Record<string, unknown>);
}

const isRefused = (status: number | null) => status === null || status < 200 || status >= 300;
