import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SESSION } from '../../store/database';
import { startPooler } from '../database/pooler';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { until } from './shop';

let database: TestDatabase;
const running = new Set<ChildProcess>();
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => {
  for (const { pid } of running) killGroup(pid as number);
  running.clear();
});
afterAll(() => database?.drop());

/** The API's process as an operator starts it, with nothing but an environment. */
function start(
  env: Record<string, string> = {},
  [command, ...words] = [process.execPath, '--import', 'tsx', 'api/main.ts'],
) {
  const child = spawn(command as string, words, {
    cwd: join(__dirname, '..', '..'),
    detached: true,
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      STRIPE_SECRET_KEY: 'sk_test_sandbox_process',
      STRIPE_API_BASE: 'http://127.0.0.1:1',
      STRIPE_WEBHOOK_SECRET: 'whsec_process',
      RESEND_API_KEY: 're_process',
      EMAIL_FROM: 'shop@example.com',
      STAFF_EMAIL: 'staff@example.com',
      ADMIN_TOKEN: 'admin-token-of-the-process',
      SIGNING_SECRET: 'signing-secret-of-the-api-process',
      ...env,
    },
  });
  running.add(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (piece) => {
    said.out += piece;
  });
  child.stderr.on('data', (piece) => {
    said.err += piece;
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const address = async () => {
    const port = await until(async () => /"port":(\d+)/.exec(said.out)?.[1]);
    return `http://127.0.0.1:${port}`;
  };
  return { child, said, ended, address };
}

test('with ADMIN_PORT it listens on both ports, and ends both when it is asked to stop', async () => {
  const { child, ended, said } = start({ ADMIN_PORT: '0', ADMIN_URL: 'http://localhost:3100' });
  const ports = await until(async () => {
    const found = [...said.out.matchAll(/"port":(\d+)/g)].map(([, port]) => port);
    return found.length === 2 && found;
  });
  const statuses = ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).status);
  expect((await Promise.all(statuses)).sort()).toEqual([200, 404]);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('a pooler in transaction mode ends it with a sentence', async () => {
  const pooler = await startPooler(database.url, { keeps: SESSION });
  const { ended, said } = start({ DATABASE_URL: pooler.url });
  expect(await ended).toBe(1);
  expect(said.err).toMatch(/^DATABASE_URL leads through a connection pooler in transaction mode/);
  await pooler.close();
});

/** Also what its leader has left behind; that of an API which has ended is empty. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

test('starts while Temporal is down, reports it, and stops cleanly even after a second signal', async () => {
  const api = start();
  const url = await api.address();
  // The first connection to the database may take longer than a check waits, on a busy machine.
  const ready = await until(async () => {
    const answer = await fetch(`${url}/readyz`);
    expect(answer.status).toBe(503);
    const { checks } = (await answer.json()) as { checks: { database: string; temporal: string } };
    return checks.database === 'ok' && checks;
  });
  expect(ready).toEqual({ database: 'ok', temporal: 'down', search_attributes: 'down' });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/process_cpu_seconds_total\{process="api"\}/);
  const began = performance.now();
  api.child.kill('SIGTERM');
  api.child.kill('SIGTERM');
  // Load balancers hear that it stops before its port closes.
  await until(async () => api.said.out.includes('"msg":"stopping"'));
  const { checks } = (await (await fetch(`${url}/readyz`)).json()) as { checks: object };
  expect(checks).toEqual({ database: 'stopping', temporal: 'stopping', search_attributes: 'stopping' });
  expect(await api.ended).toBe(0);
  expect(performance.now() - began).toBeLessThan(20_000);
  expect(api.said.err).toBe('');
});

test('stops when npm is told to, and npm waits for it and exits with its code', async () => {
  const api = start({}, ['npm', 'run', '--silent', 'api']);
  const url = await api.address();
  api.child.kill('SIGTERM');
  expect(await api.ended).toBe(0);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

test('completes requests under way before it stops, and does not wait for idle connections', async () => {
  const api = start();
  const url = await api.address();
  const answer = fetch(`${url}/readyz`); // takes two seconds: Temporal does not answer
  await until(async () => (await (await fetch(`${url}/metrics`)).text()).includes('holdfast_http'));
  api.child.kill('SIGINT');
  expect((await answer).status).toBe(503);
  const answered = performance.now();
  expect(await api.ended).toBe(0);
  expect(performance.now() - answered).toBeLessThan(8_000);
});

test('lists every problem of its environment, and exits with 1', async () => {
  const api = start({ DATABASE_URL: '', ADMIN_TOKEN: '', STRIPE_WEBHOOK_SECRET: '' });
  expect(await api.ended).toBe(1);
  expect(api.said.err).toContain('DATABASE_URL');
  expect(api.said.err).toContain('ADMIN_TOKEN');
  expect(api.said.err).toContain('STRIPE_WEBHOOK_SECRET');
  expect(api.said.err).not.toMatch(/\n\s+at /);
});

test('reports that its port is taken, and exits with 1', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const api = start({ PORT: String(port) });
  expect(await api.ended).toBe(1);
  expect(api.said.err).toBe(
    `Cannot listen on 127.0.0.1:${port}: another process listens there; stop it or set PORT.\n`,
  );
  other.close();
});
