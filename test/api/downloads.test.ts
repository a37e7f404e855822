import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { connectDatabases } from '../../api/databases';
import { FILE_CHUNK_BYTES } from '../../domain/files';
import { signToken } from '../../platform/links';
import { type BareApi, bareApi } from './bare';
import { Api, until } from './shop';

let bare: BareApi;
const bytes = randomBytes(2 * FILE_CHUNK_BYTES + 12_345);
const HOUR = 3_600_000;

beforeAll(async () => {
  bare = await bareApi();
  await product('ebook', { filename: 'Die schöne Müllerin “I”.pdf', content: bytes });
  await product('empty', { filename: 'empty.txt', content: Buffer.alloc(0) });
  await product('soon', null);
});
afterAll(() => bare?.close());

async function product(sku: string, file: { filename: string; content: Buffer } | null): Promise<void> {
  const at = new Date(bare.clock.now());
  await bare.db.product.create({ data: { sku, name: sku, kind: 'DIGITAL', createdAt: at, updatedAt: at } });
  if (file === null) return;
  const { filename, content } = file;
  const pieces = Array.from({ length: Math.ceil(content.length / FILE_CHUNK_BYTES) }, (_, seq) => ({
    seq,
    bytes: new Uint8Array(content.subarray(seq * FILE_CHUNK_BYTES, (seq + 1) * FILE_CHUNK_BYTES)),
  }));
  await bare.db.productFile.create({
    data: {
      id: randomUUID(),
      sku,
      filename,
      contentType: 'application/pdf',
      size: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      createdAt: at,
      chunks: { create: pieces },
    },
  });
}

/** A grant of three uses, and the link to it. */
async function granted(sku = 'ebook', change: Record<string, unknown> = {}): Promise<{ id: string; path: string }> {
  const id = randomUUID();
  const session = `cs_test_${id.replaceAll('-', '')}`;
  const at = new Date(bare.clock.now());
  await bare.db.order.create({
    data: {
      sessionId: session,
      number: id,
      status: 'COMPLETED',
      paymentStatus: 'PAID',
      stock: 'COMMITTED',
      origin: 'CHECKOUT',
      currency: 'eur',
      subtotal: 900,
      total: 900,
      holdUntil: at,
      createdAt: at,
      updatedAt: at,
      grants: { create: { id, sku, allowed: 3, expiresAt: new Date(at.getTime() + 24 * HOUR), ...change } },
    },
  });
  return { id, path: `/downloads/${signToken(bare.env.SIGNING_SECRET, 'download', id)}` };
}

const used = async (id: string) => (await bare.db.downloadGrant.findUniqueOrThrow({ where: { id } })).used;
const get = (path: string, headers: Record<string, string> = {}) =>
  bare.api.http.get(path).set(headers).buffer(true).parse(asBytes);
const range = (path: string, asked: string) => get(path, { range: asked });

function asBytes(response: unknown, done: (error: Error | null, body: Buffer) => void): void {
  const pieces: Buffer[] = [];
  (response as NodeJS.ReadableStream)
    .on('data', (piece: Buffer) => pieces.push(piece))
    .on('end', () => done(null, Buffer.concat(pieces)));
}
const codeOf = (body: Buffer) => JSON.parse(body.toString()).code;

describe('a download', () => {
  test('is the file, byte by byte, under its name', async () => {
    const { id, path } = await granted();
    const { status, headers, body } = await get(path);
    expect(status).toBe(200);
    expect(body.equals(bytes)).toBe(true);
    expect(headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(bytes.length),
      'accept-ranges': 'bytes',
    });
    expect(headers['content-disposition']).toMatch(
      /^attachment; filename="[ -~]*"; filename\*=UTF-8''Die%20sch%C3%B6ne/,
    );
    expect(await used(id)).toBe(1);
  });

  test('of an empty file is empty', async () => {
    const { id, path } = await granted('empty');
    expect((await get(path)).body).toHaveLength(0);
    expect(await used(id)).toBe(1);
  });

  test('works as often as allowed', async () => {
    const { id, path } = await granted();
    for (let n = 0; n < 3; n++) expect((await get(path)).status).toBe(200);
    const over = await get(path);
    expect([over.status, codeOf(over.body)]).toEqual([410, 'downloads_used_up']);
    expect(await used(id)).toBe(3);
  });

  test('eight at once are no more than allowed', async () => {
    const { id, path } = await granted();
    const answers = await Promise.all(Array.from({ length: 8 }, () => get(path)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(5);
    expect(await used(id)).toBe(3);
  });

  test('takes its bytes over connections of its own, and only so many ranges of a file at once', async () => {
    const waiting: (() => void)[] = [];
    let isOpen = true;
    const gate = () => (isOpen ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve)));
    const fileDb = new Proxy(bare.db, {
      get: (db, name) =>
        name !== 'productFileChunk'
          ? Reflect.get(db, name)
          : { findUniqueOrThrow: (of: never) => gate().then(() => db.productFileChunk.findUniqueOrThrow(of)) },
    });
    const api = await Api.listen({ ...bare.api.deps, fileDb });
    const { path } = await granted();
    const ask = (asked?: string) =>
      api.http
        .get(path)
        .set(asked ? { range: asked } : {})
        .then(({ status }) => status);
    expect(await ask()).toBe(200);
    isOpen = false;
    const ranges = Array.from({ length: 9 }, () => ask('bytes=5-9'));
    expect(await Promise.race(ranges)).toBe(429);
    isOpen = true;
    for (const go of waiting) go();
    expect((await Promise.all(ranges)).sort()).toEqual([...Array(8).fill(206), 429]);
    expect(await ask('bytes=5-9')).toBe(206);
    await api.close();
  });

  test('takes few connections of a process, however many there are at once, and none that others wait for', async () => {
    const databases = connectDatabases(bare.env.DATABASE_URL);
    const api = await Api.listen({ ...bare.api.deps, ...databases });
    const disk = new Client({ connectionString: bare.env.DATABASE_URL });
    await disk.connect();
    const reading = async () => {
      // Not from pg_stat_activity: within a transaction, that stays as it was when it was first read.
      const { rows } = await disk.query(`SELECT count(*)::int AS count FROM pg_locks
        WHERE NOT granted AND relation = 'product_file_chunks'::regclass
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
      return rows[0].count as number;
    };
    try {
      const links = await Promise.all(Array.from({ length: 20 }, () => granted()));
      await disk.query('BEGIN');
      await disk.query('LOCK product_file_chunks IN ACCESS EXCLUSIVE MODE'); // a disk that answers nothing
      // One after the other: Prisma makes one query of several that it is asked for at the same moment.
      const starts: Promise<number>[] = [];
      for (const { path } of links) {
        const start = api.http.get(path).set({ range: 'bytes=0-9' });
        starts.push(start.then(({ status }) => status));
        await until(async () => (await reading()) === Math.min(starts.length, 3));
      }
      expect((await api.http.head(links[0]?.path ?? '')).status).toBe(200); // reads over the others' connections
      expect(await reading()).toBe(3);
      await disk.query('COMMIT');
      await Promise.all(starts);
    } finally {
      await disk.end();
      await api.close();
      await Promise.all([databases.db.$disconnect(), databases.fileDb.$disconnect()]);
    }
  });

  test('HEAD has the same headers and uses nothing', async () => {
    const { id, path } = await granted();
    const { status, headers } = await bare.api.http.head(path);
    expect([status, headers['content-length']]).toEqual([200, String(bytes.length)]);
    expect(await used(id)).toBe(0);
    await bare.db.downloadGrant.update({ where: { id }, data: { used: 3 } });
    expect((await bare.api.http.head(path)).status).toBe(410);
  });

  test('of a file that was not uploaded yet is 404 and uses nothing', async () => {
    const { id, path } = await granted('soon');
    const { status, body } = await get(path);
    expect([status, codeOf(body)]).toEqual([404, 'not_found']);
    expect(await used(id)).toBe(0);
  });
});

describe('a link', () => {
  test.each<[string, (token: string) => string]>([
    ['cut short', (token) => token.slice(0, -1)],
    ['with another id', (token) => token.replace(/^[0-9a-f]/, (first) => (first === '0' ? '1' : '0'))],
    ['of nothing', () => 'x.y'],
    ['without a dot', () => 'nonsense'],
    ['made to recover', () => signToken(bare.env.SIGNING_SECRET, 'recover', randomUUID())],
    ['signed for no grant', () => signToken(bare.env.SIGNING_SECRET, 'download', randomUUID())],
    ['signed for no id', () => signToken(bare.env.SIGNING_SECRET, 'download', 'x')],
    ['by another secret', (token) => signToken('another-secret-altogether', 'download', token.split('.')[0] ?? '')],
  ])('%s opens nothing', async (_what, change) => {
    const { id, path } = await granted();
    const { status, body } = await get(`/downloads/${change(path.slice('/downloads/'.length))}`);
    expect([status, codeOf(body)]).toEqual([403, 'link_invalid']);
    expect(await used(id)).toBe(0);
  });

  test('expires', async () => {
    const { path } = await granted('ebook', { expiresAt: new Date(bare.clock.now()) });
    const { status, body } = await get(path);
    expect([status, codeOf(body)]).toEqual([410, 'link_expired']);
  });

  test.each([
    ['expired', { expiresAt: new Date(0) }, 410, 'This link has expired', 'Dieser Link ist abgelaufen'],
    ['revoked', { revokedAt: new Date(0) }, 410, 'This link is no longer valid', 'Dieser Link gilt nicht mehr'],
    ['used up', { used: 5, allowed: 5 }, 410, 'No downloads left', 'Keine Downloads mehr übrig'],
    ['cut short', {}, 403, 'This link does not work', 'Dieser Link funktioniert nicht'],
  ])('%s is a page to a browser, in its language', async (what, grant, expected, english, german) => {
    const { path } = await granted('ebook', grant);
    const link = what === 'cut short' ? path.slice(0, -1) : path;
    for (const [language, title] of [
      ['en', english],
      ['de', german],
    ] as const) {
      const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
      const { status, headers, body } = await get(link, { accept, 'accept-language': language });
      expect([status, headers['content-type']]).toEqual([expected, 'text/html; charset=utf-8']);
      expect(body.toString()).toContain(`<h1>${title}</h1>`);
    }
  });

  test('that was revoked says so, also when it expired since', async () => {
    const { path } = await granted('ebook', {
      revokedAt: new Date(bare.clock.now()),
      expiresAt: new Date(bare.clock.now()),
    });
    const { status, body } = await get(path);
    expect([status, codeOf(body)]).toEqual([410, 'link_revoked']);
  });
});

test.each([
  ['a refund or a cancel', { revokedByDispute: false }, 'The purchase was cancelled or refunded.'],
  ['a lost dispute', { revokedByDispute: true }, 'The payment was taken back through the bank.'],
])('what %s has revoked gives the true reason', async (_, by, detail) => {
  const { path } = await granted('ebook', { revokedAt: new Date(bare.clock.now()), ...by });
  expect((await get(path)).body.toString()).toContain(detail);
});

describe('a range', () => {
  test.each([
    ['bytes=0-99', 0, 100],
    ['bytes=100-199', 100, 200],
    [`bytes=${FILE_CHUNK_BYTES - 10}-${FILE_CHUNK_BYTES + 9}`, FILE_CHUNK_BYTES - 10, FILE_CHUNK_BYTES + 10],
    ['bytes=2000000-', 2_000_000, bytes.length],
    ['bytes=-500', bytes.length - 500, bytes.length],
    ['bytes=1-99999999', 1, bytes.length],
  ])('%s is answered with exactly that range', async (asked, start, end) => {
    const { path } = await granted();
    const { status, headers, body } = await range(path, asked);
    expect([status, headers['content-range']]).toEqual([206, `bytes ${start}-${end - 1}/${bytes.length}`]);
    expect(body.equals(bytes.subarray(start, end))).toBe(true);
  });

  test.each(['bytes=0-1,5-6', 'lines=1-2', 'bytes=-', 'bytes=9-1', 'nonsense'])(
    '%s is answered with the whole file file',
    async (asked) => {
      const { path } = await granted();
      expect((await range(path, asked)).status).toBe(200);
    },
  );

  test('outside the file is 416 and uses nothing', async () => {
    const { id, path } = await granted();
    const { status, headers, body } = await range(path, `bytes=${bytes.length}-`);
    expect([status, headers['content-range'], codeOf(body)]).toEqual([
      416,
      `bytes */${bytes.length}`,
      'range_not_satisfiable',
    ]);
    expect(await used(id)).toBe(0);
  });

  test('within the hour belongs to the use before it, also to the last', async () => {
    const { id, path } = await granted('ebook', { used: 2 });
    await range(path, 'bytes=0-9');
    expect(await used(id)).toBe(3);
    bare.clock.ms += HOUR - 1;
    expect((await range(path, 'bytes=10-19')).status).toBe(206);
    expect((await bare.api.http.head(path)).status).toBe(200);
    expect((await range(path, 'bytes=0-9')).status).toBe(410);
    bare.clock.ms += 1;
    expect((await range(path, 'bytes=20-29')).status).toBe(410);
  });

  test('later is a use of its own', async () => {
    const { id, path } = await granted();
    await get(path);
    bare.clock.ms += HOUR;
    expect((await range(path, 'bytes=10-')).status).toBe(206);
    expect(await used(id)).toBe(2);
  });

  test('of a file that changed since is the whole of the new one', async () => {
    const { path } = await granted();
    const { headers } = await get(path);
    const etag = String(headers.etag);
    expect((await get(path, { range: 'bytes=5-9', 'if-range': etag })).status).toBe(206);
    expect((await get(path, { range: 'bytes=5-9', 'if-range': '"another"' })).status).toBe(200);
  });

  test.each([
    ['bytes=-99999999', 206],
    ['bytes=-0', 416],
    ['bytes=99999999-1', 200],
    ['bytes= 0-9', 206],
  ])('%s of a shorter file is %i', async (asked, expected) => {
    const { path } = await granted();
    const { status, headers, body } = await range(path, asked);
    expect(status).toBe(expected);
    if (asked === 'bytes=-99999999') {
      expect(headers['content-range']).toBe(`bytes 0-${bytes.length - 1}/${bytes.length}`);
      expect(body.equals(bytes)).toBe(true);
    }
  });
});
