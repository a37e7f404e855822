import { createServer, type Server } from 'node:http';
import type { Client } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import type { Registry } from 'prom-client';
import type { Deps } from '../activities/deps';
import type { Env } from '../platform/env';
import { answers, searchAttributesCheck, temporalAnswers } from '../platform/readiness';
import { ping } from '../store/ping';

interface HealthConfig {
  env: Pick<Env, 'HOST' | 'WORKER_PORT'>;
  deps: Pick<Deps, 'db'>;
  temporal: Client;
  registry: Registry;
  /** The metrics of Temporal's SDK, as text. */
  sdkMetrics: () => Promise<string>;
  /** The workers that are polling. */
  running: ReadonlySet<Pick<Worker, 'getState'>>;
  /** Whether the process was asked to stop. */
  stopping: () => boolean;
}

/** Serves the worker's `/healthz`, `/readyz` and `/metrics`. Rejects if the port is taken. */
export function serveHealth(config: HealthConfig): Promise<Server> {
  const { env, registry, sdkMetrics } = config;
  const ready = readiness(config);
  const routes: Record<string, () => Promise<{ status: number; type: string; body: string }>> = {
    '/healthz': async () => json(200, { status: 'ok' }),
    '/readyz': async () => {
      const checks = await ready();
      return json(Object.values(checks).every((check) => check === 'ok') ? 200 : 503, { checks });
    },
    '/metrics': async () => {
      const [ours, sdk] = await Promise.all([registry.metrics(), sdkMetrics()]);
      return { status: 200, type: registry.contentType, body: `${ours}${sdk}` };
    },
  };
  const server = createServer(async (req, res) => {
    const answer = routes[(req.url ?? '').split('?')[0] ?? ''];
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

function readiness({ deps, temporal, running, stopping }: HealthConfig) {
  const searchAttributes = searchAttributesCheck(temporal);
  return async () => {
    if (stopping()) return { database: 'stopping', temporal: 'stopping', search_attributes: 'stopping' };
    const [database, reachable, search_attributes] = await Promise.all([
      answers(ping(deps.db)),
      temporalAnswers(temporal),
      searchAttributes(),
    ]);
    // A worker goes on `RUNNING` while its server is away: it tries to poll again and again.
    return { database, temporal: reachable === 'ok' && polling(running) ? 'ok' : 'down', search_attributes };
  };
}

const polling = (running: HealthConfig['running']): boolean =>
  running.size === 2 && [...running].every((worker) => worker.getState() === 'RUNNING');
