import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * A keyed hash of a text, in base64url: for what is signed for a short while, and for what is counted or found again
 * without being kept.
 * @param secrets `SIGNING_SECRET`, of which the first one counts
 * @param text begins with what the hash is for, so that a hash for one purpose is never one for another
 */
export const keyedHash = (secrets: string, text: string): string => hashWith(signingSecrets(secrets)[0], text);

/**
 * Whether a hash was made with one of the secrets, the old ones among them, or with the whole text: before a list was
 * understood, a secret with a comma in it was one. Compares in constant time.
 */
export const isKeyedHash = (secrets: string, text: string, given: string): boolean =>
  [...signingSecrets(secrets), secrets].some((secret) => isSame(given, hashWith(secret, text)));

/** Compares in constant time. */
export function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}

/**
 * The secrets in `SIGNING_SECRET`: the one that signs, and behind it those whose links still work. Where no part is
 * long enough for a secret, the commas belong to one.
 */
export const signingSecrets = (secrets: string): [string, ...string[]] => {
  const [first = secrets, ...before] = secrets.split(',').map((one) => one.trim());
  return [first, ...before].every((one) => one.length >= LEAST_SIGNING_SECRET) ? [first, ...before] : [secrets];
};

/** The least length of a signing secret, in characters. */
export const LEAST_SIGNING_SECRET = 32;

const hashWith = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('base64url');
