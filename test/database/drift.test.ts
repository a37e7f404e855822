import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATIONS } from '../../prisma/migrations';
import { createTestDatabase, onServer, type TestDatabase } from '../support/database';
import { migrationsList, NO_FILTERS, withSchemaEngine } from './schema-engine';

const SCHEMA = join(MIGRATIONS, '..', 'schema');

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

test('the migrations result in exactly the schema of prisma/schema', async () => {
  expect(await drift(database.url)).toBe('');
  const { rows } = await onServer((client) =>
    client.query("SELECT datname FROM pg_database WHERE datname LIKE 'prisma%'"),
  );
  expect(rows).toEqual([]);
});

test('Prisma’s own engine continues where our migrations stopped, and finds nothing to do', async () => {
  const applied = await withSchemaEngine(database.url, (engine) =>
    engine.applyMigrations({ migrationsList: migrationsList(), filters: NO_FILTERS }),
  );
  expect(applied.appliedMigrationNames).toEqual([]);
  const history = await withSchemaEngine(database.url, (engine) =>
    engine.diagnoseMigrationHistory({
      migrationsList: migrationsList(),
      optInToShadowDatabase: false,
      filters: NO_FILTERS,
    }),
  );
  expect(history).toMatchObject({ failedMigrationNames: [], editedMigrationNames: [], history: null });
});

/**
 * What prisma/schema says and the migrations do not, in words; '' when they agree. The migrations are applied to a
 * database of their own, which is dropped again.
 */
async function drift(databaseUrl: string): Promise<string> {
  const files = readdirSync(SCHEMA).map((name) => {
    const path = join(SCHEMA, name);
    return { path, content: readFileSync(path, 'utf8') };
  });
  return withSchemaEngine(databaseUrl, async (engine) => {
    const { stdout, exitCode } = await engine.diff({
      from: { tag: 'migrations', ...migrationsList() },
      to: { tag: 'schemaDatamodel', files },
      script: false,
      exitCode: true,
      filters: NO_FILTERS,
    });
    return exitCode === 0 ? '' : (stdout ?? '');
  });
}
