import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far a delivery's timestamp may be from our clock, in either direction. */
const TOLERANCE_SECONDS = 300;

/** A secret as its provider shows it: this prefix, then the key in base64. */
export const STANDARD_SECRET = /^whsec_(?:[A-Za-z0-9+/]{4}){6,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The headers of a delivery; absent where it lacks one. */
interface DeliveryHeaders {
  id: string | undefined;
  timestamp: string | undefined;
  /** Several signatures are separated by spaces, each with its version in front of a comma. */
  signature: string | undefined;
}

/**
 * Whether one of our secrets signed exactly these bytes, recently, by the scheme of Standard Webhooks, which is Svix's
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). Resend's library does
 * the same, but for one secret, and by the machine's clock alone.
 * @param body the bytes as they came
 * @param at when they came, in milliseconds since the epoch
 */
export function isSignedDelivery(
  body: Buffer,
  { id, timestamp, signature }: DeliveryHeaders,
  secrets: readonly string[],
  at: number,
): boolean {
  if (id === undefined || timestamp === undefined || signature === undefined) return false;
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Math.floor(at / 1000) - Number.parseInt(timestamp, 10)) > TOLERANCE_SECONDS) return false;
  const given = signature.split(' ').flatMap((one) => (one.startsWith('v1,') ? [Buffer.from(one.slice(3))] : []));
  return secrets.some((secret) => {
    const expected = Buffer.from(signatureOf(body, id, timestamp, secret));
    return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  });
}

/** The header that signs a delivery: one signature for each secret, so that whoever knows one of them accepts it. */
export const signaturesOf = (
  { id, timestamp, body }: { id: string; timestamp: string; body: string },
  secrets: readonly string[],
): string => secrets.map((secret) => `v1,${signatureOf(Buffer.from(body), id, timestamp, secret)}`).join(' ');

const signatureOf = (body: Buffer, id: string, timestamp: string, secret: string): string =>
  createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest('base64');
