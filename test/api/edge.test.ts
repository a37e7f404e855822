import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { apiRoutes } from '../../api/app';
import { OUTBOUND_TYPES } from '../../domain/outbound';
import { PROBLEMS } from '../../domain/problem';
import { signToken } from '../../platform/links';
import { connectDatabase } from '../../store/database';
import { clientContract, generate, storefrontPart } from '../client/contract';
import { newFolder } from '../support/folder';
import { ADMIN_TOKEN, type BareApi, bareApi, STOREFRONT_KEY } from './bare';
import { Api } from './shop';

let bare: BareApi;
let shopFolder: string;
beforeAll(async () => {
  shopFolder = newFolder('shop');
  mkdirSync(join(shopFolder, 'assets'));
  mkdirSync(join(shopFolder, 'images'));
  writeFileSync(join(shopFolder, 'images', 'tulips.png'), 'a picture');
  writeFileSync(join(shopFolder, 'index.html'), '<!doctype html><title>Shop</title>');
  writeFileSync(join(shopFolder, 'assets', 'app.js'), 'alert(1)');
  bare = await bareApi(
    { PUBLIC_URL: 'http://api.shop.test', STOREFRONT_URL: 'http://www.shop.test' },
    { storefrontDir: shopFolder },
  );
});
afterAll(async () => {
  await bare?.close();
  rmSync(shopFolder, { recursive: true, force: true });
});

const http = () => bare.api.http;
const isProblem = (
  answer: { status: number; type: string; body: { code?: string; status?: number } },
  status: number,
  code: string,
) => {
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(answer.type).toBe('application/problem+json');
  expect(answer.body).toMatchObject({
    type: `urn:holdfast:problem:${code}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
  });
};

describe('a request that cannot be served gets a problem document', () => {
  test('an unknown address', async () => isProblem(await http().get('/no/such/place'), 404, 'not_found'));
  test('an unknown method', async () => isProblem(await http().delete('/products'), 405, 'method_not_allowed'));
  test('a method that this address does not accept, with those it does', async () => {
    const answer = await http().get('/checkout');
    isProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.allow).toBe('POST, OPTIONS');
  });
  test.each(['/orders/%', '/orders/%E0%A4%A', '/downloads/%ff'])('an address that cannot be read: %s', async (path) =>
    isProblem(await http().get(path), 400, 'invalid_request'),
  );
  test('a body where none is expected', async () => {
    isProblem(await http().post('/orders/cs_test_1/abandon').send({ really: true }), 400, 'invalid_request');
    isProblem(
      await http().post('/orders/cs_test_1/abandon').type('text/plain').send('now'),
      415,
      'unsupported_media_type',
    );
    isProblem(await http().post('/orders/cs_test_1/abandon').send({}), 404, 'unknown_order');
  });
  test('a body with an unknown compression or charset', async () => {
    isProblem(await http().post('/checkout').set('content-encoding', 'zip').send({}), 415, 'unsupported_media_type');
    isProblem(
      await http().post('/checkout').set('content-type', 'application/json; charset=klingon').send('{}'),
      415,
      'unsupported_media_type',
    );
  });
  test('a staff route without the token, without detail', async () => {
    for (const path of ['/admin/orders', '/admin/no/such/place', '/admin']) {
      const answer = await http().get(path);
      isProblem(answer, 401, 'unauthorized');
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
    for (const given of ['Bearer', 'Bearer wrong', `Basic ${ADMIN_TOKEN}`, ADMIN_TOKEN, `Bearer ${ADMIN_TOKEN}x`])
      isProblem(await http().get('/admin/orders').set('authorization', given), 401, 'unauthorized');
    isProblem(await http().get('/admin/no/such/place').set('authorization', `Bearer ${ADMIN_TOKEN}`), 404, 'not_found');
  });
  test('an internal error, without its message', async () => {
    const broken = new Proxy(bare.db, {
      get: (db, name) =>
        name === '$queryRaw' ? () => Promise.reject(new Error('SELECT secret FROM x')) : Reflect.get(db, name),
    });
    const api = await bare.api.over(broken as never);
    const answer = await api.http.get('/products');
    isProblem(answer, 500, 'internal');
    expect(JSON.stringify(answer.body)).not.toMatch(/SELECT|secret/);
    await api.close();
  });
  test('a database that cannot be reached, within seconds', async () => {
    const away = connectDatabase('postgres://postgres@127.0.0.1:1/nowhere', 1);
    const api = await bare.api.over(away);
    for (const answer of [
      await api.http.get('/products'),
      await api.http.get('/orders/cs_test_1'),
      await api.http.post('/checkout').send({ items: [{ sku: 'x', quantity: 1 }] }),
    ]) {
      isProblem(answer, 503, 'unavailable');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await api.http.get('/readyz')).body).toEqual({
      checks: { database: 'down', temporal: 'down', search_attributes: 'down' },
    });
    expect((await api.http.get('/healthz')).status).toBe(200);
    await api.close();
    await away.$disconnect();
  });
  test.each<[string, string, number, string]>([
    ['that is not even HTTP', 'NONSENSE', 400, 'invalid_request'],
    ['whose address cannot be read', 'GET http://[products HTTP/1.1\r\nHost: api', 400, 'invalid_request'],
    ['with too many headers', `GET / HTTP/1.1\r\nHost: api\r\nX: ${'x'.repeat(20_000)}`, 431, 'headers_too_large'],
  ])('a request %s, and its connection is closed', async (_which, lines, status, code) => {
    const port = Number(new URL(bare.api.url).port);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(`${lines}\r\n\r\n`));
      let text = '';
      socket.on('data', (piece) => {
        text += piece;
      });
      socket.on('close', () => resolve(text));
    });
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const [, type = ''] = /^content-type: ([^;]+)/im.exec(head) ?? [];
    isProblem({ status, type, body: JSON.parse(body) }, status, code);
  });
});

describe('headers', () => {
  test('do not reveal the software', async () => {
    const { headers } = await http().get('/healthz');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('server');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['content-security-policy']).toMatch(/script-src 'self'(;|$)/);
    expect(headers['content-security-policy']).not.toContain('unsafe-inline');
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
  });

  test('let the API’s document have styles in its page, however it is asked for, and no other page', async () => {
    const policy = async (path: string) => (await http().get(path)).headers['content-security-policy'];
    for (const path of ['/docs', '/docs/', '/docs?theme=dark']) expect(await policy(path)).toContain('unsafe-inline');
    for (const path of ['/docs/start.js', '/withdraw', '/docsx'])
      expect(await policy(path)).not.toContain("style-src 'self' 'unsafe-inline'");
  });

  test('require TLS where the API is served over it', async () => {
    const api = await Api.listen({ ...bare.api.deps, env: { ...bare.env, PUBLIC_URL: 'https://api.shop.test' } });
    const { headers } = await api.http.get('/healthz');
    expect(headers['strict-transport-security']).toMatch(/max-age=\d+/);
    expect(headers['content-security-policy']).toContain('upgrade-insecure-requests');
    await api.close();
  });

  test('allow the one storefront’s origin', async () => {
    const preflight = await http().options('/checkout').set({
      origin: 'http://www.shop.test',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,idempotency-key',
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBe('http://www.shop.test');
    const allowed = String(preflight.headers['access-control-allow-headers']).toLowerCase();
    expect(allowed).toContain('idempotency-key');
    expect(allowed).not.toContain('authorization');
    const other = await http().get('/products').set('origin', 'http://evil.test');
    expect(other.headers['access-control-allow-origin']).toBe('http://www.shop.test');
  });

  test('allow each of several storefronts’ origins, and no other', async () => {
    const env = { ...bare.env, STOREFRONT_ORIGINS: ['https://app.shop.test', 'http://localhost:5173'] };
    const api = await Api.listen({ ...bare.api.deps, env });
    const allowed = async (origin: string) =>
      (await api.http.get('/products').set('origin', origin)).headers['access-control-allow-origin'];
    for (const origin of ['http://www.shop.test', 'https://app.shop.test', 'http://localhost:5173'])
      expect(await allowed(origin)).toBe(origin);
    expect(await allowed('http://evil.test')).toBeUndefined();
    await api.close();
  });
});

describe('a storefront’s server', () => {
  const key = { authorization: `Bearer ${STOREFRONT_KEY}` };
  const wrong = { authorization: `Bearer ${STOREFRONT_KEY}x` };
  /** An API that lets a client ask for ten checkouts a minute that fail. */
  const strict = () => Api.listen({ ...bare.api.deps, env: { ...bare.env, CHECKOUT_RATE_LIMIT: 1 } });
  const fill = async (api: Api, headers: Record<string, string>) => {
    const ask = () => api.http.post('/checkout').set(headers).send(UNKNOWN);
    for (let n = 0; n < 10; n++) isProblem(await ask(), 404, 'unknown_sku');
    return ask();
  };
  const UNKNOWN = { items: [{ sku: 'no-such', quantity: 1 }] };

  test('with a wrong key is refused by every route of storefronts, and by no other', async () => {
    const api = await Api.listen(bare.api.deps);
    const routes = apiRoutes(bare.api.deps).filter(({ tag }) => tag === 'Storefront');
    expect(routes.length).toBeGreaterThan(9);
    for (const { method, path, page } of routes) {
      const answer = await api.http[method](path.replaceAll(/[{}]/g, '')).set(wrong);
      if (page) expect([answer.status, answer.type]).toEqual([401, 'text/html']);
      else isProblem(answer, 401, 'unauthorized');
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
    expect((await api.http.get('/healthz').set(wrong)).status).toBe(200);
    expect((await api.http.get('/products').set('authorization', `Bearer ${ADMIN_TOKEN}`)).status).toBe(200);
    // Another scheme is a proxy's in front.
    expect((await api.http.get('/products').set('authorization', 'Basic YTpi')).status).toBe(200);
    expect((await api.http.get('/products').set(key)).status).toBe(200);
    await api.close();
  });

  test('where no storefront has a key, any token is somebody else’s', async () => {
    const api = await Api.listen({ ...bare.api.deps, env: { ...bare.env, STOREFRONT_KEYS: [] } });
    expect((await api.http.get('/products').set(wrong)).status).toBe(200);
    isProblem(await api.http.get('/storefront/orders?userId=u1').set(wrong), 401, 'unauthorized');
    await api.close();
  });

  test('alone reads orders under /storefront', async () => {
    for (const given of [{}, wrong, { authorization: `Bearer ${ADMIN_TOKEN}` }]) {
      isProblem(await http().get('/storefront/orders?userId=u1').set(given), 401, 'unauthorized');
      isProblem(await http().post('/storefront/orders/lookup').set(given).send('{ not JSON'), 401, 'unauthorized');
    }
    expect((await http().get('/storefront/orders?userId=u1').set(key)).body).toEqual({ data: [], nextCursor: null });
    isProblem(await http().get('/admin/orders').set(key), 401, 'unauthorized');
  });

  test('names the shopper that limits count, who is the same client with an address of their own', async () => {
    const api = await strict();
    isProblem(await fill(api, { ...key, 'holdfast-shopper': 'user-7' }), 429, 'rate_limited');
    isProblem(await fill(api, { ...key, 'holdfast-shopper': 'user-8' }), 429, 'rate_limited');
    isProblem(await fill(api, { ...key, 'holdfast-shopper': '127.0.0.1' }), 429, 'rate_limited');
    isProblem(await api.http.post('/checkout').send(UNKNOWN), 429, 'rate_limited');
    const household = ['2001:db8:7:4200::1', '2001:db8:7:42ff::2'];
    isProblem(await fill(api, { ...key, 'holdfast-shopper': household[0] as string }), 429, 'rate_limited');
    const neighbour = { ...key, 'holdfast-shopper': household[1] as string };
    isProblem(await api.http.post('/checkout').set(neighbour).send(UNKNOWN), 429, 'rate_limited');
    await api.close();
  });

  test('counts as one client where it names no shopper; without a key nobody can name one', async () => {
    const api = await strict();
    isProblem(await fill(api, key), 429, 'rate_limited');
    const ask = api.http.post('/checkout').set('holdfast-shopper', 'user-9').send(UNKNOWN);
    isProblem(await ask, 429, 'rate_limited');
    await api.close();
  });

  test.each(['', 'a b', 'ä', 'x'.repeat(201)])('cannot name a shopper %j', async (shopper) => {
    const answer = await http()
      .get('/products')
      .set({ ...key, 'holdfast-shopper': shopper });
    isProblem(answer, 400, 'invalid_request');
    expect(answer.body.errors).toEqual([{ path: 'holdfast-shopper', message: expect.any(String) }]);
    expect((await http().get('/products').set('holdfast-shopper', shopper)).status).toBe(200);
  });

  test('is in the log by its name, without key and shopper', async () => {
    await http()
      .get('/products')
      .set({ ...key, 'holdfast-shopper': 'shopper-of-the-log' });
    expect(bare.api.log.at(-1)).toMatchObject({ route: '/products', storefront: 'web' });
    expect(JSON.stringify(bare.api.log)).not.toMatch(new RegExp(`${STOREFRONT_KEY}|shopper-of-the-log`));
  });
});

describe('operations', () => {
  test('/readyz says which dependency does not answer', async () => {
    const answer = await http().get('/readyz');
    expect([answer.status, answer.body]).toEqual([
      503,
      { checks: { database: 'ok', temporal: 'down', search_attributes: 'down' } },
    ]);
    const webhooks = await http().get('/readyz/webhooks');
    expect([webhooks.status, webhooks.body]).toEqual([503, { checks: { temporal: 'down' } }]);
  });

  test('/readyz asks its neighbours once for all who want to know at a time', async () => {
    let asked = 0;
    const counting = new Proxy(bare.db, {
      get: (db, name) => {
        if (name === '$queryRaw') asked++;
        return Reflect.get(db, name);
      },
    });
    const api = await Api.listen({ ...bare.api.deps, db: counting });
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.http.get('/readyz')));
    expect(new Set(answers.map(({ body }) => body.checks.database))).toEqual(new Set(['ok']));
    expect(asked).toBeLessThan(5);
    await api.close();
  });

  test('a process that was asked to stop is not ready', async () => {
    const api = await Api.listen({ ...bare.api.deps, closing: AbortSignal.abort() });
    const answer = await api.http.get('/readyz');
    const stopping = { database: 'stopping', temporal: 'stopping', search_attributes: 'stopping' };
    expect([answer.status, answer.body]).toEqual([503, { checks: stopping }]);
    expect((await api.http.get('/readyz/webhooks')).status).toBe(503);
    expect((await api.http.get('/healthz')).status).toBe(200);
    await api.close();
  });

  test('/metrics count requests by their route', async () => {
    await http().get('/orders/cs_test_of_nobody');
    const { text, headers } = await http().get('/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(text).toMatch(
      /holdfast_http_request_duration_seconds_count\{[^}]*route="\/orders\/\{sessionId\}"[^}]*\} \d/,
    );
    expect(text).not.toContain('cs_test_of_nobody');
  });
});

describe('the log', () => {
  const lines = () => JSON.stringify(bare.api.log);

  test('has the route, the status and ids, and nothing else of the request', async () => {
    const token = signToken(bare.env.SIGNING_SECRET, 'download', 'secret-token');
    await http().get('/orders/cs_test_logged?email=ada@example.com').set('authorization', 'Bearer hidden-token');
    await http().get(`/downloads/${token}?q=1`);
    await http().post(`/recover/${token}`);
    await http().get('/orders/ada@example.com');
    await http().get('/no/such/ada@example.com');
    await http().post('/checkout').send({ items: [], email: 'ada@example.com' });
    expect(bare.api.log.find(({ ids }) => JSON.stringify(ids)?.includes('cs_test_logged'))).toMatchObject({
      method: 'GET',
      route: '/orders/{sessionId}',
      status: expect.any(Number),
      ms: expect.any(Number),
      request: expect.any(String),
    });
    expect(bare.api.log.some(({ route }) => route === '/downloads/{token}')).toBe(true);
    expect(lines()).not.toMatch(/ada@|secret-token|hidden-token|q=1|email=/);
  });

  test('warns once of a proxy that is not trusted to name the client', async () => {
    const api = await Api.listen(bare.api.deps);
    const lines = () => bare.api.log.filter(({ msg }) => /TRUST_PROXY/.test(msg)).length;
    const before = lines();
    for (const name of ['x-forwarded-for', 'forwarded', 'x-forwarded-for'])
      await api.http.get('/healthz').set(name, '203.0.113.7');
    expect(lines() - before).toBe(1);
    const trusting = await Api.listen({ ...bare.api.deps, env: { ...bare.env, TRUST_PROXY: 1 } });
    await trusting.http.get('/healthz').set('x-forwarded-for', '203.0.113.7');
    expect(lines() - before).toBe(1);
    await api.close();
    await trusting.close();
  });

  test('has no lines for health checks', async () => {
    const before = bare.api.log.length;
    await http().get('/healthz');
    await http().get('/metrics');
    expect(bare.api.log).toHaveLength(before);
  });
});

describe('the document of the API', () => {
  test('has every route, with its problems', async () => {
    const { body } = await http().get('/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const declared = apiRoutes(bare.api.deps).map(({ method, path }) => `${method} ${path}`);
    const documented = Object.entries<object>(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual([...declared, 'get /openapi.json'].sort());
    expect(body.paths['/checkout'].post.responses['409'].description).toContain('out_of_stock');
    expect(body.components.schemas.Problem.properties.code.enum.sort()).toEqual(Object.keys(PROBLEMS).sort());
    expect(body.paths['/admin/orders'].get.security).toEqual([{ staff: [] }]);
  });

  test('has every event that is sent to other systems', async () => {
    const { body } = await http().get('/openapi.json');
    expect(Object.keys(body.webhooks).sort()).toEqual([...OUTBOUND_TYPES].sort());
    const { post } = body.webhooks['order.shipped'];
    const schema = post.requestBody.content['application/json'].schema;
    expect(Object.keys(schema.properties.data.properties)).toEqual(['order', 'shipment']);
    expect(Object.keys(body.components.schemas.OrderOfEvent.properties)).not.toContain('downloads');
    expect(post.parameters.map(({ name }: { name: string }) => name)).toEqual([
      ...['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    ]);
  });

  test('says where a storefront’s key may be sent, and where it must be', async () => {
    const { body } = await http().get('/openapi.json');
    const securityOf = (path: string, method = 'get') => body.paths[path][method].security;
    expect(Object.keys(body.components.securitySchemes).sort()).toEqual(['staff', 'staffSession', 'storefront']);
    for (const path of ['/products', '/orders/{sessionId}/stream', '/downloads/{token}']) {
      expect(securityOf(path)).toEqual([{}, { storefront: [] }]);
      const { parameters, responses } = body.paths[path].get;
      expect(parameters.map(({ name }: { name: string }) => name)).toContain('holdfast-shopper');
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '429']));
    }
    expect(securityOf('/storefront/orders/lookup', 'post')).toEqual([{ storefront: [] }]);
    for (const path of ['/healthz', '/webhooks/stripe'])
      expect(securityOf(path, path === '/healthz' ? 'get' : 'post')).toEqual([]);
  });

  test('has examples, each as its schema says', async () => {
    const { body } = await http().get('/openapi.json');
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(body, 'document');
    const examples = examplesIn(body);
    for (const { schema, example } of examples) {
      ajv.validate({ $ref: `document#${schema}` }, example);
      expect([schema, ajv.errors]).toEqual([schema, null]);
    }
    const shown = examples.map(({ schema }) => schema.replace('/components/schemas/', ''));
    expect(shown).toEqual(expect.arrayContaining(['Product', 'Cart', 'Checkout', 'Order', 'OrderLookup', 'Problem']));
    expect(shown).toEqual(expect.arrayContaining(['BulkRequest', 'BulkDryRun', 'BulkStarted', 'Bulk']));
    expect(body.paths['/orders/{sessionId}/stream'].get.responses['200'].content['text/event-stream'].example).toMatch(
      /^id: \d+\nevent: order\ndata: \{.*\}\n\n$/,
    );
    const { subtotal, discount, shipping, tax, taxIncluded, total } = body.components.schemas.Order.example.amounts;
    expect(subtotal.amount - discount.amount + shipping.amount + tax.amount - taxIncluded.amount).toBe(total.amount);
  });

  test('is what the guide for storefronts tells: every route, and every problem with its status', async () => {
    const { body } = await http().get('/openapi.json');
    const guide = readFileSync(join(__dirname, '../../docs/storefront.md'), 'utf8');
    const codes = new Set<string>();
    for (const [path, methods] of Object.entries<Record<string, Operation>>(body.paths))
      for (const { tags, responses } of Object.values(methods)) {
        if (!tags.includes('Storefront')) continue;
        // A download is a link that is followed, not an address that is called.
        if (path !== '/downloads/{token}') expect(guide).toMatch(new RegExp(path.replace(/\{\w+\}/g, '[^/\\s]+')));
        for (const [status, { description }] of Object.entries(responses))
          if (Number(status) >= 400) for (const [, code] of description.matchAll(/`(\w+)`:/g)) codes.add(code ?? '');
      }
    const told = [...guide.matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)].map(([, code, status]) => `${code} ${status}`);
    const expected = [...codes].map((code) => `${code} ${PROBLEMS[code as keyof typeof PROBLEMS][0]}`);
    expect(told.sort()).toEqual(expected.sort());
  });

  test('is the one that the client for storefronts is made from (`npm run client:types` makes it anew)', async () => {
    const part = storefrontPart((await http().get('/openapi.json')).body);
    if (process.env.RECORD) generate(part);
    expect(clientContract()).toEqual({ document: part, typesAreGenerated: true });
  });

  test('says what caches may keep', async () => {
    const { body } = await http().get('/openapi.json');
    for (const path of ['/products', '/products/{sku}']) {
      const { parameters, responses } = body.paths[path].get;
      expect(parameters.map(({ name }: { name: string }) => name)).toContain('if-none-match');
      for (const status of ['200', '304'])
        expect(Object.keys(responses[status].headers).sort()).toEqual(['Cache-Control', 'ETag']);
      expect(responses['304']).not.toHaveProperty('content');
    }
  });

  test('has patterns that compile without flags, match what they should, and their examples', async () => {
    const { body } = await http().get('/openapi.json');
    const schemas = schemasIn(body).filter((schema) => typeof schema.pattern === 'string');
    expect(schemas.length).toBeGreaterThan(40);
    for (const { pattern, example } of schemas as { pattern: string; example?: string }[]) {
      const good = GOOD[pattern];
      expect([pattern, good]).toEqual([pattern, expect.any(String)]);
      // Readers of the document compile a pattern with the flag `u`, as JSON Schema advises, or without.
      for (const flags of ['', 'u']) {
        expect(good).toMatch(new RegExp(pattern, flags));
        if (example !== undefined) expect(example).toMatch(new RegExp(pattern, flags));
      }
    }
  });

  test('names what a problem says besides, and when to try again', async () => {
    const { body } = await http().get('/openapi.json');
    expect(Object.keys(body.components.schemas.Problem.properties)).toEqual(
      expect.arrayContaining(['errors', 'items', 'skus']),
    );
    // `not_for_sale` names SKUs alone.
    expect(body.components.schemas.Problem.properties.items.items.required).toEqual(['sku']);
    const { responses } = body.paths['/checkout'].post;
    for (const status of ['429', '503']) expect(responses[status].headers).toHaveProperty('Retry-After');
    expect(responses['400']).not.toHaveProperty('headers');
  });

  test('is rendered without loading anything from another origin', async () => {
    const page = await http().get('/docs');
    expect([page.status, page.type]).toEqual([200, 'text/html']);
    expect(page.text).not.toMatch(/https?:\/\//);
    const sources = [...page.text.matchAll(/src="([^"]+)"/g)].map(([, source]) => source);
    expect(sources).toEqual(['/docs/scalar.js', '/docs/start.js']);
    for (const source of sources) {
      const script = await http().get(source ?? '');
      expect([script.status, script.type]).toEqual([200, 'text/javascript']);
    }
  });
});

interface Operation {
  tags: string[];
  responses: Record<string, { description: string }>;
}

/** Every example in the document, with where its schema is. */
function examplesIn(node: unknown, at = ''): { schema: string; example: unknown }[] {
  if (typeof node !== 'object' || node === null) return [];
  const inside = Object.entries(node).flatMap(([name, child]) =>
    name === 'example'
      ? []
      : examplesIn(child, `${at}/${encodeURIComponent(name.replace(/~/g, '~0').replace(/\//g, '~1'))}`),
  );
  if (!('example' in node)) return inside;
  return [...inside, { schema: 'schema' in node ? `${at}/schema` : at, example: node.example }];
}

/** Every object of the document that may be a schema. */
function schemasIn(node: unknown): Record<string, unknown>[] {
  if (typeof node !== 'object' || node === null) return [];
  const inside = Object.values(node).flatMap(schemasIn);
  return Array.isArray(node) ? inside : [node as Record<string, unknown>, ...inside];
}

/** A value that each pattern of the document is meant to match. */
const GOOD: Record<string, string> = {
  '^[a-z]{3}$': 'eur',
  '^[A-Z]{2}$': 'DE',
  '^shr_[\\w]{1,250}$': 'shr_1RAbCdEfGhIjKlMn',
  '^txcd_\\d{8}$': 'txcd_99999999',
  '^[^\\u0000-\\u001f\\u007f-\\u009f]*$': 'Pascale’s 3 Öl-Kännchen 🌊',
  '^(?:[^\\u0000-\\u001f\\u007f-\\u009f]|[\\n\\r\\t])*$': 'Pascale’s\r\n\t3 Öl-Kännchen 🌊',
  '^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$': 'pt-BR',
  '^[\\x21-\\x7e]{1,255}$': 'a-key',
  '^[\\x21-\\x7e]{1,200}$': '2001:db8::7',
  '^[\\w.-]{1,255}$': 'price_1RAbCdEfGhIjKlMn',
};

describe('the demo storefront', () => {
  test('its pictures are served where another shop is configured, to any origin', async () => {
    const api = await Api.listen({ ...bare.api.deps, storefrontDir: null });
    const { status, type, headers } = await api.http.get('/images/tulips.svg');
    expect([status, type]).toEqual([200, 'image/svg+xml']);
    expect(headers['cross-origin-resource-policy']).toBe('cross-origin');
    isProblem(await api.http.get('/images/no-such.svg'), 404, 'not_found');
    expect((await api.http.get('/products')).headers['cross-origin-resource-policy']).toBe('same-origin');
    await api.close();
  });

  test('a storefront at another origin gets the whole address of a demo picture, and its own paths as they are', async () => {
    const product = { name: 'Pictured', kind: 'DIGITAL', createdAt: new Date(0), updatedAt: new Date(0) } as const;
    const pictures = ['/images/tulips.svg', '/images/of-the-storefront.png', 'https://cdn.example.com/a.png'];
    const sold = pictures.map((imageUrl, n) => ({ ...product, sku: `pictured-${n}`, imageUrl }));
    await bare.db.product.createMany({ data: sold });
    const price = { currency: 'eur', amount: 500, createdAt: new Date(0) };
    const prices = sold.map(({ sku }) => ({ ...price, sku, stripePriceId: `price_${sku}` }));
    await bare.db.price.createMany({ data: prices });
    const listed = (await http().get('/products')).body.data as { sku: string; imageUrl: string }[];
    const shown = listed.filter(({ sku }) => sku.startsWith('pictured-')).map(({ imageUrl }) => imageUrl);
    expect(shown.sort()).toEqual([
      '/images/of-the-storefront.png',
      'http://api.shop.test/images/tulips.svg',
      'https://cdn.example.com/a.png',
    ]);
    await bare.db.price.deleteMany({ where: { sku: { startsWith: 'pictured-' } } });
    await bare.db.product.deleteMany({ where: { sku: { startsWith: 'pictured-' } } });
  });

  test('the page of a product says in its head what it is about, to those who run no scripts', async () => {
    const created = { createdAt: new Date(0), updatedAt: new Date(0) };
    const words = {
      name: 'Ten </title><b>Tulips',
      description: 'Cut "today" </script>',
      imageUrl: '/images/tulips.svg',
    };
    await bare.db.product.create({ data: { sku: 'headed', kind: 'DIGITAL', ...words, ...created } });
    const prices = [
      { currency: 'eur', amount: 1250, position: 0 },
      { currency: 'jpy', amount: 1800, position: 1 },
    ];
    const price = { sku: 'headed', createdAt: new Date(0) };
    await bare.db.price.createMany({
      data: prices.map((one) => ({ ...price, ...one, stripePriceId: `price_headed_${one.currency}` })),
    });
    const { status, text } = await http().get('/product/headed');
    expect(status).toBe(200);
    expect(text).toContain('<title>Ten &lt;/title&gt;&lt;b&gt;Tulips · Holdfast demo shop</title>');
    expect(text).not.toContain('<title>Shop');
    const url = 'http://api.shop.test/product/headed';
    for (const tag of [
      `<link rel="canonical" href="${url}"/>`,
      '<meta name="description" content="Cut &quot;today&quot; &lt;/script&gt;"/>',
      '<meta property="og:image" content="http://api.shop.test/images/tulips.png"/>',
    ])
      expect(text).toContain(tag);
    const data = JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/.exec(text)?.[1] ?? '');
    expect(data).toMatchObject({ '@type': 'Product', name: words.name, description: words.description, sku: 'headed' });
    const offer = { '@type': 'Offer', availability: 'https://schema.org/InStock', url };
    expect(data.offers).toEqual([
      { ...offer, price: '12.50', priceCurrency: 'EUR' },
      { ...offer, price: '1800', priceCurrency: 'JPY' },
    ]);
    await bare.db.price.deleteMany({ where: { sku: 'headed' } });
    await bare.db.product.deleteMany({ where: { sku: 'headed' } });

    const gone = await http().get('/product/headed');
    expect([gone.status, gone.type]).toEqual([404, 'text/html']);
    expect(gone.text).toContain('<title>Shop</title>');
  });

  test.each(['/', '/cart', '/success?session_id=cs_test_1'])('its page is at %s', async (path) => {
    const answer = await http().get(path);
    expect([answer.status, answer.type]).toEqual([200, 'text/html']);
    expect(answer.text).toContain('<title>Shop</title>');
  });

  test('what a person types that is not there is a page of the shop, and a problem document to a program', async () => {
    const typed = await http().get('/nothing').set('accept', 'text/html,application/xhtml+xml,*/*;q=0.8');
    expect([typed.status, typed.type, typed.text]).toEqual([404, 'text/html', expect.stringContaining('Shop')]);
    isProblem(await http().get('/nothing'), 404, 'not_found');
    isProblem(await http().get('/nothing').set('accept', '*/*'), 404, 'not_found');
    isProblem(await http().post('/nothing').set('accept', 'text/html'), 404, 'not_found');
  });

  test('its files are served, and missing ones are 404', async () => {
    expect((await http().get('/assets/app.js')).headers['cache-control']).toContain('immutable');
    isProblem(await http().get('/assets/other.js'), 404, 'not_found');
    isProblem(await http().get('/../package.json'), 404, 'not_found');
  });
});
