import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '../../domain/problem';

/** How far a delivery's timestamp may be from our clock, in either direction. */
const TOLERANCE_SECONDS = 300;

/**
 * Accepts a delivery only if one of our secrets signed exactly these bytes, recently
 * (https://docs.stripe.com/webhooks/signature#verify-manually). Stripe's library decodes the body first, so that other
 * bytes can pass for those that were signed; it takes one secret at a time, and any timestamp in the future.
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
  const [dated, ...others] = valuesOf(header, 't');
  if (dated === undefined || others.length > 0 || !/^\d{1,12}$/.test(dated)) throw notSigned();
  if (Math.abs(Math.floor(at / 1000) - Number(dated)) > TOLERANCE_SECONDS) throw notSigned();
  const given = valuesOf(header, 'v1').map((one) => Buffer.from(one));
  const isSignedBy = (secret: string): boolean => {
    const expected = Buffer.from(createHmac('sha256', secret).update(`${dated}.`).update(body).digest('hex'));
    return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  };
  if (!secrets.some(isSignedBy)) throw notSigned();
}

/** The values of one name in `t=…,v1=…,v1=…`. There are several signatures while a secret is rolled. */
const valuesOf = (header: string | undefined, name: string): string[] =>
  (header ?? '').split(',').flatMap((part) => (part.startsWith(`${name}=`) ? [part.slice(name.length + 1)] : []));

const notSigned = () =>
  new Problem('invalid_signature', 'The Stripe-Signature header is missing, wrong or outside the time window.');
