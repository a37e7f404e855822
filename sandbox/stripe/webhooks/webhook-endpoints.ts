/** `/v1/webhook_endpoints`: where events are sent. The signing secret is shown once, when the endpoint is created. */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, paging } from '../http/lists';
import { changedMetadata, metadata } from '../http/metadata';
import { emptyable, flag, list, required, text, unsupported, url } from '../http/params';
import { type Route, route } from '../http/route';
import { newId, randomText } from '../store/ids';
import { API_VERSION, type World } from '../world';

export const webhookEndpointRoutes: Route[] = [
  route(
    'POST',
    '/v1/webhook_endpoints',
    {
      enabled_events: required(list(text())),
      url: required(url),
      api_version: text(),
      connect: unsupported,
      description: emptyable(text()),
      metadata,
    },
    ({ world, params }) => {
      if (params.api_version !== undefined && params.api_version !== API_VERSION)
        throw invalid(`Invalid api_version: this sandbox speaks ${API_VERSION} only.`, { param: 'api_version' });
      const secret = `whsec_${randomText(32)}`;
      const endpoint = keepEndpoint(world, { ...params, id: newId('we'), secret });
      return { ...endpoint, secret };
    },
  ),
  route('GET', '/v1/webhook_endpoints', paging, ({ world, params }) =>
    page(world.store.endpoints, params, { url: '/v1/webhook_endpoints', what: 'webhook endpoint' }),
  ),
  route('GET', '/v1/webhook_endpoints/:id', {}, ({ world, id }) => endpointNamed(world, id)),
  route(
    'POST',
    '/v1/webhook_endpoints/:id',
    { description: emptyable(text()), disabled: flag, enabled_events: list(text()), metadata, url },
    ({ world, id, params }) => {
      const before = endpointNamed(world, id);
      return world.store.endpoints.put({
        ...before,
        ...(params.description !== undefined && { description: params.description }),
        ...(params.disabled !== undefined && { status: params.disabled ? 'disabled' : 'enabled' }),
        ...(params.enabled_events !== undefined && { enabled_events: params.enabled_events }),
        ...(params.url !== undefined && { url: params.url }),
        metadata: changedMetadata(before.metadata, params.metadata),
      });
    },
  ),
  route('DELETE', '/v1/webhook_endpoints/:id', {}, ({ world, id }): Stripe.DeletedWebhookEndpoint => {
    endpointNamed(world, id);
    world.store.endpoints.delete(id);
    world.store.endpointSecrets.delete(id);
    return { id, object: 'webhook_endpoint', deleted: true };
  }),
];

interface NewEndpoint {
  id: string;
  url: string;
  secret: string;
  enabled_events: string[];
  description?: string | null | undefined;
  metadata?: Record<string, string> | null | undefined;
}

export function keepEndpoint(
  world: World,
  { id, url, secret, enabled_events, description, metadata }: NewEndpoint,
): Stripe.WebhookEndpoint {
  world.store.endpointSecrets.put({ id, secrets: [{ secret, until: null }] });
  return world.store.endpoints.put({
    id,
    object: 'webhook_endpoint',
    api_version: API_VERSION,
    application: null,
    created: world.clock.seconds(),
    description: description ?? null,
    enabled_events,
    livemode: false,
    metadata: changedMetadata(null, metadata),
    status: 'enabled',
    url,
  });
}

/** Rolls the secret. The old one also signs for `overlap` seconds. */
export function rollSecret(world: World, id: string, secret: string, overlap: number): void {
  endpointNamed(world, id);
  const until = world.clock.now() + overlap * 1000;
  const old = world.store.endpointSecrets.get(id)?.secrets ?? [];
  const ending = overlap === 0 ? [] : old.map((each) => ({ ...each, until: Math.min(each.until ?? until, until) }));
  world.store.endpointSecrets.put({ id, secrets: [{ secret, until: null }, ...ending] });
}

function endpointNamed({ store }: World, id: string): Stripe.WebhookEndpoint {
  const endpoint = store.endpoints.get(id);
  if (endpoint === undefined) throw noSuch('webhook endpoint', id);
  return endpoint;
}
