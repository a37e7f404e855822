import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a signed link is for; a token made for one purpose never opens another. */
export type LinkPurpose = 'download' | 'recover';

/**
 * A token that names a thing and proves that we named it: `<id>.<signature>`. It carries no expiry; whether it still opens anything is the
 * database's word, so that a link can be revoked.
 */
export function signToken(secret: string, purpose: LinkPurpose, id: string): string {
  return `${id}.${signature(secret, purpose, id)}`;
}

/** The id inside a token of ours, or null for any other text. */
export function readToken(secret: string, purpose: LinkPurpose, token: string): string | null {
  const dot = token.lastIndexOf('.');
  if (dot < 1) return null;
  const id = token.slice(0, dot);
  const given = Buffer.from(token.slice(dot + 1));
  const expected = Buffer.from(signature(secret, purpose, id));
  return given.length === expected.length && timingSafeEqual(given, expected) ? id : null;
}

/** Where a shopper downloads what a grant allows. */
export const downloadUrl = (env: { PUBLIC_URL: string; SIGNING_SECRET: string }, grantId: string): string =>
  `${env.PUBLIC_URL}/downloads/${signToken(env.SIGNING_SECRET, 'download', grantId)}`;

/** Where a shopper takes up an expired checkout again. */
export const recoveryUrl = (env: { PUBLIC_URL: string; SIGNING_SECRET: string }, sessionId: string): string =>
  `${env.PUBLIC_URL}/recover/${signToken(env.SIGNING_SECRET, 'recover', sessionId)}`;

const signature = (secret: string, purpose: LinkPurpose, id: string): string =>
  createHmac('sha256', secret).update(`${purpose}\n${id}`).digest('base64url');
