import { createHash, randomUUID } from 'node:crypto';
import { FILE_CHUNK_BYTES } from '../domain/files';
import { type Clock, systemClock } from '../platform/clock';
import { connectDatabase, type Db, type Tx } from '../store/database';
import { DEMO_CATALOGUE, type DemoProduct, imageOf } from './demo/catalogue';

/**
 * Loads the demo catalogue. A product that is there already is left alone, whatever became of its prices, stock or file since: so it is safe
 * to repeat, also by several at once.
 *
 * @returns the SKUs it added
 */
export async function seed(db: Db, clock: Clock): Promise<string[]> {
  const known = await db.product.findMany({ where: { sku: { in: DEMO_CATALOGUE.map(({ sku }) => sku) } } });
  const missing = DEMO_CATALOGUE.filter(({ sku }) => !known.some((product) => product.sku === sku));
  const added: string[] = [];
  for (const product of missing) if (await add(db, product, new Date(clock.now()))) added.push(product.sku);
  return added;
}

/** One transaction a product: either all of it is there or nothing. */
function add(db: Db, product: DemoProduct, at: Date): Promise<boolean> {
  const { sku, name, description, kind, file, stock } = product;
  const face = { sku, name, description, kind, imageUrl: imageOf(product), createdAt: at, updatedAt: at };
  // Read before the transaction, which must not wait for the disk.
  const bytes = file?.bytes();
  return db.$transaction(async (tx) => {
    const { count } = await tx.product.createMany({ data: [face], skipDuplicates: true });
    if (count === 0) return false;
    await tx.price.createMany({
      data: product.prices.map((price, position) => ({ ...price, sku, position, createdAt: at })),
    });
    if (stock !== undefined) await shelve(tx, sku, stock, at);
    if (file && bytes) await attach(tx, sku, file, bytes, at);
    return true;
  });
}

async function shelve(tx: Tx, sku: string, quantity: number, at: Date): Promise<void> {
  await tx.stockLevel.create({ data: { sku } });
  await tx.stockMovement.create({
    data: { sku, at, kind: 'ADJUST', onHandDelta: quantity, heldDelta: 0, reference: 'opening stock', actor: 'seed' },
  });
}

async function attach(
  tx: Tx,
  sku: string,
  { filename, contentType }: { filename: string; contentType: string },
  bytes: Buffer,
  at: Date,
): Promise<void> {
  const id = randomUUID();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await tx.productFile.create({
    data: { id, sku, filename, contentType, size: BigInt(bytes.length), sha256, createdAt: at },
  });
  for (let seq = 0; seq * FILE_CHUNK_BYTES < bytes.length; seq += 1) {
    const piece = bytes.subarray(seq * FILE_CHUNK_BYTES, (seq + 1) * FILE_CHUNK_BYTES);
    await tx.productFileChunk.create({ data: { fileId: id, seq, bytes: new Uint8Array(piece) } });
  }
}

async function main(): Promise<void> {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error('DATABASE_URL is not set: which database is to be filled?');
  const db = connectDatabase(url, 2);
  try {
    const added = await seed(db, systemClock);
    console.log(added.length > 0 ? `Added ${added.join(', ')}.` : 'The demo catalogue was there already.');
  } finally {
    await db.$disconnect();
  }
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
