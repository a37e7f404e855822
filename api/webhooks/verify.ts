import Stripe from 'stripe';
import { Problem } from '../../domain/problem';

/** How far a delivery's timestamp may be from our clock, in either direction. */
const TOLERANCE_SECONDS = 300;

/**
 * Accepts a delivery only if one of our secrets signed exactly these bytes, recently. Stripe's library checks the
 * signature and its age, but takes one secret at a time and accepts any timestamp in the future; both are handled
 * here.
 * @param body the bytes as they came
 * @param at when they came, in milliseconds since the epoch
 * @throws 400 `invalid_signature`
 */
export function verifySignature(
  body: Buffer,
  header: string | undefined,
  secrets: readonly string[],
  at: number,
): void {
  const dated = Number(/(?:^|,)t=(\d+)(?:,|$)/.exec(header ?? '')?.[1]);
  if (!header || !Number.isFinite(dated) || dated > Math.floor(at / 1000) + TOLERANCE_SECONDS) throw notSigned();
  if (!secrets.some((secret) => signedWith(body, header, secret, at))) throw notSigned();
}

function signedWith(body: Buffer, header: string, secret: string, at: number): boolean {
  try {
    return Stripe.webhooks.signature?.verifyHeader(body, header, secret, TOLERANCE_SECONDS, undefined, at) === true;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    throw error;
  }
}

const notSigned = () =>
  new Problem('invalid_signature', 'The Stripe-Signature header is missing, wrong or outside the time window.');
