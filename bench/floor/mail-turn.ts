import type { QueryConfig } from 'pg';
import { sessionId } from '../../domain/ids';
import { Prisma } from '../../prisma/generated/client';
import { columnsForMail } from '../../store/mails/order';

/** What mails of an order are made from, and which of these are written: the product's own statement, prepared. */
export function mailTurn(session: string, keys: string[]): QueryConfig {
  const { text, values } = Prisma.sql`
    SELECT ${columnsForMail(sessionId(session))} AS order,
      (SELECT coalesce(jsonb_agg(to_jsonb(m)), '[]') FROM mails m WHERE m.key = ANY(${keys}::text[])) AS mails`;
  return { name: 'turn', text, values };
}
