import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort, isBusy } from '../platform/ports';
import { type Guarded, startGuarded } from './guard';
import { lastLines } from './logs';
import { findPostgres, type Unprivileged, unprivileged } from './postgres-binaries';
import { commandLine, isAlive } from './processes';

export interface PostgresOptions {
  /** A folder of its own, for the cluster and the password. A second start in the same folder keeps the data. */
  dataDir: string;
  /** Default: a free port. */
  port?: number;
  /** The log file of the server. Default: `postgres.log` in the folder. */
  logFile?: string;
  /** True gives up durability for speed: a crash of the machine may lose data. For tests. */
  disposable?: boolean;
  /** What else the server is to be set to, or instead. */
  settings?: Record<string, string>;
  /** Called when something takes a while. */
  log?: (line: string) => void;
}

export interface Postgres {
  /** The database `holdfast`, as its owner. */
  url: string;
  port: number;
  process: Guarded;
  /** Fast shutdown: open transactions are rolled back, committed data is on disk. */
  stop(): Promise<void>;
}

const USER = 'holdfast';
const DATABASE = 'holdfast';
/** A server that crashed first replays its log, which may take a while. */
const START_TIMEOUT_MS = 60_000;

/**
 * Starts a real PostgreSQL on the loopback interface and waits until it answers.
 *
 * @throws when the port is taken, the folder is in use by a live server, or the server does not come up (with the end
 * of its log)
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { log = () => {}, disposable = false } = options;
  const dataDir = resolve(options.dataDir);
  const logFile = options.logFile ?? join(dataDir, 'postgres.log');
  const cluster = join(dataDir, 'cluster');
  const binaries = findPostgres();
  mkdirSync(dataDir, { recursive: true });
  const runAs = unprivileged([dataDir, binaries.postgres]);
  const password = keptPassword(dataDir);
  if (!existsSync(cluster)) {
    log('PostgreSQL: creating a new database cluster');
    await initialise(binaries.initdb, runAs, { path: cluster, password, logFile, disposable });
  }
  refuseFolderInUse(cluster);
  if (options.port !== undefined && (await isBusy(options.port)))
    throw new Error(`Port ${options.port} is in use; PostgreSQL needs it.`);

  const port = options.port ?? (await freePort());
  const server = await run(runAs, binaries.postgres, ['-D', cluster, ...settings(port, options)], logFile);
  const url = (database: string) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;
  await answering(server, url('postgres'), logFile);
  await ensureDatabase(url('postgres'));
  return {
    url: url(DATABASE),
    port,
    process: server,
    stop: async () => {
      await server.stop();
    },
  };
}

/** The password of the folder's cluster, created at the first start. */
function keptPassword(dataDir: string): string {
  const file = join(dataDir, 'password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

interface Cluster {
  path: string;
  password: string;
  logFile: string;
  disposable: boolean;
}

async function initialise(initdb: string, runAs: Unprivileged, cluster: Cluster): Promise<void> {
  // Created beside its final place and moved when complete, so that a kill halfway leaves nothing that looks like a
  // cluster.
  const draft = `${cluster.path}.new`;
  const passwordFile = `${cluster.path}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, cluster.password, { mode: 0o600 });
  if (runAs.owner) for (const path of [draft, passwordFile]) chownSync(path, runAs.owner.uid, runAs.owner.gid);
  const args = [
    `--pgdata=${draft}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--no-instructions',
    // The locale is built into PostgreSQL, so that the order of strings does not depend on the machine.
    ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(cluster.disposable ? ['--no-sync'] : []),
  ];
  const { code } = await (await run(runAs, initdb, args, cluster.logFile)).exited;
  rmSync(passwordFile);
  if (code !== 0)
    throw new Error(`PostgreSQL could not create its cluster in ${cluster.path}.\n${lastLines(cluster.logFile)}`);
  renameSync(draft, cluster.path);
}

/** The lock file of a killed server does not count, even if its process id now belongs to another program. */
function refuseFolderInUse(cluster: string): void {
  const lock = join(cluster, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  if (pid > 0 && isAlive(pid) && commandLine(pid).includes('postgres')) {
    throw new Error(
      `The database folder ${cluster} is in use by another PostgreSQL (process ${pid}). Stop it, or set DATA_DIR.`,
    );
  }
  rmSync(lock);
}

function settings(port: number, { disposable = false, settings: more }: PostgresOptions): string[] {
  const values: Record<string, string | number> = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(disposable && {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      wal_level: 'minimal',
      max_wal_senders: 0,
      autovacuum: 'off',
    }),
    ...more,
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function run(runAs: Unprivileged, binary: string, args: string[], log: string): Promise<Guarded> {
  const { command, args: words, ...user } = runAs.command(binary, args);
  // PG* variables in the environment would change what the server and initdb do.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')));
  return startGuarded(command, words, { log, stopSignal: 'SIGINT', env: { ...env, LC_ALL: 'C' }, ...user });
}

async function answering(server: Guarded, url: string, logFile: string): Promise<void> {
  let ended = false;
  void server.exited.then(() => {
    ended = true;
  });
  for (const deadline = Date.now() + START_TIMEOUT_MS; ; await setTimeout(30)) {
    if (ended) throw new Error(`PostgreSQL did not start.\n${lastLines(logFile)}`);
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (Date.now() < deadline) continue;
      await server.stop();
      throw new Error(`PostgreSQL does not answer: ${(error as Error).message}\n${lastLines(logFile)}`);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
