/** The one place where events are made: an object as it is at this moment, and a delivery to every endpoint that wants it. */
import type Stripe from 'stripe';
import { newId } from '../store/ids';
import type { StoredEvent } from '../store/records';
import { API_VERSION, type World } from '../world';

const DAY = 24 * 60 * 60;

/** Tells of a change. Within the transaction that makes it, so no change is without its event, nor the other way round. */
export function emit(
  world: World,
  type: Stripe.Event['type'],
  object: { id: string },
  previous?: object,
): StoredEvent | null {
  if (world.silenced.has(type)) return null;
  const event = world.store.events.put({
    id: newId('evt'),
    object: 'event',
    api_version: API_VERSION,
    created: world.clock.seconds(),
    data: { object, ...(previous !== undefined && { previous_attributes: previous }) },
    livemode: false,
    request: world.cause,
    type,
    thinId: newId('evt_test', 56),
  });
  world.deliveries.announce(event);
  return event;
}

/** As the API and the webhooks show it. */
export function renderEvent(world: World, event: StoredEvent): Stripe.EventBase {
  const waiting = world.store.deliveries.by('event', event.id).filter(({ state }) => state === 'pending');
  const { thinId: _thin, ...snapshot } = event;
  return { ...snapshot, type: event.type as Stripe.Event['type'], pending_webhooks: waiting.length };
}

/** Stripe keeps events for thirty days. */
export function pruneEvents(world: World): void {
  const oldest = world.clock.seconds() - 30 * DAY;
  const old: StoredEvent[] = [];
  for (const event of world.store.events) {
    if (event.created >= oldest) break;
    old.push(event);
  }
  world.store.transaction(() => {
    for (const { id } of old) {
      for (const delivery of world.store.deliveries.by('event', id)) world.store.deliveries.delete(delivery.id);
      world.store.events.delete(id);
    }
  });
}
