import request from 'supertest';
import { createApp } from '../../api/app';
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
