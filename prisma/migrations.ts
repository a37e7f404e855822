import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A migration, as prisma/migrations has it. */
export interface Migration {
  name: string;
  sql: string;
  /** Of the file with the line ends of Unix, as Git stores it. */
  sha256: string;
}

/** A row of `_prisma_migrations` that was not rolled back: a migration as a database has applied it. */
export interface AppliedMigration {
  name: string;
  checksum: string;
  finished: boolean;
}

/** The compiled program runs from dist/, but its SQL stays where it was written. */
export const MIGRATIONS = join(existsSync(join(__dirname, 'migrations')) ? __dirname : 'prisma', 'migrations');

/** All migrations, in the order in which they are applied. */
export function readMigrations(): Migration[] {
  const folders = readdirSync(MIGRATIONS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).sort();
  return names.map((name) => {
    const sql = readFileSync(join(MIGRATIONS, name, 'migration.sql'), 'utf8').replaceAll('\r\n', '\n');
    return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
  });
}

/**
 * Whether a migration runs in a transaction. A file that starts with `-- no transaction` has one statement that
 * PostgreSQL refuses in one, such as CREATE INDEX CONCURRENTLY. It is written so that it can be started again.
 */
export const inTransaction = ({ sql }: Pick<Migration, 'sql'>): boolean => !sql.startsWith('-- no transaction\n');

/** Why a database cannot be migrated, in a sentence for people that says what to do; null when it can. */
export function whyNotMigrate(migrations: Migration[], applied: AppliedMigration[]): string | null {
  const canStartAgain = (name: string) =>
    migrations.some((migration) => migration.name === name && !inTransaction(migration));
  const unfinished = applied.find(({ name, finished }) => !finished && !canStartAgain(name));
  if (unfinished)
    return (
      `The migration ${unfinished.name} failed on this database and was not rolled back. Put the database right, ` +
      'mark the migration with `npx prisma migrate resolve`, and migrate again.'
    );
  const origin = originOfUnknown(migrations, applied);
  if (origin === 'earlier')
    return (
      'This database has an earlier layout of Holdfast, and no migration leads from it to the current one. ' +
      'Set DATABASE_URL to a fresh database.'
    );
  if (origin === 'newer')
    return 'A newer version of Holdfast has migrated this database. Run that version, or a later one.';
  const edited = migrations.find(({ name, sha256 }) =>
    applied.some((row) => row.name === name && row.finished && row.checksum !== sha256),
  );
  if (edited)
    return (
      `The migration ${edited.name} was changed after this database had applied it. Restore the file and write a new migration, ` +
      'or start with a fresh database.'
    );
  return null;
}

/**
 * Which version applied migrations that are not ours: a newer one, or one from before all of ours. Null when there
 * are none.
 */
export function originOfUnknown(migrations: Migration[], applied: AppliedMigration[]): 'earlier' | 'newer' | null {
  const unknown = applied.filter(({ name }) => !migrations.some((migration) => migration.name === name));
  if (unknown.length === 0) return null;
  const last = migrations.at(-1)?.name ?? '';
  return unknown.every(({ name }) => name > last) ? 'newer' : 'earlier';
}
