/** On tests' orders: how webhooks go. */

import { emptyable, flag, integer, list, oneOf, required, text } from '../http/params';
import { eventNamed } from '../webhooks/event-routes';
import { rollSecret } from '../webhooks/webhook-endpoints';
import type { World } from '../world';
import type { ControlRows } from './rows';

const guise = { signedAhead: integer(), livemode: flag, account: emptyable(text()) };
const form = oneOf('both', 'snapshot', 'thin');
const types = list(text());
const times = integer({ min: 1, max: 1000 });
/** Which of the deliveries that wait. */
const which = { types, events: list(text()) };

export function deliveryOrders(world: World, { order, act }: ControlRows): void {
  const { deliveries, silenced, store } = world;
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
    (plan) => {
      deliveries.follow(plan);
      return deliveries.plan;
    },
  );
  act('/deliveries/flush', { ...which, order: oneOf('reverse', 'shuffle', 'together') }, async (selection) => ({
    sent: await deliveries.flush(selection),
  }));
  order('/deliveries/discard', which, (selection) => ({ discarded: deliveries.discard(selection) }));

  act(
    '/events/replay',
    { since: required(integer()), until: integer(), types, times, shuffle: flag, form },
    async ({ since, until = Infinity, types: only, ...how }) => {
      const chosen = [...store.events].filter(
        ({ created, type }) => created >= since && created <= until && (only === undefined || only.includes(type)),
      );
      const statuses = await deliveries.resend(chosen, how);
      return { events: chosen.length, sent: statuses.length, refused: statuses.filter(isRefused).length };
    },
  );
  act('/events/:id/redeliver', { times, form, ...guise }, async ({ times: often, form: as, ...disguise }, id) => ({
    statuses: await deliveries.resend([eventNamed(world, id)], { times: often, form: as }, disguise),
  }));
  order('/events/silence', { types: required(types) }, (asked) => {
    silenced.clear();
    for (const type of asked.types) silenced.add(type);
  });
  order(
    '/webhook_endpoints/:id/roll',
    { secret: required(text()), overlapSeconds: integer({ min: 0 }) },
    ({ secret, overlapSeconds = 0 }, id) => rollSecret(world, id, secret, overlapSeconds),
  );
}

const isRefused = (status: number | null) => status === null || status < 200 || status >= 300;
