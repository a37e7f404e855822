import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import pg from 'pg';
import { FILE_CHUNK_BYTES } from '../../domain/files';
import { removeAbandonedFiles } from '../../store/catalogue/files';
import { storeFile } from '../../store/catalogue/upload';
import { until } from '../workflow/world';
import { invalidAt, Office, problem } from './admin-office';
import { ADMIN_TOKEN, NOON } from './bare';

const DAY = 86_400_000;

let office: Office;
let products = 0;
/** The digital product of the test at hand. */
let sku: string;

beforeAll(async () => {
  office = await Office.open();
});
beforeEach(async () => {
  products += 1;
  sku = `EBOOK-${products}`;
  await office.product(sku, { kind: 'DIGITAL' });
});
afterEach(() => removeAbandonedFiles(office.db, null, { at: new Date(NOON + DAY + 1) }));
afterAll(() => office?.close());

const put = (bytes: Buffer | string, { filename = 'a.pdf', contentType = 'application/pdf', at = sku } = {}) =>
  office.ask('put', `/admin/products/${at}/file`).query({ filename }).set('content-type', contentType).send(bytes);

const kept = async () => {
  const file = await office.db.productFile.findUnique({
    where: { sku },
    include: { chunks: { orderBy: { seq: 'asc' } } },
  });
  return file && { ...file, bytes: Buffer.concat(file.chunks.map(({ bytes }) => bytes)) };
};
const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const orphans = () => office.db.productFile.count({ where: { sku: null } });

describe('uploading the file of a digital product', () => {
  test('keeps its bytes, in pieces of 1 MiB', async () => {
    const bytes = randomBytes(2 * FILE_CHUNK_BYTES + 4321);
    const answer = await put(bytes, { filename: 'Fünf Knoten (2).pdf' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      sku,
      file: {
        filename: 'Fünf Knoten (2).pdf',
        contentType: 'application/pdf',
        size: bytes.length,
        sha256: sum(bytes),
        uploadedAt: '2026-11-23T12:00:00.000Z',
      },
    });
    const file = await kept();
    expect(file?.bytes.equals(bytes)).toBe(true);
    expect(file?.chunks.map(({ seq, bytes }) => [seq, bytes.length])).toEqual([
      [0, FILE_CHUNK_BYTES],
      [1, FILE_CHUNK_BYTES],
      [2, 4321],
    ]);
  });

  test('ends exactly where a piece ends', async () => {
    const bytes = randomBytes(FILE_CHUNK_BYTES);
    await put(bytes);
    expect((await kept())?.chunks).toHaveLength(1);
    expect((await kept())?.bytes.equals(bytes)).toBe(true);
  });

  test('replaces the earlier file, which is kept a day for downloads under way', async () => {
    await put(randomBytes(FILE_CHUNK_BYTES + 1), { filename: 'old.pdf' });
    const old = await kept();
    await put('short', { filename: 'new.txt', contentType: 'text/plain' });
    expect(await kept()).toMatchObject({ filename: 'new.txt', contentType: 'text/plain', bytes: Buffer.from('short') });
    const pieces = () => office.db.productFileChunk.count({ where: { fileId: old?.id ?? '' } });
    await removeAbandonedFiles(office.db, null, { at: new Date(NOON + DAY) });
    expect(await pieces()).toBe(2);
    await removeAbandonedFiles(office.db, null, { at: new Date(NOON + DAY + 1) });
    expect([await pieces(), await orphans()]).toEqual([0, 0]);
    expect((await kept())?.bytes.toString()).toBe('short');
  });

  test('by two at once leaves one of the two, whole', async () => {
    const files = [randomBytes(FILE_CHUNK_BYTES + 7), randomBytes(FILE_CHUNK_BYTES + 9), randomBytes(11)];
    const answers = await Promise.all(files.map((bytes) => put(bytes)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const file = await kept();
    expect(files.map(sum)).toContain(file?.sha256);
    expect(sum(file?.bytes ?? Buffer.alloc(0))).toBe(file?.sha256);
    await removeAbandonedFiles(office.db, null, { at: new Date(NOON + DAY + 1) });
    const left = await kept();
    expect([left?.id, sum(left?.bytes ?? Buffer.alloc(0))]).toEqual([file?.id, file?.sha256]);
  });

  test.each([
    ['application/x-www-form-urlencoded', 'application/octet-stream'],
    ['text/html; charset=utf-8', 'application/octet-stream'],
    ['application/epub+zip', 'application/epub+zip'],
  ])('sent as %s it is kept as %s', async (contentType, as) => {
    await put('x', { contentType });
    expect((await kept())?.contentType).toBe(as);
  });

  test('may take longer than any other request', async () => {
    const { port } = new URL(office.api.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `PUT /admin/products/${sku}/file?filename=slow.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`,
    );
    await until(async () => (await orphans()) === 1);
    expect(await kept()).toBeNull();
    socket.write('3\r\ndef\r\n0\r\n\r\n');
    const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect((await kept())?.bytes.toString()).toBe('abcdef');
  });
});

describe('an upload that fails', () => {
  test('half-way leaves the earlier file, and no pieces', async () => {
    await put('earlier');
    const { port } = new URL(office.api.url);
    const socket = connect(Number(port), '127.0.0.1');
    const start = randomBytes(FILE_CHUNK_BYTES + 10);
    socket.write(
      `PUT /admin/products/${sku}/file?filename=cut.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\nContent-Length: 9999999\r\n\r\n`,
    );
    socket.write(start);
    await until(async () => (await office.db.productFileChunk.count({ where: { file: { sku: null } } })) === 1);
    socket.destroy();
    await until(async () => (await orphans()) === 0);
    expect((await kept())?.bytes.toString()).toBe('earlier');
  });

  test('announced as too large is refused before it is sent', async () => {
    const { port } = new URL(office.api.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `PUT /admin/products/${sku}/file?filename=big.bin HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\nContent-Length: ${512 * 1024 * 1024 + 1}\r\n\r\n`,
    );
    const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    await closed;
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    expect(answer).toContain('"code":"payload_too_large"');
    expect(await orphans()).toBe(0);
  });

  test('growing too large is cut off, also when it did not say how long it would be', async () => {
    let read = 0;
    async function* endless() {
      for (;;) {
        read += 1;
        yield randomBytes(700_000);
      }
    }
    const upload = {
      sku,
      filename: 'endless.bin',
      contentType: 'x/y',
      at: new Date(NOON),
      limit: 3 * FILE_CHUNK_BYTES,
    };
    expect(await storeFile(office.db, null, { ...upload, bytes: endless() })).toBe('too-large');
    expect(read).toBeLessThan(8);
    expect([await kept(), await orphans()]).toEqual([null, 0]);
    await storeFile(office.db, null, {
      ...upload,
      bytes: [Buffer.alloc(3 * FILE_CHUNK_BYTES)] as unknown as AsyncIterable<Uint8Array>,
    });
    expect((await kept())?.size).toBe(BigInt(3 * FILE_CHUNK_BYTES));
  });

  test('together with its process is removed a day later', async () => {
    const { id } = await office.db.productFile.create({
      data: {
        id: crypto.randomUUID(),
        filename: 'x',
        contentType: 'x/y',
        size: 0,
        sha256: '',
        createdAt: new Date(NOON),
        chunks: { create: Array.from({ length: 20 }, (_, seq) => ({ seq, bytes: new Uint8Array([seq]) })) },
      },
    });
    const there = () => office.db.productFile.count({ where: { id } });
    await removeAbandonedFiles(office.db, null, { at: new Date(NOON + DAY) });
    expect(await there()).toBe(1);
    await removeAbandonedFiles(office.db, null, { at: new Date(NOON + DAY + 1) });
    expect(await there()).toBe(0);
  });

  test('ends after the product has become a physical one: 409, though it was digital when it began', async () => {
    const staff = new pg.Client({ connectionString: office.api.deps.env.DATABASE_URL });
    await staff.connect();
    await staff.query('BEGIN');
    await staff.query(`UPDATE products SET kind = 'PHYSICAL' WHERE sku = $1`, [sku]);
    const upload = put('x').then((answer) => answer);
    await until(async () => {
      const { rows } = await staff.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
    await staff.query('COMMIT');
    await staff.end();
    expect((await upload).body).toEqual(problem(409, 'invalid_transition'));
    expect([await kept(), await orphans()]).toEqual([null, 0]);
  });

  test('is of a physical product: 409', async () => {
    await office.product(`MUG-${products}`);
    expect((await put('x', { at: `MUG-${products}` })).body).toEqual(problem(409, 'invalid_transition'));
  });

  test('is of no product: 404', async () => {
    expect((await put('x', { at: 'NOTHING' })).body).toEqual(problem(404, 'unknown_sku'));
  });

  test('is empty: 400', async () => {
    expect((await put('')).body).toEqual(invalidAt(''));
    expect([await kept(), await orphans()]).toEqual([null, 0]);
  });

  test('is compressed: 415', async () => {
    const answer = await office
      .ask('put', `/admin/products/${sku}/file`)
      .query({ filename: 'a' })
      .set('content-encoding', 'gzip')
      .send('x');
    expect(answer.body).toEqual(problem(415, 'unsupported_media_type'));
  });

  test.each(['', '.', '..', 'a/b', 'a\\b', 'a\nb', 'x'.repeat(201)])('is named “%s”: 400', async (filename) => {
    expect((await put('x', { filename })).body).toEqual(invalidAt('filename'));
  });

  test('has no name, two names or another parameter: 400', async () => {
    const ask = (query: string) => office.ask('put', `/admin/products/${sku}/file${query}`).send('x');
    for (const query of ['', '?filename=a&filename=b']) expect((await ask(query)).body).toEqual(invalidAt('filename'));
    expect((await ask('?filename=a&more=1')).body).toEqual(invalidAt(''));
  });
});
