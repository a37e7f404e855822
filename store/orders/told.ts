import type { SessionId } from '../../domain/ids';
import { Prisma } from '../../prisma/generated/client';
import { type CorrectionColumns, toldCorrections } from '../customers/contact';
import type { Db } from '../database';
import { type ToldColumns, toldRefunds } from '../refunds/told';

/** What the part of a statement that `told` makes says of an order: what others than its workflow did to it. */
export interface Told {
  refunds: ToldColumns[];
  corrections: CorrectionColumns[];
}

export const told = (sessionId: SessionId): Prisma.Sql =>
  Prisma.sql`jsonb_build_object('refunds', ${toldRefunds(sessionId)}, 'corrections', ${toldCorrections(sessionId)})`;

/** What an order's earlier runs have told, and what others than its workflow did to it. */
export async function readTold(db: Db, sessionId: SessionId): Promise<Told & { story: StoryColumns[] }> {
  const [row] = await db.$queryRaw<[{ told: Told; story: StoryColumns[] }]>`
    SELECT ${told(sessionId)} AS told, ${story(sessionId)} AS story`;
  return { ...row.told, story: row.story };
}

/** An entry of the timeline. The time is a string. */
export interface StoryColumns {
  text: string;
  at: string;
}

/**
 * The entries of the timeline whose words hold no personal data and nothing that people or Stripe wrote, the latest
 * thirty, oldest first. Refunds and corrections are told from their own rows.
 */
const story = (sessionId: SessionId): Prisma.Sql => Prisma.sql`(
  SELECT coalesce(jsonb_agg(jsonb_build_object('text', t.message, 'at', t.at) ORDER BY t.id), '[]')
  FROM (SELECT * FROM timeline WHERE session_id = ${sessionId} AND type IN (${Prisma.join(SAFE_TYPES)})
    ORDER BY id DESC LIMIT 30) t)`;

const SAFE_TYPES = [
  ...['opened', 'committed', 'shipped', 'returned', 'replaced', 'completed', 'released', 'hold', 'release'],
  ...['cancel', 'cancelled', 'dispute', 'review', 'fraud-warning'],
];
