import type { SessionId } from '../../domain/ids';
import type { ToldEntry } from '../../domain/order-snapshot';
import { Prisma } from '../../prisma/generated/client';
import type { Db } from '../database';
import { type ToldColumns, type TriedColumns, toldRefunds, triedRefunds } from '../refunds/told';

/** What the part of a statement that `told` makes says of an order: what others than its workflow did to it. */
export interface Told {
  refunds: ToldColumns[];
  told: EntryColumns[];
  /** All refunds, if one of them has failed: what is still open of them depends on the others. */
  tried: TriedColumns[] | null;
}

/** An entry of the timeline. The time is a string. */
export type EntryColumns = Omit<ToldEntry, 'at'> & { at: string };

/**
 * The types of entries whose words hold no personal data, and nothing that people or Stripe wrote. Refunds are told
 * from their own rows.
 */
const BY_OTHERS = ['contact', 'dispute', 'review', 'fraud-warning'];
const BY_ITS_RUNS = [
  ...['opened', 'committed', 'shipped', 'returned', 'replaced', 'completed', 'released', 'hold', 'release'],
  ...['cancel', 'cancelled'],
];

/** The part of a statement that tells what others than an order's workflow did to it. */
export const told = (sessionId: SessionId, types = BY_OTHERS): Prisma.Sql =>
  Prisma.sql`jsonb_build_object('refunds', ${toldRefunds(sessionId)}, 'tried', ${triedRefunds(sessionId)},
    'told', ${entries(sessionId, types)})`;

/** What an order's earlier runs have told, too. */
export async function readTold(db: Db, sessionId: SessionId): Promise<Told> {
  const [row] = await db.$queryRaw<[{ told: Told }]>`
    SELECT ${told(sessionId, [...BY_OTHERS, ...BY_ITS_RUNS])} AS told`;
  return row.told;
}

const entries = (sessionId: SessionId, types: string[]): Prisma.Sql => Prisma.sql`(
  SELECT coalesce(jsonb_agg(jsonb_build_object('key', t.key, 'text', t.message, 'at', t.at) ORDER BY t.id), '[]')
  FROM (SELECT * FROM timeline WHERE session_id = ${sessionId} AND type IN (${Prisma.join(types)})
    ORDER BY id DESC LIMIT 30) t)`;
