import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import request from 'supertest';
import { createApp } from '../../api/app';
import { serverOf } from '../../api/http/server';
import { ADMIN_TOKEN, type BareApi, bareApi } from './bare';

let bare: BareApi;
beforeAll(async () => {
  bare = await bareApi();
});
afterAll(() => bare?.close());

const PRIVATE = ['/admin/orders', '/staff', '/staff/sign-in', '/metrics'];
const PUBLIC = ['/products', '/withdraw'];
const BOTH = ['/healthz', '/docs', '/openapi.json'];
const staff = { authorization: `Bearer ${ADMIN_TOKEN}` };

test('with ADMIN_PORT, what is for staff and operators is on that port alone, and says nothing of itself on the other', async () => {
  const [open, closed] = [createApp(bare.api.deps, 'public'), createApp(bare.api.deps, 'private')];
  const status = async (app: typeof open, path: string) => (await request(app).get(path).set(staff)).status;
  for (const path of PRIVATE) {
    expect([path, await status(open, path)]).toEqual([path, 404]);
    expect(await status(closed, path)).not.toBe(404);
  }
  for (const path of PUBLIC) {
    expect([path, await status(open, path)]).toEqual([path, 200]);
    expect([path, await status(closed, path)]).toEqual([path, 404]);
  }
  for (const path of BOTH) expect([await status(open, path), await status(closed, path)]).toEqual([200, 200]);
  for (const app of [open, closed]) {
    expect((await request(app).get('/readyz')).body.checks).toMatchObject({ database: 'ok' });
    expect((await request(app).get('/readyz/webhooks')).body.checks).toEqual({ temporal: 'down' });
  }
  expect((await request(open).get('/admin/orders')).body.code).toBe('not_found');
  expect((await request(closed).get('/admin/orders')).body.code).toBe('unauthorized');
  const documented = Object.keys((await request(open).get('/openapi.json')).body.paths);
  expect(documented.filter((path) => /^\/(admin|staff|metrics)/.test(path))).toEqual([]);
  expect((await request(open).post('/webhooks/stripe').send('{}')).body.code).toBe('invalid_signature');
});

/** As a stranger writes it, with nothing put right by a library; for several, one after the other. */
async function statuses(app: Express, targets: string[], headers: Record<string, string> = {}): Promise<string[]> {
  const server = serverOf(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ask = (path: string) =>
    new Promise<number>((resolve, reject) => {
      const asked = httpRequest({ host: '127.0.0.1', port, path, headers: { ...staff, ...headers } }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
      });
      asked.once('error', reject).end();
    });
  const all: string[] = [];
  for (const target of targets) all.push(`${await ask(target)} ${target}`);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return all;
}

/** What a proxy in front may take for another address, and what the app may take for the same. */
const disguised = (path: string): string[] => [
  ...[`/${path}`, `/.${path}`, `/products/..${path}`, `/products/%2e%2e${path}`, `${path.slice(0, 2)}%2f..${path}`],
  ...[`/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`, `\\${path.slice(1)}`.replace(/^/, '/')],
  ...[`${path};x=1`, `${path}%00`, `${path}%2f`, `${path}%20`, `${path}.json`],
];

test('no other way of writing an address leads to what is for staff and operators', async () => {
  const open = createApp(bare.api.deps, 'public');
  const tricks = ['/admin/orders', '/staff', '/metrics', '/staff/codec/decode'].flatMap((path) => [
    ...[path, `${path}/`, path.toUpperCase(), `http://localhost${path}`],
    ...disguised(path),
  ]);
  const answered = await statuses(open, tricks, {
    ...{ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost:3100', 'x-original-url': '/admin/orders' },
    ...{ 'x-rewrite-url': '/metrics', 'x-http-method-override': 'GET' },
  });
  expect(answered.filter((one) => !/^40[04] /.test(one))).toEqual([]);
});

test('what a proxy keeps inside by its path is served at exactly that path', async () => {
  const tricks = ['/metrics', '/readyz', '/readyz/webhooks'].flatMap((path) => [
    ...[`${path}/`, path.toUpperCase(), `${path.slice(0, 2).toUpperCase()}${path.slice(2)}`],
    ...disguised(path),
  ]);
  const answered = await statuses(createApp(bare.api.deps), tricks);
  expect(answered.filter((one) => !/^40[04] /.test(one))).toEqual([]);
  expect(await statuses(createApp(bare.api.deps), ['/metrics', '/metrics?x=1'])).toEqual([
    '200 /metrics',
    '200 /metrics?x=1',
  ]);
});
