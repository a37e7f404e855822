/** Commands about webhooks: how they are delivered, replayed and signed. */

import { emptyable, flag, integer, list, oneOf, required, text } from '../http/params';
import type { Deliveries } from '../webhooks/deliveries';
import { eventNamed } from '../webhooks/event-routes';
import { rollSecret } from '../webhooks/webhook-endpoints';
import type { World } from '../world';
import type { Commands } from './commands';

const tampering = { signedAhead: integer(), livemode: flag, account: emptyable(text()), context: emptyable(text()) };
const form = oneOf('both', 'snapshot', 'thin');
const types = list(text());
const times = integer({ min: 1, max: 1000 });
/** Which of the waiting deliveries. */
const selection = { types, events: list(text()) };

export function addDeliveryCommands(world: World, commands: Commands, deliveries: Deliveries): void {
  const { silenced, store } = world;
  commands.add(
    '/deliveries',
    {
      mode: oneOf('drop', 'hold', 'normal'),
      duplicate: integer({ min: 0, max: 100 }),
      shuffle: flag,
      delayMs: integer({ min: 0 }),
      form,
      ...tampering,
    },
    (plan) => {
      deliveries.follow(plan);
      return deliveries.plan;
    },
  );
  commands.addWithoutTransaction(
    '/deliveries/flush',
    { ...selection, order: oneOf('reverse', 'shuffle', 'together') },
    async (selected) => ({
      sent: await deliveries.flush(selected),
    }),
  );
  commands.add('/deliveries/discard', selection, (selected) => ({ discarded: deliveries.discard(selected) }));

  commands.addWithoutTransaction(
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
  commands.addWithoutTransaction(
    '/events/:id/redeliver',
    { times, form, ...tampering },
    async ({ times: repeats, form: as, ...tampered }, id) => ({
      statuses: await deliveries.resend([eventNamed(world, id)], { times: repeats, form: as }, tampered),
    }),
  );
  commands.add('/events/silence', { types: required(types) }, (silence) => {
    silenced.clear();
    for (const type of silence.types) silenced.add(type);
  });
  commands.add(
    '/webhook_endpoints/:id/roll',
    { secret: required(text()), overlapSeconds: integer({ min: 0 }) },
    ({ secret, overlapSeconds = 0 }, id) => rollSecret(world, id, secret, overlapSeconds),
  );
}

const isRefused = (status: number | null) => status === null || status < 200 || status >= 300;
