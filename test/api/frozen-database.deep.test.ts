import { createHash, randomUUID } from 'node:crypto';
import { signToken } from '../../platform/links';
import { connectDatabase, type Db } from '../../store/database';
import { databaseIsAway } from '../../store/errors';
import { Relay } from '../faults/relay';
import { problem } from './admin-office';
import { ADMIN_TOKEN, type BareApi, bareApi } from './bare';
import { type Api, until } from './shop';

const SESSION = 'cs_test_frozen0000000000000000';
const GRANT = randomUUID();
const SONG = Buffer.from('la la la');

let bare: BareApi;
let relay: Relay;
let db: Db;
let api: Api;
beforeAll(async () => {
  bare = await bareApi();
  await anOrderWithAFile();
  const url = new URL(bare.env.DATABASE_URL);
  relay = await Relay.start(Number(url.port));
  url.host = relay.address;
  db = connectDatabase(url.href, 10);
  api = await bare.api.over(db);
});
afterAll(async () => {
  relay?.thaw();
  await api?.close();
  await db?.$disconnect();
  await relay?.close();
  await bare?.close();
});

async function anOrderWithAFile(): Promise<void> {
  const at = new Date(bare.clock.now());
  await bare.db.product.create({ data: { sku: 'song', name: 'Song', kind: 'DIGITAL', createdAt: at, updatedAt: at } });
  await bare.db.productFile.create({
    data: {
      ...{ id: randomUUID(), sku: 'song', filename: 'song.txt', contentType: 'text/plain', createdAt: at },
      ...{ size: SONG.length, sha256: createHash('sha256').update(SONG).digest('hex') },
      chunks: { create: [{ seq: 0, bytes: new Uint8Array(SONG) }] },
    },
  });
  await bare.db.order.create({
    data: {
      ...{ sessionId: SESSION, number: '1', status: 'PREPARING', paymentStatus: 'PAID', stock: 'COMMITTED' },
      ...{
        origin: 'CHECKOUT',
        currency: 'eur',
        subtotal: 900,
        total: 900,
        holdUntil: at,
        createdAt: at,
        updatedAt: at,
      },
      grants: { create: { id: GRANT, sku: 'song', allowed: 3, expiresAt: new Date(at.getTime() + 86_400_000) } },
    },
  });
}

const staff = { authorization: `Bearer ${ADMIN_TOKEN}` };
const requests = (): Record<string, () => Promise<Response>> => ({
  page: () => fetch(`${api.url}/orders/${SESSION}`),
  stream: () => fetch(`${api.url}/orders/${SESSION}/stream`),
  download: () => fetch(`${api.url}/downloads/${signToken(bare.env.SIGNING_SECRET, 'download', GRANT)}`),
  upload: () =>
    fetch(`${api.url}/admin/products/song/file?filename=b.txt`, {
      method: 'PUT',
      headers: staff,
      body: new Uint8Array(SONG),
    }),
  staff: () => fetch(`${api.url}/admin/orders/1`, { headers: staff }),
});

test('a database that is reached and does not answer: everything says 503 within 10 s, and goes on when it answers', async () => {
  const reached = await Promise.all(Object.values(requests()).map((ask) => ask()));
  expect(reached.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  await reached[1]?.body?.cancel();

  relay.freeze();
  for (const answer of await Promise.all(Object.entries(requests()).map(inTime)))
    expect(answer).toEqual([expect.any(String), 503, expect.any(Number), problem(503, 'unavailable')]);

  relay.thaw();
  await until(async () => (await fetch(`${api.url}/readyz`)).json().then(({ checks }) => checks.database === 'ok'));
  const { status, headers } = await fetch(
    `${api.url}/downloads/${signToken(bare.env.SIGNING_SECRET, 'download', GRANT)}`,
  );
  expect([status, headers.get('content-length')]).toEqual([200, String(SONG.length)]);
  const { used } = await bare.db.downloadGrant.findUniqueOrThrow({ where: { id: GRANT } });
  expect(used).toBe(2); // what was answered 503 is no use
});

test('a query that the database does not answer is given up, and its connection is not used again', async () => {
  relay.freeze();
  const error = await db.$queryRaw`SELECT 1`.catch((error: unknown) => error);
  expect(databaseIsAway(error)).toBe(true);
  relay.thaw();
  await until(async () => (await db.$queryRaw<unknown[]>`SELECT 1`).length === 1);
});

async function inTime([what, ask]: [string, () => Promise<Response>]): Promise<unknown[]> {
  const began = performance.now();
  const answer = await ask();
  const ms = performance.now() - began;
  expect([what, ms < 10_000]).toEqual([what, true]);
  return [what, answer.status, ms, await answer.json()];
}
