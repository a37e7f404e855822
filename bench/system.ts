import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { freePort } from '../platform/ports';
import { migrate } from '../prisma/migrate';
import { stopAllGuarded } from '../sandbox/guard';
import { type Postgres, startPostgres } from '../sandbox/postgres';
import { Program } from '../sandbox/program';
import { startTemporal, type Temporal } from '../sandbox/temporal';
import { connectDatabase, type Db } from '../store/database';
import { variables } from './variables';
import { World } from './world';

/** How the parts of a benchmark run: one API and one worker as users run them, and the floor's worker beside them. */
export interface System {
  api: Program;
  worker: Program;
  /** Runs the workflows of `bench/floor` on the same Temporal. */
  floor: Program;
  /** Serves the bare shape of an order over HTTP. */
  bareApi: Program;
  postgres: Postgres;
  temporal: Temporal;
  client: Client;
  db: Db;
  world: World;
  /** Starts one more program of ours, in the same environment. */
  another(name: string, entry: string, port: 'PORT' | 'WORKER_PORT', env?: Record<string, string>): Promise<Program>;
  stop(): Promise<void>;
}

/**
 * Starts everything in a folder of its own, with PostgreSQL durable and Temporal's histories on disk, as `npm start`
 * has them. Stripe and Resend answer from memory. Limits on shoppers and on calls to Stripe are out of the way.
 */
export async function startSystem(): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const started: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of started.reverse()) await end();
    await stopAllGuarded(0);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const world = await World.start();
    started.push(() => world.close());
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
    await migrate(postgres.url);
    const temporal = await startTemporal({
      ...{
        dataDir: join(folder, 'temporal'),
        uiPort: false,
        namespace: 'default',
        logFile: join(folder, 'temporal.log'),
      },
    });
    const env = variables({ databaseUrl: postgres.url, temporalAddress: temporal.address, worldUrl: world.url });
    const program = async (name: string, entry: string, port: 'PORT' | 'WORKER_PORT', more = {}) => {
      const number = await freePort();
      const settings = { ...env, ...more, [port]: String(number) };
      const one = new Program({ name, entry, port: number, env: settings, logFolder: join(folder, 'logs') });
      await one.start();
      return one;
    };
    const [api, worker, floor, bareApi] = await Promise.all([
      program('api', 'api/main.ts', 'PORT'),
      program('worker', 'worker/main.ts', 'WORKER_PORT'),
      program('floor', 'bench/floor/main.ts', 'WORKER_PORT'),
      program('bare-api', 'bench/floor/bare-api.ts', 'PORT'),
    ]);
    const connection = await Connection.connect({ address: temporal.address });
    started.push(() => connection.close());
    const db = connectDatabase(postgres.url);
    started.push(() => db.$disconnect());
    const client = new Client({ connection });
    return { api, worker, floor, bareApi, postgres, temporal, client, db, world, another: program, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
