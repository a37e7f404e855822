import { createServer, type Server } from 'node:http';
import type { Worker } from '@temporalio/worker';
import type { Registry } from 'prom-client';
import type { Deps } from '../activities/deps';
import type { Env } from '../platform/env';
import { within } from '../platform/within';
import { ping } from '../store/ping';

/** A database that takes longer than this to answer counts as down. */
const CHECK_MS = 2_000;

interface HealthConfig {
  env: Env;
  deps: Deps;
  registry: Registry;
  /** The workers that are polling. */
  running: ReadonlySet<Worker>;
}

/** Serves the worker's `/healthz`, `/readyz` and `/metrics`. Rejects if the port is taken. */
export function serveHealth({ env, deps, registry, running }: HealthConfig): Promise<Server> {
  const answers: Record<string, () => Promise<{ status: number; type: string; body: string }>> = {
    '/healthz': async () => json(200, { status: 'ok' }),
    '/readyz': async () => {
      const checks = { database: await databaseAnswers(deps), temporal: polling(running) ? 'ok' : 'down' };
      return json(checks.database === 'ok' && checks.temporal === 'ok' ? 200 : 503, { checks });
    },
    '/metrics': async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
  };
  const server = createServer(async (req, res) => {
    const answer = answers[(req.url ?? '').split('?')[0] ?? ''];
    const { status, type, body } = answer
      ? await answer()
      : json(404, { status: 404, code: 'not_found', title: 'Not found' });
    res.writeHead(status, { 'content-type': type }).end(body);
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'another process listens there; stop it or set WORKER_PORT' : error.message;
      reject(new Error(`Cannot listen on ${env.HOST}:${env.WORKER_PORT}: ${why}.`));
    });
    server.listen(env.WORKER_PORT, env.HOST, () => resolve(server));
  });
}

const json = (status: number, body: unknown) => ({ status, type: 'application/json', body: JSON.stringify(body) });

const polling = (running: ReadonlySet<Worker>): boolean =>
  running.size === 2 && [...running].every((worker) => worker.getState() === 'RUNNING');

const databaseAnswers = ({ db }: Deps): Promise<'ok' | 'down'> =>
  within(CHECK_MS, ping(db), () => new Error('no answer')).then(
    () => 'ok' as const,
    () => 'down' as const,
  );
