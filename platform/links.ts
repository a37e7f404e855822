import { isKeyedHash, keyedHash } from './keyed-hash';
import { seal, unseal } from './sealed';
import { sha256 } from './sha256';

/**
 * What a signed link is for. A token for one purpose is never valid for another. `order` is in the mails to a customer
 * who has paid or is paying, and `recover` in those about an order that ended unpaid, so their holder reads that
 * mailbox; `return` is on the order's page, which everyone may see who has its address. `unsubscribe` is about an
 * address and not an order: it works for as long as the mail is kept.
 */
export type LinkPurpose = 'download' | 'order' | 'recover' | 'return' | 'unsubscribe';

/**
 * A signed token for an id: `<id>.<signature>`. It has no expiry of its own: the database decides whether it is still
 * valid, so a link can be revoked.
 * @param secrets `SIGNING_SECRET`
 */
export function signToken(secrets: string, purpose: LinkPurpose, id: string): string {
  return `${id}.${keyedHash(secrets, `${purpose}\n${id}`)}`;
}

/**
 * The id in a token that we signed; null for any other text.
 * @param secrets `SIGNING_SECRET`: links from before it was rolled work for as long as it lists the old secret
 */
export function readToken(secrets: string, purpose: LinkPurpose, token: string): string | null {
  const dot = token.lastIndexOf('.');
  if (dot < 1) return null;
  const id = token.slice(0, dot);
  return isKeyedHash(secrets, `${purpose}\n${id}`, token.slice(dot + 1)) ? id : null;
}

/** The link of a download grant. */
export const downloadUrl = (env: { PUBLIC_URL: string; SIGNING_SECRET: string }, grantId: string): string =>
  `${env.PUBLIC_URL}/downloads/${signToken(env.SIGNING_SECRET, 'download', grantId)}`;

/** An order's page for staff. */
export const staffOrderUrl = ({ ADMIN_URL }: { ADMIN_URL: string }, number: string): string =>
  `${ADMIN_URL}/staff/orders/${number}`;

/** The signed link to an order's page: it opens what is for the customer alone. */
export const orderPageUrl = (env: { PUBLIC_URL: string; SIGNING_SECRET: string }, sessionId: string): string =>
  `${env.PUBLIC_URL}/orders/${sessionId}/view?token=${signToken(env.SIGNING_SECRET, 'order', sessionId)}`;

/** The link that recovers an expired checkout; see `LinkPurpose` for which is whose. */
export const recoveryUrl = (
  env: { PUBLIC_URL: string; SIGNING_SECRET: string },
  purpose: 'recover' | 'return',
  sessionId: string,
): string => `${env.PUBLIC_URL}/recover/${signToken(env.SIGNING_SECRET, purpose, sessionId)}`;

/**
 * The link that ends the mails about expired checkouts to an address. It carries the
 * address's hash in sealed form: anybody who saw the hash could check a guess at the address against it.
 */
export const unsubscribeUrl = (env: { PUBLIC_URL: string; SIGNING_SECRET: string }, address: string): string =>
  `${env.PUBLIC_URL}/unsubscribe?token=${signToken(env.SIGNING_SECRET, 'unsubscribe', seal(env.SIGNING_SECRET, addressHash(address)))}`;

/** The hash of the address that such a link is about; null for any other text. Older links carry it as it is. */
export function readUnsubscribeToken(secrets: string, token: string): string | null {
  const id = readToken(secrets, 'unsubscribe', token);
  return id === null || /^[0-9a-f]{64}$/.test(id) ? id : unseal(secrets, id);
}

/**
 * How an address is remembered that wants no mails about expired checkouts: such a wish outlives the data of its order.
 * Not keyed with the signing secret, which may be changed.
 */
export const addressHash = (address: string): string => sha256(address.toLowerCase());
