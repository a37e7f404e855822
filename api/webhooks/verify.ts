import Stripe from 'stripe';
import { Problem } from '../../domain/problem';

/** How far a delivery's time may lie from ours, either way. */
const TOLERANCE_SECONDS = 300;

/**
 * Believes a delivery only when one of our secrets signed these very bytes, now. Stripe's library checks the signature and that it is not
 * old; it takes one secret at a time, and one dated in the future at any distance, so both are seen to here.
 * @param body the bytes as they came
 * @throws 400 `invalid_signature`
 */
export function verifySignature(body: Buffer, header: string | undefined, secrets: readonly string[]): void {
  const now = Math.floor(Date.now() / 1000);
  const dated = Number(/(?:^|,)t=(\d+)(?:,|$)/.exec(header ?? '')?.[1]);
  if (!header || !Number.isFinite(dated) || dated > now + TOLERANCE_SECONDS) throw notSigned();
  if (!secrets.some((secret) => signedWith(body, header, secret))) throw notSigned();
}

function signedWith(body: Buffer, header: string, secret: string): boolean {
  try {
    return Stripe.webhooks.signature?.verifyHeader(body, header, secret, TOLERANCE_SECONDS) === true;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    throw error;
  }
}

const notSigned = () =>
  new Problem('invalid_signature', 'The Stripe-Signature header is missing, wrong or not of now.');
