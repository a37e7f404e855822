/** `/v1/events`, the last thirty days, and `/v2/core/events` for their thin form. */
import { invalid, noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { flag, list, text } from '../http/params';
import { type Route, route } from '../http/route';
import type { StoredEvent } from '../store/records';
import type { World } from '../world';
import { renderEvent } from './events';
import { changesOf, thinEvent } from './thin-events';

export const eventRoutes: Route[] = [
  route(
    'GET',
    '/v1/events',
    { ...pagingByTime, delivery_success: flag, type: text(), types: list(text(), { max: 20 }) },
    ({ world, params }) => {
      const { type, types, delivery_success: success } = params;
      if (type !== undefined && types !== undefined)
        throw invalid('You may only specify one of these parameters: type, types.', { param: 'types' });
      const listed = page(world.store.events, params, {
        url: '/v1/events',
        what: 'event',
        ...(type !== undefined && !type.includes('*') && { only: { index: 'type' as const, key: type } }),
        where: (event) =>
          (type === undefined || matches(event.type, type)) &&
          (types === undefined || types.includes(event.type)) &&
          (success === undefined || wasDelivered(world, event) === success),
      });
      return { ...listed, data: listed.data.map((event) => renderEvent(world, event)) };
    },
  ),
  route('GET', '/v1/events/:id', {}, ({ world, id }) => renderEvent(world, eventNamed(world, id))),
  route('GET', '/v2/core/events/:id', {}, ({ world, id }) => {
    const [event] = world.store.events.by('thin', id);
    if (event === undefined) throw noSuch('event', id);
    return { ...thinEvent(event), changes: changesOf(event) };
  }),
];

export function eventNamed({ store }: World, id: string): StoredEvent {
  const event = store.events.get(id);
  if (event === undefined) throw noSuch('event', id);
  return event;
}

/** `charge.*` matches a group. */
const matches = (type: string, pattern: string) =>
  pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;

/** False for an event that is still waiting, or was given up, at any endpoint. */
function wasDelivered({ store }: World, event: StoredEvent): boolean {
  return store.deliveries.by('event', event.id).every(({ state }) => state === 'delivered');
}
