/** One delivery of one event: written in a form, signed, sent, and what was answered. */
import type Stripe from 'stripe';
import type { StoredEvent } from '../store/records';
import type { World } from '../world';
import { renderEvent } from './events';
import { signatureHeader } from './signature';
import { thinEvent } from './thin-events';

const ANSWER_WITHIN = 20_000;

export type Form = 'snapshot' | 'thin';

/** What a delivery says beside the truth, where a test wants it to. */
export interface Guise {
  /** Seconds by which its signature is dated ahead, or back. */
  signedAhead: number;
  livemode: boolean;
  /** The connected account it is about; null for the shop's own. */
  account: string | null;
}

export const HONEST: Guise = { signedAhead: 0, livemode: false, account: null };

/** The HTTP status answered, or null when no answer came. */
export async function postEvent(
  world: World,
  endpoint: Stripe.WebhookEndpoint,
  event: StoredEvent,
  form: Form,
  guise: Guise,
): Promise<number | null> {
  const payload = JSON.stringify(bodyOf(world, event, form, guise), null, 2);
  const signedAt = world.clock.baseSeconds() + guise.signedAhead;
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

function bodyOf(world: World, event: StoredEvent, form: Form, { livemode, account }: Guise): object {
  if (form === 'thin') return { ...thinEvent(event), livemode, ...(account !== null && { context: account }) };
  return { ...renderEvent(world, event), livemode, ...(account !== null && { account, context: account }) };
}

/** More than one while a secret is rolled. */
function secretsOf({ store, clock }: World, endpoint: string): string[] {
  const secrets = store.endpointSecrets.get(endpoint)?.secrets ?? [];
  return secrets.filter(({ until }) => until === null || until > clock.now()).map(({ secret }) => secret);
}
