import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { runScript } from '../platform/script';
import { withSecrets } from '../platform/secret-files';
import { whyNotThroughPooler } from '../store/pooler';
import { connected, untilAlone } from './connected';
import {
  type AppliedMigration,
  inTransaction,
  type Migration,
  originOfUnknown,
  readMigrations,
  whyNotMigrate,
} from './migrations';
import { grantRolesAgain, rolesIn } from './roles';

/**
 * Brings a database to the current schema: under an advisory lock, each migration that is missing runs in a
 * transaction of its own, together with its row in Prisma's `_prisma_migrations`. `npx prisma migrate deploy`
 * continues from wherever this stopped, and the other way round. Safe to repeat; several at once wait for each other.
 * Safe beside running processes: a migration that waits for a lock gives up after a second and tries again, so
 * that shoppers never queue behind it.
 *
 * @returns the names of the migrations it applied; none when the database was up to date
 * @throws a sentence for people when the database does not fit these migrations, or when one fails (it is rolled back)
 */
export async function migrate(
  databaseUrl: string,
  log: (line: string) => void = () => {},
  migrations = readMigrations(),
): Promise<string[]> {
  return connected(databaseUrl, async (client) => {
    const pooled = await whyNotThroughPooler(databaseUrl);
    if (pooled !== null) throw new Error(pooled);
    await untilAlone(client, 'connection ends');
    await client.query(TABLE);
    const applied = await readApplied(client);
    const why = whyNotMigrate(migrations, applied);
    if (why !== null) throw new Error(why);
    const missing = missingFrom(applied, migrations);
    for (const migration of missing) {
      await (inTransaction(migration) ? applyPatiently(client, migration, log) : applyAlone(client, migration));
      log(`applied ${migration.name}`);
    }
    return missing.map(({ name }) => name);
  });
}

/**
 * Whether a database was set up by migrations that Holdfast no longer has, so that nothing leads from it to the
 * current schema.
 */
export async function hasEarlierLayout(databaseUrl: string): Promise<boolean> {
  return connected(databaseUrl, async (client) => {
    const { rows } = await client.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists");
    return rows[0].exists && originOfUnknown(readMigrations(), await readApplied(client)) === 'earlier';
  });
}

/** How a database stands to these migrations. Changes nothing. */
export interface SchemaState {
  /** Why they cannot be applied, as `whyNotMigrate` says it. */
  refusal: string | null;
  /** The names of those that are still to be applied. */
  missing: string[];
}

export async function readSchemaState(databaseUrl: string, migrations = readMigrations()): Promise<SchemaState> {
  return connected(databaseUrl, async (client) => {
    const { rows } = await client.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists");
    const applied = rows[0].exists ? await readApplied(client) : [];
    const missing = missingFrom(applied, migrations).map(({ name }) => name);
    return { refusal: whyNotMigrate(migrations, applied), missing };
  });
}

const missingFrom = (applied: AppliedMigration[], migrations: Migration[]): Migration[] =>
  migrations.filter(({ name }) => !applied.some((row) => row.name === name && row.finished));

async function readApplied(client: Client): Promise<AppliedMigration[]> {
  const { rows } = await client.query<AppliedMigration>(`
    SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
    FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name`);
  return rows;
}

/**
 * Applies a migration in a transaction. If it cannot have a lock within LOCK_TIMEOUT it is rolled back and tried again:
 * every statement that came after it waits as long as it does.
 */
async function applyPatiently(client: Client, migration: Migration, log: (line: string) => void): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await applyAtOnce(client, migration);
    } catch (error) {
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE || tries === TRIES)
        throw failed(migration, 'failed and was rolled back', error);
      log(`${migration.name} waits for a lock that is in use; trying again`);
      await pause(PAUSE_MS);
    }
  }
}

const LOCK_TIMEOUT = '1s';
const LOCK_NOT_AVAILABLE = '55P03';
const TRIES = 60;
const PAUSE_MS = 1_000;

async function applyAtOnce(client: Client, { name, sql, sha256 }: Migration): Promise<void> {
  const id = randomUUID();
  try {
    await client.query(`BEGIN; SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    await client.query(START, [id, sha256, name]);
    await client.query(sql);
    await client.query(END, [id]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/**
 * Applies the one statement of a file that PostgreSQL refuses in a transaction. If it fails or is killed, its row stays
 * unfinished, and the next run starts it again: the row is marked as rolled back, and an index that was not completed
 * is dropped.
 */
async function applyAlone(client: Client, migration: Migration): Promise<void> {
  const { name, sql, sha256 } = migration;
  const id = randomUUID();
  try {
    await client.query(GIVE_UP, [name]);
    await dropUnfinishedIndex(client, sql);
    await client.query(START, [id, sha256, name]);
    await client.query(sql);
    await client.query(END, [id]);
  } catch (error) {
    throw failed(migration, 'failed', error);
  }
}

/** A concurrent build that failed leaves an index that is kept up to date but never read, under the same name. */
async function dropUnfinishedIndex(client: Client, sql: string): Promise<void> {
  const name = /\bINDEX\s+CONCURRENTLY\s+IF\s+NOT\s+EXISTS\s+"?(\w+)"?/i.exec(sql)?.[1];
  if (name === undefined) return;
  const { rows } = await client.query(
    'SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(quote_ident($1)) AND NOT indisvalid',
    [name],
  );
  if (rows.length > 0) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS "${name}"`);
}

const failed = ({ name }: Migration, outcome: string, error: unknown): Error =>
  new Error(`The migration ${name} ${outcome}: ${(error as Error).message}`, { cause: error });

// `_prisma_migrations` as Prisma 7 makes it and reads it.
const TABLE = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;
const START =
  'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ($1, $2, $3, clock_timestamp())';
const GIVE_UP =
  'UPDATE _prisma_migrations SET rolled_back_at = clock_timestamp() WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL';
const END = 'UPDATE _prisma_migrations SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE id = $1';

async function main(): Promise<void> {
  const env = withSecrets(process.env);
  const url = env.DATABASE_URL;
  if (!url) throw new Error('DATABASE_URL is not set: which database is to be migrated?');
  const applied = await migrate(url, console.log);
  console.log(
    applied.length > 0 ? 'The database is at the current schema.' : 'The database was at the current schema already.',
  );
  const { names, excess } = await grantRolesAgain(url, rolesIn(env));
  if (names.length > 0) console.log(`These roles have the rights that their programs need: ${names.join(', ')}.`);
  for (const sentence of excess) console.warn(`Warning: ${sentence}`);
}

if (require.main === module) runScript(main);
