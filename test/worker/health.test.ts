import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { connectTemporal } from '../../platform/temporal';
import { connectDatabase } from '../../store/database';
import { serveHealth } from '../../worker/health';

const polling = { getState: () => 'RUNNING' as const };
let stopping = false;
let server: Server;
const db = connectDatabase('postgres://postgres@127.0.0.1:1/nowhere', 1);
beforeAll(async () => {
  server = await serveHealth({
    env: { HOST: '127.0.0.1', WORKER_PORT: 0 },
    deps: { db },
    temporal: connectTemporal({ TEMPORAL_ADDRESS: '127.0.0.1:1' }),
    registry: new Registry(),
    sdkMetrics: async () => '',
    running: new Set([polling, { ...polling }]),
    stopping: () => stopping,
  });
});
afterAll(async () => {
  server?.close();
  await db.$disconnect();
});

async function readyz(): Promise<[number, unknown]> {
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`);
  return [answer.status, await answer.json()];
}

test('a worker that polls is not ready while Temporal or the database is away', async () => {
  expect(await readyz()).toEqual([503, { checks: { database: 'down', temporal: 'down', search_attributes: 'down' } }]);
});

test('a worker that was asked to stop is not ready', async () => {
  stopping = true;
  const checks = { database: 'stopping', temporal: 'stopping', search_attributes: 'stopping' };
  expect(await readyz()).toEqual([503, { checks }]);
});
