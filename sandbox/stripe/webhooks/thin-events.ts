/**
 * Events in their thin form, which names the object without including it:
 * https://docs.stripe.com/event-destinations#thin-events A thin event of a v1 object has its own id, a type that
 * starts with `v1.`, and its snapshot's id in `snapshot_event`.
 */
import type { StoredEvent } from '../store/records';

/** The event as it is delivered. */
export function thinEvent({ thinId, type, created, livemode, request, data, ...snapshot }: StoredEvent) {
  const object = data.object as unknown as { id: string; object: string };
  return {
    id: thinId ?? snapshot.id.replace('evt_', 'evt_test_'),
    object: 'v2.core.event',
    type: `v1.${type}`,
    livemode,
    created: new Date(created * 1000).toISOString(),
    ...(request?.id && {
      reason: { type: 'request', request: { ...request, idempotency_key: request.idempotency_key ?? '' } },
    }),
    related_object: { id: object.id, type: object.object, url: addressOf(object) },
    snapshot_event: snapshot.id,
  };
}

/** `/v1/checkout/sessions/cs_…` of a `checkout.session`. */
const addressOf = ({ id, object }: { id: string; object: string }) => `/v1/${object.replaceAll('.', '/')}s/${id}`;

/** A snapshot's `previous_attributes`, with the values that replaced them. */
export function changesOf({ data }: StoredEvent) {
  const before = (data.previous_attributes ?? {}) as Record<string, unknown>;
  const object = data.object as unknown as Record<string, unknown>;
  const after = Object.fromEntries(Object.keys(before).map((key) => [key, object[key] ?? null]));
  return { before, after };
}
