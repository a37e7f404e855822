import { Office, problem } from './admin-office';
import { ADMIN_TOKEN } from './bare';
import { Api } from './shop';

let office: Office;
beforeAll(async () => {
  office = await Office.open();
});
afterAll(() => office?.close());

const EVERYWHERE: ['get' | 'post' | 'put' | 'delete', string][] = [
  ['get', '/admin/orders'],
  ['post', '/admin/orders/search'],
  ['get', '/admin/orders/1001'],
  ['get', '/admin/orders/1001/packing-slip'],
  ['get', '/admin/orders.csv'],
  ['get', '/admin/ledger.csv'],
  ['post', '/admin/orders/1001/ship'],
  ['post', '/admin/orders/1001/deliver'],
  ['post', '/admin/orders/1001/cancel'],
  ['post', '/admin/orders/1001/retry'],
  ['put', '/admin/products/MUG'],
  ['get', '/admin/products/MUG'],
  ['put', '/admin/products/MUG/file'],
  ['get', '/admin/products/MUG/stock'],
  ['post', '/admin/products/MUG/stock'],
  ['get', '/admin'],
  ['get', '/admin/'],
  ['delete', '/admin/orders'],
  ['get', '/admin/nothing/of/the/kind'],
  ['get', '/ADMIN/orders'],
  ['get', '/admin/%E0%A4%A'],
];

describe('without the staff token', () => {
  test.each(EVERYWHERE)('%s %s is 401', async (method, path) => {
    const answer = await office.api.http[method](path);
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(JSON.parse(answer.text)).toEqual(problem(401, 'unauthorized'));
  });

  test.each([
    ['nothing', undefined],
    ['another token', `Bearer ${ADMIN_TOKEN}x`],
    ['a part of it', `Bearer ${ADMIN_TOKEN.slice(0, -1)}`],
    ['another case', `Bearer ${ADMIN_TOKEN.toUpperCase()}`],
    ['another scheme', `Basic ${ADMIN_TOKEN}`],
    ['no scheme', ADMIN_TOKEN],
    ['an empty token', 'Bearer '],
    ['two tokens', `Bearer ${ADMIN_TOKEN} ${ADMIN_TOKEN}`],
  ])('%s gets the same answer as any other wrong token', async (_what, authorization) => {
    const ask = office.api.http.get('/admin/orders');
    const answer = await (authorization === undefined ? ask : ask.set('authorization', authorization));
    const plain = await office.api.http.get('/admin/nothing');
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.text)).toEqual(JSON.parse(plain.text));
  });

  test('a request is refused before its body is read', async () => {
    const answer = await office.api.http
      .put('/admin/products/MUG')
      .set('content-type', 'application/json')
      .send('{ not JSON');
    expect(answer.status).toBe(401);
  });

  test('a token in the query does not count', async () => {
    expect(
      (await office.api.http.get('/admin/orders').query({ token: ADMIN_TOKEN, authorization: `Bearer ${ADMIN_TOKEN}` }))
        .status,
    ).toBe(401);
  });
});

test('too many wrong tokens of one client are 429 for a minute; the right one is let in all the same', async () => {
  const { deps } = office.api;
  const api = await Api.listen({ ...deps, env: { ...deps.env, TRUST_PROXY: 1 } });
  const ask = (client: string, token?: string) => {
    const asked = api.http.get('/admin/orders').set('x-forwarded-for', client);
    return token === undefined ? asked : asked.set('authorization', `Bearer ${token}`);
  };
  for (let n = 0; n < 70; n++) expect((await ask('203.0.113.7')).status).toBe(401);
  for (let n = 0; n < 60; n++) expect((await ask('203.0.113.7', `wrong-${n}`)).status).toBe(401);
  const answer = await ask('203.0.113.7', 'wrong');
  expect([answer.status, answer.body.code]).toEqual([429, 'rate_limited']);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect((await ask('203.0.113.7', ADMIN_TOKEN)).status).toBe(200);
  expect((await ask('203.0.113.8', 'wrong')).status).toBe(401);
  office.now += 60_000;
  expect((await ask('203.0.113.7', 'wrong')).status).toBe(401);
  await api.close();
});

describe('with a token of ADMIN_TOKENS', () => {
  const named = { name: 'ada', secret: 'the-token-of-ada-lovelace' };
  let api: Api;
  const asAda = (method: 'get' | 'post', path: string) =>
    api.http[method](path).set('authorization', `Bearer ${named.secret}`);
  beforeAll(async () => {
    const { deps } = office.api;
    const others = [{ name: 'bob', secret: 'the-token-of-bob-the-builder' }, named];
    api = await Api.listen({ ...deps, env: { ...deps.env, ADMIN_TOKENS: others, TRUST_PROXY: 1 } });
  });
  afterAll(() => api?.close());

  test('what is written down bears its name, and that of ADMIN_TOKEN is staff', async () => {
    await office.product('NAMED-MUG');
    await asAda('post', '/admin/products/NAMED-MUG/stock').send({ delta: 2, reason: 'counted' });
    const { body } = await office.ask('post', '/admin/products/NAMED-MUG/stock').send({ delta: 1, reason: 'counted' });
    expect(body.movements.map(({ actor }: { actor: string }) => actor)).toEqual(['staff', 'ada']);

    await office.order('cs_test_named', { status: 'COMPLETED', customer: { email: 'eve@example.com' } });
    await asAda('get', '/admin/customers/eve%40example.com/export');
    const erased = await asAda('post', '/admin/orders/cs_test_named/erase');
    expect(erased.body.timeline).toEqual([
      expect.objectContaining({ type: 'exported', actor: 'ada' }),
      expect.objectContaining({ type: 'erased', actor: 'ada' }),
    ]);
  });

  test('wrong tokens are limited as ever, and each right one is let in all the same', async () => {
    const ask = (token: string) =>
      api.http.get('/admin/orders').set('x-forwarded-for', '203.0.113.9').set('authorization', `Bearer ${token}`);
    const wrong = Array.from({ length: 60 }, (_, n) => `${named.secret}${n}`);
    for (const token of wrong) expect((await ask(token)).status).toBe(401);
    expect((await ask('wrong')).status).toBe(429);
    for (const token of [named.secret, 'the-token-of-bob-the-builder', ADMIN_TOKEN])
      expect((await ask(token)).status).toBe(200);
  });

  test('the other tokens never appear in the log', () => {
    expect(JSON.stringify(api.log)).not.toContain(named.secret);
  });
});

describe('with the staff token', () => {
  test('is let in, whatever the case of the scheme', async () => {
    expect((await office.api.http.get('/admin/orders').set('authorization', `bearer ${ADMIN_TOKEN}`)).status).toBe(200);
  });

  test('an unknown path is 404', async () => {
    expect(JSON.parse((await office.ask('get', '/admin/nothing')).text)).toEqual(problem(404, 'not_found'));
    const other = await office.ask('delete', '/admin/orders');
    expect(JSON.parse(other.text)).toEqual(problem(405, 'method_not_allowed'));
    expect(other.headers.allow).toBe('GET, HEAD, OPTIONS');
  });

  test('the token never appears in the log', async () => {
    await office.ask('post', '/admin/orders/search').send({ email: 'ada@example.com' });
    const log = JSON.stringify(office.api.log);
    expect(log).toContain('/admin/orders/search');
    expect(log).not.toContain(ADMIN_TOKEN);
    expect(log).not.toContain('ada@example.com');
  });
});
