import { Client } from 'pg';
import { drift, migrate } from '../../prisma/migrate';
import { createTestDatabase, onServer, type TestDatabase } from '../support/database';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

async function tables(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
  await client.end();
  return rows.map(({ tablename }) => tablename as string);
}

test('a test database has the current schema', async () => {
  expect(await tables(database.url)).toContain('orders');
  expect(await migrate(database.url)).toEqual([]);
});

test('several processes migrate an empty database at once, and each migration is applied once', async () => {
  const empty = new URL(database.url);
  empty.pathname = `${empty.pathname}_empty`;
  const name = empty.pathname.slice(1);
  await onServer((client) => client.query(`CREATE DATABASE ${name}`));
  try {
    const [first, second] = await Promise.all([migrate(empty.href), migrate(empty.href)]);
    const applied = [...first, ...second];
    expect(applied.length).toBeGreaterThan(0);
    expect(new Set(applied).size).toBe(applied.length);
    expect(await tables(empty.href)).toEqual(await tables(database.url));
  } finally {
    await onServer((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
});

test('the migrations result in exactly the schema of prisma/schema', async () => {
  expect(await drift(database.url)).toBe('');
  const { rows } = await onServer((client) =>
    client.query("SELECT datname FROM pg_database WHERE datname LIKE 'prisma%'"),
  );
  expect(rows).toEqual([]);
});
