import type Stripe from 'stripe';
import type { SessionRequest } from './stripe-request';

type Refusal = Pick<Stripe.errors.StripeInvalidRequestError, 'code' | 'param' | 'message'>;

/**
 * What Stripe refuses, so that all carts it refuses for one cause are one alarm: the id of a shipping rate, else
 * Stripe's code, else the parameter, wherever in a list it stands. Nothing in it comes from a shopper.
 */
export const whatIsRefused = (refusal: Refusal, request: SessionRequest): string =>
  refusedRate(refusal, request) ?? refusal.code ?? refusal.param?.replace(/\[\d+\]/g, '') ?? 'no code';

function refusedRate({ param, message }: Refusal, { shipping_options = [] }: SessionRequest): string | undefined {
  const position = /^shipping_options\[(\d+)\]/.exec(param ?? '')?.[1];
  return shipping_options
    .map(({ shipping_rate }) => shipping_rate)
    .find((id, index) => id !== undefined && (String(index) === position || message.includes(id)));
}
