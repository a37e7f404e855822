import { connectDatabase } from '../../store/database';
import { problem } from './admin-office';
import { ADMIN_TOKEN, type BareApi, bareApi } from './bare';
import type { Api } from './shop';

let bare: BareApi;
beforeAll(async () => {
  bare = await bareApi();
});
afterAll(() => bare?.close());

/** The address of the database with a part of it changed. */
function addressWith(change: (url: URL) => unknown): string {
  const url = new URL(bare.env.DATABASE_URL);
  change(url);
  return url.href;
}

const shoppers: [method: string, path: string, body?: object][] = [
  ['GET', '/products'],
  ['GET', '/orders/cs_test_refused000000000000000'],
  ['POST', '/checkout', { items: [{ sku: 'mug', quantity: 1 }] }],
];

describe('a database that refuses everything', () => {
  test.each<[string, (url: URL) => unknown]>([
    ['the login (28)', (url) => Object.assign(url, { username: 'nobody' })],
    ['the database (3D)', (url) => Object.assign(url, { pathname: '/nowhere' })],
    ['every table (42)', (url) => url.searchParams.set('options', '-c search_path=pg_catalog')],
  ])('because %s is missing: shoppers are told to try again, and readyz says that it is down', async (_, change) => {
    const db = connectDatabase(addressWith(change), 2);
    const api = await bare.api.over(db);
    try {
      for (const [method, path, body] of shoppers)
        expect([path, await answered(api, method, path, body)]).toEqual([path, UNAVAILABLE]);
      expect(await (await fetch(`${api.url}/readyz`)).json()).toMatchObject({ checks: { database: 'down' } });
    } finally {
      await api.close();
      await db.$disconnect();
    }
  });

  test('what it would have to write, because its disk is full (53100): it is to be tried again', async () => {
    const at = new Date(bare.clock.now());
    await bare.db.product.create({ data: { sku: 'mug', name: 'Mug', kind: 'PHYSICAL', createdAt: at, updatedAt: at } });
    await bare.db.$executeRaw`
      CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`;
    await bare.db.$executeRaw`
      CREATE TRIGGER disk_is_full BEFORE INSERT ON stock_movements FOR EACH ROW EXECUTE FUNCTION disk_is_full()`;
    const delivery = { delta: 10, reason: 'delivery' };
    expect(await answered(bare.api, 'POST', '/admin/products/mug/stock', delivery)).toEqual(UNAVAILABLE);
  });
});

const UNAVAILABLE = { problem: problem(503, 'unavailable'), retryAfter: expect.stringMatching(/^\d+$/) };

async function answered(api: Api, method: string, path: string, body?: object) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` };
  const answer = await fetch(api.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { problem: await answer.json(), retryAfter: answer.headers.get('retry-after') };
}
