import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { hasEarlierLayout, migrate } from '../../prisma/migrate';
import { type Migration, readMigrations } from '../../prisma/migrations';
import { createTestDatabase, onServer, type TestDatabase } from '../support/database';
import { newFolder } from '../support/folder';
import { migrationsList, NO_FILTERS, withSchemaEngine } from './schema-engine';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const tables = async (url: string) =>
  (await query(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).flatMap(Object.values);

/** A database with nothing in it, for as long as `use` takes. */
async function withEmpty(use: (url: string) => Promise<void>): Promise<void> {
  const empty = new URL(database.url);
  empty.pathname = `empty_${randomBytes(6).toString('hex')}`;
  const name = empty.pathname.slice(1);
  await onServer((client) => client.query(`CREATE DATABASE ${name}`));
  try {
    await use(empty.href);
  } finally {
    await onServer((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
}

const migration = (name: string, sql: string): Migration => ({ name, sql, sha256: name });
const rememberAs = (name: string) => `
  INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('${name}', 'x', '${name}', now(), 1)`;

test('a test database has the current schema', async () => {
  expect(await tables(database.url)).toContain('orders');
  expect(await migrate(database.url)).toEqual([]);
});

test('two that migrate an empty database at once are safe: each migration is applied once', () =>
  withEmpty(async (url) => {
    const applied = (await Promise.all([migrate(url), migrate(url)])).flat();
    expect(applied).toEqual(readMigrations().map(({ name }) => name));
    expect(await tables(url)).toEqual(await tables(database.url));
  }));

test('the history is written as Prisma writes it', () =>
  withEmpty(async (url) => {
    await migrate(url);
    const history = `
      SELECT migration_name, checksum, finished_at >= started_at AS finished, logs, rolled_back_at, applied_steps_count
      FROM _prisma_migrations ORDER BY migration_name`;
    const columns = `
      SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
      FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`;
    await withEmpty(async (prismas) => {
      await withSchemaEngine(prismas, (engine) =>
        engine.applyMigrations({ migrationsList: migrationsList(), filters: NO_FILTERS }),
      );
      expect(await query(url, history)).toEqual(await query(prismas, history));
      expect(await query(url, columns)).toEqual(await query(prismas, columns));
      expect(await migrate(prismas)).toEqual([]);
    });
  }));

test('a migration that fails leaves nothing behind, and those before it stay', () =>
  withEmpty(async (url) => {
    const good = migration('1_good', 'CREATE TABLE good (); INSERT INTO good DEFAULT VALUES;');
    const bad = migration('2_bad', 'CREATE TABLE bad (); SELECT 1/0;');
    await expect(migrate(url, () => {}, [good, bad])).rejects.toThrow(
      'The migration 2_bad failed and was rolled back: division by zero',
    );
    expect(await tables(url)).toEqual(['_prisma_migrations', 'good']);
    expect(await migrate(url, () => {}, [good, migration('2_bad', 'CREATE TABLE mended ();')])).toEqual(['2_bad']);
  }));

describe('a file that begins with “-- no transaction”', () => {
  const table = migration('1_table', 'CREATE TABLE big (n int); INSERT INTO big VALUES (1), (1);');
  const index = migration(
    '2_index',
    '-- no transaction\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS big_n ON big (n);',
  );
  const isValid = (url: string) => query(url, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'big_n'::regclass");

  test('runs outside of one', () =>
    withEmpty(async (url) => {
      await migrate(url, () => {}, [table]);
      await query(url, 'TRUNCATE big');
      expect(await migrate(url, () => {}, [table, index])).toEqual(['2_index']);
    }));

  test('is started again after it failed or was killed; an index that was not completed is built anew', () =>
    withEmpty(async (url) => {
      const both = [table, index];
      await expect(migrate(url, () => {}, both)).rejects.toThrow('The migration 2_index failed: could not create');
      expect(await isValid(url)).toEqual([{ indisvalid: false }]);
      await expect(migrate(url, () => {}, both)).rejects.toThrow('The migration 2_index failed: could not create');
      await query(url, 'TRUNCATE big');
      expect(await migrate(url, () => {}, both)).toEqual(['2_index']);
      expect(await isValid(url)).toEqual([{ indisvalid: true }]);
      expect(await migrate(url, () => {}, both)).toEqual([]);
    }));
});

test('a migration that waits for a lock gives up in time for others, and tries again', () =>
  withEmpty(async (url) => {
    const table = migration('1_table', 'CREATE TABLE busy (n int);');
    await migrate(url, () => {}, [table]);
    const reader = new Client({ connectionString: url });
    await reader.connect();
    await reader.query('BEGIN; SELECT * FROM busy');
    let migrating: Promise<string[]> = Promise.resolve([]);
    const waited = new Promise<string>((resolve) => {
      migrating = migrate(url, resolve, [table, migration('2_column', 'ALTER TABLE busy ADD COLUMN more int;')]);
    });
    expect(await waited).toBe('2_column waits for a lock that is in use; trying again');
    expect(await query(url, 'SELECT * FROM busy')).toEqual([]); // nobody queues behind the migration
    await reader.end();
    expect(await migrating).toEqual(['2_column']);
  }));

test('a migration in a transaction that Prisma’s command line left unfinished is named', () =>
  withEmpty(async (url) => {
    const table = migration('1_table', 'CREATE TABLE big (n int);');
    await migrate(url, () => {}, [table]);
    await query(url, 'UPDATE _prisma_migrations SET finished_at = NULL');
    await expect(migrate(url, () => {}, [table])).rejects.toThrow(
      'The migration 1_table failed on this database and was not rolled back. Put the database right, mark',
    );
  }));

test('a database that does not answer is named as the reason', async () => {
  await expect(migrate('postgresql://localhost:1/none')).rejects.toThrow(
    /^The database cannot be used: connect ECONNREFUSED/,
  );
});

describe('a database that does not fit is refused with a sentence', () => {
  test('when a migration was edited after it was applied', async () => {
    await query(database.url, "UPDATE _prisma_migrations SET checksum = 'x' WHERE migration_name LIKE '%_laws'");
    await expect(migrate(database.url)).rejects.toThrow(
      'The migration 20261201000100_laws was changed after this database had applied it. Restore the file',
    );
  });

  test('when a newer version has migrated it', async () => {
    await query(database.url, rememberAs('29990101000000_later'));
    await expect(migrate(database.url)).rejects.toThrow('A newer version of Holdfast has migrated this database.');
    expect(await hasEarlierLayout(database.url)).toBe(false);
  });

  test('when it has an earlier layout: db:migrate prints the sentence, no stack, and ends with 1', async () => {
    expect(await hasEarlierLayout(database.url)).toBe(false);
    await query(database.url, rememberAs('20261101000000_tables'));
    expect(await hasEarlierLayout(database.url)).toBe(true);
    const { code, output } = await runMigrate(database.url);
    expect(code).toBe(1);
    expect(output.trim()).toBe(
      'This database has an earlier layout of Holdfast, and no migration leads from it to the current one. ' +
        'Set DATABASE_URL to a fresh database.',
    );
  });
});

/** `npm run db:migrate`, which is given the address in a file. */
function runMigrate(url: string): Promise<{ code: number; output: string }> {
  const cwd = join(__dirname, '..', '..');
  const folder = newFolder('migrate');
  const file = join(folder, 'database-url');
  writeFileSync(file, `${url}\n`);
  const env = { ...process.env, DATABASE_URL_FILE: file };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', 'prisma/migrate.ts'], { cwd, env }, (error, stdout, stderr) => {
      rmSync(folder, { recursive: true });
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}
