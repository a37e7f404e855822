import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Client } from 'pg';
import { shownBy } from '../platform/certificates';
import { type Db, SESSION } from './database';

/** A limit of connections, and how many of those that count against it are open. */
export interface ConnectionLimit {
  of: 'server' | 'role' | 'database';
  limit: number;
  used: number;
}

/** What the database's server says about itself, and about the connection that asked. */
export interface ServerState {
  /** As `18.4`. */
  version: string;
  /** Its clock, in milliseconds since the epoch. */
  now: number;
  /** Every limit that holds for us. */
  limits: ConnectionLimit[];
}

/** One round trip, to a server that need not have been migrated. */
export async function readServer(db: Db): Promise<ServerState> {
  // Of what others do, a role sees the database and the name, and hardly anything else. Clients have both.
  const [row] = await db.$queryRaw<[{ version: string; now: Date; limits: ConnectionLimit[] }]>`
    WITH open AS (SELECT datname, usename FROM pg_stat_activity WHERE datid IS NOT NULL AND usesysid IS NOT NULL)
    SELECT current_setting('server_version') AS version, clock_timestamp() AS now, (
      SELECT jsonb_agg(jsonb_build_object('of', of, 'limit', allowed, 'used', used)) FROM (
        SELECT 'server' AS of, current_setting('max_connections')::int
            - current_setting('superuser_reserved_connections')::int
            - coalesce(current_setting('reserved_connections', true)::int, 0) AS allowed,
          (SELECT count(*)::int FROM open) AS used
        UNION ALL SELECT 'role', rolconnlimit, (SELECT count(*)::int FROM open WHERE usename = rolname)
          FROM pg_roles WHERE rolname = current_user AND rolconnlimit >= 0
        UNION ALL SELECT 'database', datconnlimit, (SELECT count(*)::int FROM open WHERE open.datname = d.datname)
          FROM pg_database d WHERE datname = current_database() AND datconnlimit >= 0
      ) AS limits) AS limits`;
  const { version, now, limits } = row;
  // A distribution may add its own name after a space.
  return { version: version.replace(/ .*/, ''), now: now.getTime(), limits };
}

/**
 * When the certificate that the server shows to a connection ends; null if the connection is not encrypted. Rejects if
 * the server does not answer or its certificate is refused, with the code `CERT_HAS_EXPIRED` for one that has ended.
 */
export async function certificateEnd(url: string): Promise<Date | null> {
  const client = new Client({ connectionString: url, ...SESSION });
  client.on('error', () => {});
  try {
    await client.connect();
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    return stream instanceof TLSSocket ? shownBy(stream).ends : null;
  } finally {
    await client.end().catch(() => {});
  }
}

/** How a connection is made to an address: to which host, over TLS or not, and whether its certificate is checked. */
export function connectionOf(url: string): { host: string; tls: 'none' | 'unchecked' | 'checked' } {
  const { host, ssl } = new Client({ connectionString: url }) as { host: string; ssl: unknown };
  if (!ssl) return { host, tls: 'none' };
  return {
    host,
    tls: (ssl as { rejectUnauthorized?: boolean }).rejectUnauthorized === false ? 'unchecked' : 'checked',
  };
}
