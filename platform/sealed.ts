import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { isSame, signingSecrets } from './keyed-hash';

const CIPHER = 'aes-256-ctr';
const IV_BYTES = 16;

/**
 * Encrypts what stands in a link and is not for its readers, in base64url. The same text has the same form for as long
 * as the secret is the same, because a mail that is sent again must have the same bytes: the initialisation vector is a
 * keyed hash of the text, which also shows on the way back that nothing was changed.
 * @param secrets `SIGNING_SECRET`, of which the first one counts
 */
export function seal(secrets: string, text: string): string {
  const [secret] = signingSecrets(secrets);
  const iv = ivOf(secret, text);
  return Buffer.concat([iv, createCipheriv(CIPHER, keyOf(secret), iv).update(text, 'utf8')]).toString('base64url');
}

/** What was sealed with one of the secrets, the old ones among them; null for any other text. */
export function unseal(secrets: string, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length <= IV_BYTES) return null;
  const iv = bytes.subarray(0, IV_BYTES);
  for (const secret of signingSecrets(secrets)) {
    const text = createDecipheriv(CIPHER, keyOf(secret), iv).update(bytes.subarray(IV_BYTES)).toString('utf8');
    if (isSame(ivOf(secret, text).toString('hex'), iv.toString('hex'))) return text;
  }
  return null;
}

const keyOf = (secret: string): Buffer => createHmac('sha256', secret).update('seal key').digest();

const ivOf = (secret: string, text: string): Buffer =>
  createHmac('sha256', createHmac('sha256', secret).update('seal iv').digest())
    .update(text)
    .digest()
    .subarray(0, IV_BYTES);
