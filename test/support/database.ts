import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { connectDatabase, type Db } from '../../store/database';

/** The migrated database that the others are copies of. */
export const TEMPLATE = 'template_holdfast';

export interface TestDatabase {
  url: string;
  /** Drops it, whoever is still connected. */
  drop(): Promise<void>;
}

/**
 * A database of the test's own at the current schema, empty; a copy of files, so it takes a few hundredths of a
 * second.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`));
  const url = new URL(serverUrl());
  url.pathname = name;
  return {
    url: url.href,
    drop: () => onServer(async (client) => void (await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  };
}

/** Gives a file of tests a database of its own for as long as it runs. */
export function withDatabase(connections: number, take: (db: Db) => void): void {
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const database = await createTestDatabase();
    const db = connectDatabase(database.url, connections);
    close = async () => {
      await db.$disconnect();
      await database.drop();
    };
    take(db);
  });
  afterAll(() => close?.());
}

/** Runs something as the owner of the test run's PostgreSQL. */
export async function onServer<T>(use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  const url = process.env.TEST_POSTGRES_URL;
  if (!url)
    throw new Error('There is no PostgreSQL: tests that need one run under Jest, whose global set-up starts it.');
  return url;
}
