import { addressHash } from '../../platform/links';
import type { Mail } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';
import { whoUnsubscribed } from './unsubscribed';

/** A mail to a customer that is about no order. */
type Notice = Pick<Mail, 'key' | 'recipient' | 'subject' | 'html' | 'text'>;

/**
 * Writes mails that wait to be sent like those that the provider refused; none to an address whose mails come back, or
 * that has unsubscribed.
 */
export async function writeNotices(
  tx: Tx,
  { template, mails, at }: { template: string; mails: Notice[]; at: Date },
): Promise<void> {
  const reachable = await withoutReturned(tx, mails);
  if (reachable.length === 0) return;
  const data = { template, audience: 'CUSTOMER', status: 'WRITTEN', createdAt: at, nextTryAt: at } as const;
  await tx.mail.createMany({ data: reachable.map((mail) => ({ ...mail, ...data })) });
}

/** Without those to addresses whose mails come back, or that want no mails that nobody needs. */
async function withoutReturned(tx: Tx, mails: Notice[]): Promise<Notice[]> {
  const addresses = mails.map(({ recipient }) => recipient);
  const rows = await tx.$queryRaw<{ address: string }[]>`
    SELECT a.address FROM unnest(${addresses}::text[]) AS a(address) WHERE address_returned(a.address) IS NOT NULL`;
  const returned = new Set(rows.map(({ address }) => address));
  const unsubscribed = await whoUnsubscribed(tx, { hashes: addresses.map(addressHash) });
  return mails.filter(({ recipient }) => !returned.has(recipient) && !unsubscribed.has(addressHash(recipient)));
}

/** Removes the mails to an address that are about no order. */
export async function forgetNotices(tx: Db | Tx, { recipient }: { recipient: string }): Promise<void> {
  await tx.mail.deleteMany({ where: { recipient, sessionId: null, audience: 'CUSTOMER' } });
}

/** Removes those that were written before a time. */
export async function removeOldNotices(db: Db, { before }: { before: Date }): Promise<void> {
  await db.mail.deleteMany({ where: { sessionId: null, audience: 'CUSTOMER', createdAt: { lt: before } } });
}
