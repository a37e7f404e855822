import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '../store/database';

/** A mail is marked a moment after it is handed over. */
const SETTLED_MS = 10_000;

/** Fails unless there are this many orders of a download, all completed, each with a grant and two mails sent. */
export async function requireSold(db: Db, sku: string, total: number): Promise<void> {
  for (const until = performance.now() + SETTLED_MS; ; await pause(50)) {
    const [counts] = await db.$queryRaw<[Record<'opened' | 'completed' | 'grants' | 'mails', number>]>`
      WITH bought AS (
        SELECT session_id, status, payment_status FROM orders JOIN order_items i USING (session_id) WHERE i.sku = ${sku}
      )
      SELECT count(*)::int AS opened,
        count(*) FILTER (WHERE status = 'COMPLETED' AND payment_status = 'PAID')::int AS completed,
        (SELECT count(*)::int FROM download_grants JOIN bought USING (session_id)) AS grants,
        (SELECT count(*)::int FROM mails m JOIN bought USING (session_id) WHERE m.status = 'SENT') AS mails
      FROM bought`;
    const { opened, completed, grants, mails } = counts;
    if (opened === total && completed === total && grants === total && mails === 2 * total) return;
    if (performance.now() > until) throw new Error(`of ${total} orders: ${JSON.stringify(counts)}`);
  }
}

/** Fails unless both send the same two mails, but for what is the order's own: its number, session, grant and day. */
export async function requireSameMails(sku: string, one: Db, other: Db): Promise<void> {
  const ours = await mailsOfOne(one, sku);
  const theirs = await mailsOfOne(other, sku);
  if (ours !== theirs) throw new Error(`the mails differ:\n${ours}\n${theirs}`);
}

async function mailsOfOne(db: Db, sku: string): Promise<string> {
  const { sessionId, number } = await db.order.findFirstOrThrow({ where: { items: { some: { sku } } } });
  const mails = await db.mail.findMany({
    where: { sessionId },
    orderBy: { key: 'asc' },
    select: { template: true, audience: true, recipient: true, subject: true, html: true, text: true },
  });
  return JSON.stringify(mails)
    .replaceAll(number, 'NUMBER')
    .replaceAll(sessionId, 'SESSION')
    .replaceAll(/token=SESSION\.[\w-]+/g, 'token=TOKEN')
    .replaceAll(/downloads\/[\w.-]+/g, 'downloads/TOKEN')
    .replaceAll(/\d+ \w+ \d{4} \(UTC\)/g, 'DAY');
}
