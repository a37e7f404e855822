import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../prisma/migrate';
import { startPostgres } from '../../sandbox/postgres';
import { findTemporal, findTestServer } from '../../sandbox/temporal-binaries';
import { onServer, TEMPLATE } from './database';

/**
 * One PostgreSQL for the whole run with a migrated template, from which each test copies a database of its own; and
 * Temporal's programs, fetched here so that no test has to wait for them.
 */
export default async function setUp(): Promise<void> {
  const log = (line: string) => console.log(line);
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const postgres = await startPostgres({ dataDir, disposable: true });
  process.env.TEST_POSTGRES_URL = postgres.url;
  process.env.TEST_FOLDER = dataDir;
  globalThis.testServices = { dataDir, postgres };
  await onServer((client) => client.query(`CREATE DATABASE ${TEMPLATE}`));
  const template = new URL(postgres.url);
  template.pathname = TEMPLATE;
  await migrate(template.href);
  await Promise.all([findTemporal(log), findTestServer(log)]);
}

declare global {
  var testServices: { dataDir: string; postgres: Awaited<ReturnType<typeof startPostgres>> } | undefined;
}
