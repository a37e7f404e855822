import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { msToTs, tsToMs } from '@temporalio/common/lib/time';
import { RETENTION_MS } from '../messages/policies';
import { SEARCH_ATTRIBUTES } from '../messages/search-attributes';
import { freePort, isBusy } from '../platform/ports';
import { type Guarded, startGuarded } from './guard';
import { lastLines } from './logs';
import { findTemporal } from './temporal-binaries';

export interface TemporalOptions {
  /** The folder for histories, which a second start keeps. Without it they are kept in memory. */
  dataDir?: string;
  /** Default: a free port. */
  port?: number;
  /** The UI's port. Default: a free port. `false` for no UI. */
  uiPort?: number | false;
  namespace: string;
  /** The log file of the server. */
  logFile: string;
  /** Called when something takes a while. */
  log?: (line: string) => void;
}

export interface Temporal {
  address: string;
  uiUrl: string;
  namespace: string;
  process: Guarded;
  stop(): Promise<void>;
}

/**
 * Starts Temporal's development server on the loopback interface, with its UI and Holdfast's search attributes, and
 * waits until it answers.
 *
 * It has the limits of one small cluster: at most 10 list requests a second, and everything in one SQLite file.
 *
 * @throws when a port is taken or the server does not come up (with the end of its log)
 */
export async function startTemporal(options: TemporalOptions): Promise<Temporal> {
  const { namespace, logFile, log = () => {} } = options;
  const program = await findTemporal(log);
  for (const port of [options.port, options.uiPort]) {
    if (typeof port === 'number' && (await isBusy(port))) throw new Error(`Port ${port} is in use; Temporal needs it.`);
  }
  const port = options.port ?? (await freePort());
  const uiPort = options.uiPort === false ? undefined : (options.uiPort ?? (await freePort()));
  const server = await startGuarded(program, serverArguments({ ...options, port, uiPort }), {
    log: logFile,
    env: withoutTemporal(),
  });
  const address = `127.0.0.1:${port}`;
  await answering(server, address, namespace, logFile);
  return {
    address,
    uiUrl: uiPort === undefined ? '' : `http://127.0.0.1:${uiPort}`,
    namespace,
    process: server,
    stop: async () => {
      await server.stop();
    },
  };
}

/**
 * The values of `--search-attribute`. The server creates missing attributes at start and leaves existing ones alone.
 */
const searchAttributes = Object.values(SEARCH_ATTRIBUTES).map(
  ({ name, type }) => `${name}=${TypedSearchAttributes.toMetadataType(type)}`,
);

const START_TIMEOUT_MS = 60_000;

type Arguments = Pick<TemporalOptions, 'dataDir' | 'namespace'> & { port: number; uiPort: number | undefined };

function serverArguments({ dataDir, namespace, port, uiPort }: Arguments): string[] {
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  return [
    ...[
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--namespace',
      namespace,
      '--log-level',
      'warn',
    ],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
    ...(dataDir === undefined ? [] : ['--db-filename', join(resolve(dataDir), 'temporal.db')]),
    ...searchAttributes.flatMap((attribute) => ['--search-attribute', attribute]),
    ...Object.entries(dynamicConfig).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]),
  ];
}

const dynamicConfig = {
  // With one partition instead of four, the p99 of the time a task waits is less than half, on one machine.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'frontend.enableServerVersionCheck': false,
  // A stopping worker's polls are answered before it goes. Otherwise a task that was just handed to such a poll is lost
  // until its heartbeat time-out (the SDK drops the poll; `worker_poll_complete_on_shutdown` in its core).
  'frontend.enableCancelWorkerPollsOnShutdown': true,
};

/** The program itself reads the variables by which clients find their server. */
const withoutTemporal = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));

async function answering(server: Guarded, address: string, namespace: string, logFile: string): Promise<void> {
  let ended = false;
  void server.exited.then(() => {
    ended = true;
  });
  // Loaded while the server starts.
  const { Connection } = require('@temporalio/client') as typeof import('@temporalio/client');
  for (const deadline = Date.now() + START_TIMEOUT_MS; ; await setTimeout(50)) {
    if (ended) throw new Error(`Temporal did not start.\n${lastLines(logFile)}`);
    let connection: Connection | undefined;
    try {
      connection = await Connection.connect({ address, connectTimeout: 1_000 });
      await keepLonger(connection, namespace);
      return;
    } catch (error) {
      if (Date.now() < deadline) continue;
      await server.stop();
      throw new Error(`Temporal does not answer: ${(error as Error).message}\n${lastLines(logFile)}`);
    } finally {
      await connection?.close();
    }
  }
}

/** The development server keeps histories for a day. */
async function keepLonger({ workflowService }: Connection, namespace: string): Promise<void> {
  const { config } = await workflowService.describeNamespace({ namespace });
  if (tsToMs(config?.workflowExecutionRetentionTtl) === RETENTION_MS) return;
  await workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: msToTs(RETENTION_MS) },
  });
}
