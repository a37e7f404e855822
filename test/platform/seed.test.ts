import { crc32, inflateSync } from 'node:zlib';
import { FILE_CHUNK_BYTES } from '../../domain/files';
import { DEMO_CATALOGUE } from '../../prisma/demo/catalogue';
import { seed } from '../../prisma/seed';
import { connectDatabase, type Db } from '../../store/database';
import { createTestDatabase, type TestDatabase } from '../support/database';

const clock = { now: () => Date.parse('2026-11-23T12:00:00Z') };

let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await createTestDatabase();
  db = connectDatabase(database.url, 4);
});

afterEach(async () => {
  await db.$disconnect();
  await database.drop();
});

/** Everything the seed may have written, to hold one moment against another. */
const everything = async () => ({
  products: await db.product.findMany({ orderBy: { sku: 'asc' } }),
  prices: await db.price.findMany({ orderBy: { id: 'asc' } }),
  stock: await db.stockLevel.findMany({ orderBy: { sku: 'asc' } }),
  movements: await db.stockMovement.findMany({ orderBy: { id: 'asc' } }),
  files: await db.productFile.findMany({ orderBy: { id: 'asc' } }),
  keys: await db.licenceKey.findMany({ orderBy: { id: 'asc' } }),
});

describe('the demo catalogue', () => {
  test('has something of everything that can be sold', async () => {
    await seed(db, clock);
    const products = await db.product.findMany({ include: { prices: true, stock: true, file: true, contents: true } });
    const physical = products.filter(({ kind }) => kind === 'PHYSICAL');
    const digital = products.filter(({ kind }) => kind === 'DIGITAL');
    expect(physical.length).toBeGreaterThanOrEqual(4);
    const bundles = physical.filter(({ contents }) => contents.length > 0);
    expect(bundles).toMatchObject([{ sku: 'BIRTHDAY-BOX', stock: null, contents: [{ quantity: 1 }, { quantity: 1 }] }]);
    const onShelves = physical.filter((product) => !bundles.includes(product));
    expect(onShelves.every(({ stock, file }) => stock && stock.onHand > 0 && !file)).toBe(true);
    expect(physical.some(({ stock }) => stock?.onHand === 3)).toBe(true);
    expect(physical.some(({ prices }) => prices.length === 2)).toBe(true);
    expect(
      digital.filter(({ prices }) => prices.every(({ minimum }) => minimum === null)).length,
    ).toBeGreaterThanOrEqual(2);
    expect(digital.filter(({ prices }) => prices.some(({ minimum }) => minimum !== null))).toHaveLength(1);
    const withKeys = digital.filter(({ stock }) => stock !== null);
    expect(withKeys).toMatchObject([{ sku: 'WATERING-BELL', file: null, stock: { onHand: 20, held: 0 } }]);
    expect(await db.licenceKey.count({ where: { sku: 'WATERING-BELL', grantId: null } })).toBe(20);
    expect(digital.every((product) => withKeys.includes(product) || product.file)).toBe(true);
  });

  test('is never loaded under a live key', async () => {
    for (const key of ['sk_live_1', 'rk_live_1']) expect(await seed(db, clock, key)).toEqual([]);
    expect(await db.product.count()).toBe(0);
  });

  test('is left alone by a second seed, whatever became of it', async () => {
    expect(await seed(db, clock)).toEqual(DEMO_CATALOGUE.map(({ sku }) => sku));
    const at = new Date(clock.now());
    await db.stockMovement.create({
      data: { sku: 'TULIPS', at, kind: 'ADJUST', onHandDelta: -39, heldDelta: 0, reference: 'sold', actor: 'staff' },
    });
    const price = await db.price.findFirstOrThrow({ where: { sku: 'LAVENDER' } });
    await db.price.update({ where: { id: price.id }, data: { stripePriceId: 'price_linked' } });
    await db.product.update({ where: { sku: 'LAVENDER' }, data: { name: 'Our Lavender' } });
    const before = await everything();

    expect(await seed(db, { now: () => clock.now() + 60_000 })).toEqual([]);
    expect(await everything()).toEqual(before);
    expect(before.stock.find(({ sku }) => sku === 'TULIPS')?.onHand).toBe(1);
  });

  test('is loaded once when two load it at the same time', async () => {
    const added = (await Promise.all([seed(db, clock), seed(db, clock)])).flat();
    expect(added.sort()).toEqual(DEMO_CATALOGUE.map(({ sku }) => sku).sort());
    for (const { sku, stock } of DEMO_CATALOGUE.filter((product) => product.stock !== undefined))
      expect(await db.stockLevel.findUnique({ where: { sku } })).toMatchObject({ onHand: stock, held: 0 });
  });
});

describe('its files', () => {
  const fileOf = async (sku: string) => {
    const file = await db.productFile.findUniqueOrThrow({
      where: { sku },
      include: { chunks: { orderBy: { seq: 'asc' } } },
    });
    expect(file.chunks.every(({ bytes }) => bytes.length <= FILE_CHUNK_BYTES)).toBe(true);
    const bytes = Buffer.concat(file.chunks.map(({ bytes }) => bytes));
    expect(bytes).toHaveLength(Number(file.size));
    return bytes;
  };

  beforeEach(() => seed(db, clock));

  test.each(['FRESH-LONGER', 'SIX-BOUQUETS'])('%s is a PDF whose table names where its objects are', async (sku) => {
    const text = (await fileOf(sku)).toString('latin1');
    expect(text.startsWith('%PDF-1.4\n')).toBe(true);
    expect(text.endsWith('%%EOF\n')).toBe(true);
    const table = Number(/startxref\n(\d+)\n/.exec(text)?.[1]);
    expect(text.slice(table, table + 5)).toBe('xref\n');
    const offsets = [...text.slice(table).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset));
    expect(offsets.length).toBeGreaterThan(8);
    offsets.forEach((offset, i) => {
      expect(text.slice(offset)).toMatch(new RegExp(`^${i + 1} 0 obj\\n`));
    });
    for (const [, length, stream] of text.matchAll(/<< \/Length (\d+) >>\nstream\n([\s\S]*?)\nendstream/g))
      expect(stream).toHaveLength(Number(length));
  });

  test('PRESSED-FLOWERS is an archive of four pictures', async () => {
    const pictures = unzip(await fileOf('PRESSED-FLOWERS'));
    expect(Object.keys(pictures)).toEqual(['poppy.png', 'aster.png', 'buttercup.png', 'cornflower.png']);
    for (const picture of Object.values(pictures)) {
      const { IHDR, IDAT, PLTE } = chunksOf(picture);
      const [width, height] = [IHDR?.readUInt32BE(0) ?? 0, IHDR?.readUInt32BE(4) ?? 0];
      const pixels = inflateSync(IDAT ?? Buffer.alloc(0));
      expect(pixels).toHaveLength((width + 1) * height);
      expect(pixels.reduce((most, pixel) => Math.max(most, pixel), 0)).toBe((PLTE?.length ?? 0) / 3 - 1);
    }
  });
});

/** Reads an archive by its directory, as an unpacker does, and checks every sum in it. */
function unzip(archive: Buffer): Record<string, Buffer> {
  const end = archive.length - 22;
  expect(archive.readUInt32LE(end)).toBe(0x06054b50);
  const files: Record<string, Buffer> = {};
  let entry = archive.readUInt32LE(end + 16);
  for (let n = 0; n < archive.readUInt16LE(end + 10); n += 1) {
    expect(archive.readUInt32LE(entry)).toBe(0x02014b50);
    const [size, name] = [archive.readUInt32LE(entry + 24), archive.readUInt16LE(entry + 28)];
    const local = archive.readUInt32LE(entry + 42);
    expect(archive.readUInt32LE(local)).toBe(0x04034b50);
    const label = archive.subarray(entry + 46, entry + 46 + name).toString();
    const start = local + 30 + archive.readUInt16LE(local + 26);
    const bytes = archive.subarray(start, start + size);
    expect(crc32(bytes)).toBe(archive.readUInt32LE(entry + 16));
    files[label] = bytes;
    entry += 46 + name;
  }
  expect(entry).toBe(end);
  return files;
}

function chunksOf(picture: Buffer): Record<string, Buffer> {
  expect(picture.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks: Record<string, Buffer> = {};
  for (let at = 8; at < picture.length; ) {
    const length = picture.readUInt32BE(at);
    const framed = picture.subarray(at + 4, at + 8 + length);
    expect(crc32(framed)).toBe(picture.readUInt32BE(at + 8 + length));
    chunks[framed.subarray(0, 4).toString()] = framed.subarray(4);
    at += 12 + length;
  }
  return chunks;
}
