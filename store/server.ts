import { Client } from 'pg';
import type { Db } from './database';

/** What the database's server says about itself, and about the connection that asked. */
export interface ServerState {
  /** As `18.4`. */
  version: string;
  /** Its clock, in milliseconds since the epoch. */
  now: number;
  /** How many connections our role may have in all, and how many clients of any kind have one now. */
  connections: { limit: number; used: number };
}

/** One round trip, to a server that need not have been migrated. */
export async function readServer(db: Db): Promise<ServerState> {
  const [row] = await db.$queryRaw<[{ version: string; now: Date; limit: number; used: number }]>`
    SELECT current_setting('server_version') AS version, clock_timestamp() AS now,
      least(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
          - coalesce(current_setting('reserved_connections', true)::int, 0),
        (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
        (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database())
      ) AS limit,
      (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used`;
  const { version, now, limit, used } = row;
  // A distribution may add its own name after a space.
  return { version: version.replace(/ .*/, ''), now: now.getTime(), connections: { limit, used } };
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
