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

export async function readTold(db: Db, sessionId: SessionId): Promise<Told> {
  const [row] = await db.$queryRaw<[{ told: Told }]>`SELECT ${told(sessionId)} AS told`;
  return row.told;
}
