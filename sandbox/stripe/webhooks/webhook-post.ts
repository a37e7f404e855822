/** One delivery of one event: rendered in its form, signed and sent. */
import type Stripe from 'stripe';
import type { StoredEvent } from '../store/records';
import type { World } from '../world';
import { renderEvent } from './events';
import { signatureHeader } from './signature';
import { thinEvent } from './thin-events';

const ANSWER_WITHIN = 20_000;

export type Form = 'snapshot' | 'thin';

/** What a test falsifies about a delivery. */
export interface Tampering {
  /** Seconds by which the signature's timestamp is ahead, or behind when negative. */
  signedAhead: number;
  livemode: boolean;
  /** The connected account the event is about; null for the shop's own. */
  account: string | null;
  /** The account that an organisation's destination names, the shop's own included; null for its own destination. */
  context: string | null;
}

export const NO_TAMPERING: Tampering = { signedAhead: 0, livemode: false, account: null, context: null };

/** @returns the HTTP status the endpoint answered, or null when no answer came */
export async function postEvent(
  world: World,
  endpoint: Stripe.WebhookEndpoint,
  event: StoredEvent,
  form: Form,
  tampering: Tampering,
): Promise<number | null> {
  const payload = JSON.stringify(bodyOf(world, event, form, tampering), null, 2);
  const signedAt = world.clock.baseSeconds() + tampering.signedAhead;
  return fetch(endpoint.url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      'stripe-signature': signatureHeader(payload, secretsOf(world, endpoint.id), signedAt),
    },
    body: payload,
    signal: AbortSignal.any([world.ending, AbortSignal.timeout(ANSWER_WITHIN)]),
  }).then(
    async (answer) => {
      await answer.body?.cancel();
      return answer.status;
    },
    () => null,
  );
}

function bodyOf(world: World, event: StoredEvent, form: Form, { livemode, account, context }: Tampering): object {
  const about = context ?? account;
  if (form === 'thin') return { ...thinEvent(event), livemode, ...(about !== null && { context: about }) };
  const named = { ...(account !== null && { account }), ...(about !== null && { context: about }) };
  return { ...renderEvent(world, event), livemode, ...named };
}

/** More than one while a secret is being rolled. */
export function secretsOf({ store, clock }: World, endpoint: string): string[] {
  const secrets = store.endpointSecrets.get(endpoint)?.secrets ?? [];
  return secrets.filter(({ until }) => until === null || until > clock.now()).map(({ secret }) => secret);
}
