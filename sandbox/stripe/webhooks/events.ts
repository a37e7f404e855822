/** The one place that creates events: a snapshot of an object, queued for every endpoint that wants it. */
import type Stripe from 'stripe';
import { newId } from '../store/ids';
import type { StoredEvent } from '../store/records';
import { API_VERSION, type World } from '../world';

const DAY = 24 * 60 * 60;

/** Records an event of a change, within the transaction that makes it: neither exists without the other. */
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
  world.announce(event);
  return event;
}

/** The fields an update changed, with their values before it: an event's `previous_attributes`. */
export function previousOf<T extends object>(before: T, after: T): Partial<T> {
  const changed = Object.entries(before).filter(([key, value]) => after[key as keyof T] !== value);
  return Object.fromEntries(changed) as Partial<T>;
}

/** The event as the API and webhooks show it. */
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
