import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withSchemaEngine } from './schema-engine';

/**
 * Brings a database to the current schema with Prisma's own schema engine. It writes Prisma's own `_prisma_migrations`, so
 * `npx prisma migrate deploy` goes on from wherever this stopped, and the other way round. Safe to repeat; several at once wait for each
 * other.
 *
 * @returns the names of the migrations it applied; none when the database was up to date
 * @throws with PostgreSQL's words when a migration fails; what that migration did is rolled back
 */
export async function migrate(databaseUrl: string, log: (line: string) => void = () => {}): Promise<string[]> {
  return withSchemaEngine(databaseUrl, async (engine, connection) => {
    // Held until the connection ends. The number is the one that Prisma's command line takes.
    await connection.query('SELECT pg_advisory_lock(72707369)');
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: migrations(),
      filters: NO_FILTERS,
    });
    for (const name of appliedMigrationNames) log(`applied ${name}`);
    return appliedMigrationNames;
  });
}

/**
 * What prisma/schema/ says and the migrations do not, in words; '' when they agree. The migrations are played in a database of its own,
 * which is dropped again.
 *
 * @param databaseUrl any database of a server on which databases may be made
 */
export async function drift(databaseUrl: string): Promise<string> {
  const folder = join(FOLDER, 'schema');
  const files = readdirSync(folder).map((name) => {
    const path = join(folder, name);
    return { path, content: readFileSync(path, 'utf8') };
  });
  return withSchemaEngine(databaseUrl, async (engine) => {
    const { stdout, exitCode } = await engine.diff({
      from: { tag: 'migrations', ...migrations() },
      to: { tag: 'schemaDatamodel', files },
      script: false,
      exitCode: true,
      filters: NO_FILTERS,
    });
    return exitCode === 0 ? '' : (stdout ?? '');
  });
}

const FOLDER = sourceFolder();
const NO_FILTERS = { externalTables: [], externalEnums: [] };

/** The compiled program runs from dist/, its SQL stays where it was written. */
function sourceFolder(): string {
  const beside = join(__dirname, 'migrations');
  return existsSync(beside) ? __dirname : join(process.cwd(), 'prisma');
}

function migrations() {
  const baseDir = join(FOLDER, 'migrations');
  const read = (path: string) => readFileSync(join(baseDir, path), 'utf8');
  const folders = readdirSync(baseDir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: read('migration_lock.toml') },
    shadowDbInitScript: '',
    migrationDirectories: folders
      .map(({ name }) => name)
      .sort()
      .map((path) => ({
        path,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok' as const, value: read(join(path, 'migration.sql')) },
        },
      })),
  };
}

async function main(): Promise<void> {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error('DATABASE_URL is not set: which database is to be migrated?');
  const applied = await migrate(url, console.log);
  console.log(
    applied.length > 0 ? 'The database is at the current schema.' : 'The database was at the current schema already.',
  );
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
