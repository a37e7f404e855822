import type { SessionId } from '../../domain/ids';
import { RECOVERY_MAIL, UNSUBSCRIBED, unsentKey } from '../../domain/mail';
import { addressHash } from '../../platform/links';
import type { Db, Tx } from '../database';
import { lockOrder, note } from '../orders/records';

/**
 * Remembers that an address wants no mails about expired checkouts, and stops those that have not gone out yet. Safe
 * to repeat.
 * @param hash of the address (`addressHash`)
 */
export async function unsubscribe(db: Db, { hash, at }: { hash: string; at: Date }): Promise<void> {
  await db.unsubscribedAddress.createMany({
    data: [{ addressHash: hash, unsubscribedAt: at }],
    skipDuplicates: true,
  });
  for (const mail of await unsentTo(db, hash)) await db.$transaction((tx) => stop(tx, mail, at));
}

/** Since when this address wants no mails about expired checkouts; null: it may get them. */
export async function unsubscribedSince(db: Db, address: string): Promise<Date | null> {
  const found = await db.unsubscribedAddress.findUnique({ where: { addressHash: addressHash(address) } });
  return found?.unsubscribedAt ?? null;
}

/** Which of these hashes of addresses want no such mails. */
export async function whoUnsubscribed(db: Db | Tx, { hashes }: { hashes: string[] }): Promise<ReadonlySet<string>> {
  const found = await db.unsubscribedAddress.findMany({ where: { addressHash: { in: hashes } } });
  return new Set(found.map((row) => row.addressHash));
}

interface UnsentMail {
  key: string;
  sessionId: SessionId;
}

/** Spelled as in the index `mails_about_expired`, so that no other mails are read. Few wait to be sent at any time. */
async function unsentTo(db: Db, hash: string): Promise<UnsentMail[]> {
  const unsent = await db.$queryRaw<(UnsentMail & { recipient: string })[]>`
    SELECT key, session_id AS "sessionId", recipient FROM mails
    WHERE template = 'checkout_expired' AND sent_at IS NULL AND status = 'WRITTEN' AND session_id IS NOT NULL`;
  return unsent.filter(({ recipient }) => addressHash(recipient) === hash);
}

async function stop(tx: Tx, { key, sessionId }: UnsentMail, at: Date): Promise<void> {
  if ((await lockOrder(tx, sessionId)) === null) return;
  const { count } = await tx.mail.updateMany({ where: { key, status: 'WRITTEN' }, data: { status: 'GIVEN_UP' } });
  if (count === 0) return;
  const message = `${RECOVERY_MAIL.title} not sent: ${UNSUBSCRIBED}`;
  await note(tx, sessionId, at, { type: 'mail', message, actor: 'holdfast', key: unsentKey(key) });
}
