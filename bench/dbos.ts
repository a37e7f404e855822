import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../platform/ports';
import { migrate } from '../prisma/migrate';
import { Program } from '../sandbox/program';
import { connectDatabase, type Db } from '../store/database';
import type { System } from './system';
import { variables } from './variables';

/** The same work on DBOS: one process, and a database of its own on the same server. */
export interface Dbos {
  program: Program;
  db: Db;
  stop(): Promise<void>;
}

const FOLDER = join(__dirname, 'peers', 'dbos');
const DATABASE = 'dbos';

/** Starts `bench/peers/dbos` beside the system, with Holdfast's schema in its database. Installs it the first time. */
export async function startDbos({ db: holdfast, postgres, temporal, world }: System): Promise<Dbos> {
  if (!existsSync(join(FOLDER, 'node_modules'))) execFileSync('npm', ['ci'], { cwd: FOLDER, stdio: 'inherit' });
  await holdfast.$executeRawUnsafe(`CREATE DATABASE ${DATABASE}`);
  const url = new URL(postgres.url);
  url.pathname = DATABASE;
  await migrate(url.href);
  const port = await freePort();
  const parts = { databaseUrl: url.href, temporalAddress: temporal.address, worldUrl: world.url };
  const logFolder = mkdtempSync(join(tmpdir(), 'holdfast-bench-dbos-'));
  const env = { ...variables(parts), PORT: String(port) };
  const program = new Program({ name: 'dbos', entry: 'bench/peers/dbos/main.ts', port, env, logFolder });
  await program.start();
  const db = connectDatabase(url.href, 2);
  const stop = async () => {
    await db.$disconnect();
    await program.kill9();
    rmSync(logFolder, { recursive: true, force: true });
  };
  return { program, db, stop };
}

/**
 * Fails unless DBOS has run as many orders to their end, each with every step written down: three statements, the
 * mails, the event, the message, and the time by which it had to come.
 */
export async function requireDurable({ db }: Dbos, orders: number): Promise<void> {
  for (const until = performance.now() + SETTLED_MS; ; await pause(50)) {
    const rows = await db.$queryRaw<{ status: string; steps: string; count: number }[]>`
      SELECT w.status, w.steps, count(*)::int AS count
      FROM (SELECT w.status, (SELECT string_agg(s.function_name, ' ' ORDER BY s.function_id)
              FROM dbos.operation_outputs s WHERE s.workflow_uuid = w.workflow_uuid) AS steps
            FROM dbos.workflow_status w) w
      GROUP BY 1, 2`;
    const [all] = rows;
    if (rows.length === 1 && all?.status === 'SUCCESS' && all.steps === STEPS && all.count === orders) return;
    if (performance.now() > until) throw new Error(`of ${orders} orders on DBOS: ${JSON.stringify(rows)}`);
  }
}

/** The last orders end a moment after their mails are marked. */
const SETTLED_MS = 5_000;
const STEPS = 'open DBOS.setEvent DBOS.recv DBOS.sleep confirm commit mail';
