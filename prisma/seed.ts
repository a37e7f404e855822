import { putOnSale } from '../activities/catalogue/put-on-sale';
import { type Clock, systemClock } from '../platform/clock';
import { isLiveKey } from '../platform/env';
import { runScript } from '../platform/script';
import { withSecrets } from '../platform/secret-files';
import { addProduct } from '../store/catalogue/add';
import { knownSkus } from '../store/catalogue/products';
import { connectDatabase, type Db } from '../store/database';
import { DEMO_CATALOGUE, type DemoProduct, imageOf } from './demo/catalogue';

/**
 * Loads the demo catalogue. A product that exists already is left alone, whatever happened to its prices, stock or
 * file since, so this is safe to repeat, even by several processes at once. Under a live key it loads nothing: real
 * money must not buy what nobody can deliver.
 *
 * @returns the SKUs it added
 */
export async function seed(db: Db, clock: Clock, stripeKey = ''): Promise<string[]> {
  if (isLiveKey(stripeKey)) return [];
  const known = await knownSkus(db, { skus: DEMO_CATALOGUE.map(({ sku }) => sku) });
  const added: string[] = [];
  for (const product of DEMO_CATALOGUE)
    if (!known.has(product.sku) && (await add(db, product, new Date(clock.now())))) added.push(product.sku);
  return added;
}

const add = (db: Db, product: DemoProduct, at: Date): Promise<boolean> =>
  addProduct(db, {
    sku: product.sku,
    name: product.name,
    description: product.description,
    kind: product.kind,
    imageUrl: imageOf(product),
    active: true,
    ...{ weight: null, taxCode: null, taxBehavior: null },
    prices: product.prices.map(({ amount, currency, minimum = null }) => ({
      ...{ amount, currency, minimum },
      stripePriceId: null,
    })),
    ...(product.bundle && { bundle: product.bundle }),
    ...(product.stock !== undefined && { stock: product.stock }),
    ...(product.file && {
      file: {
        filename: product.file.filename,
        contentType: product.file.contentType,
        bytes: product.file.bytes(),
      },
    }),
    ...(product.licenceKeys && { licenceKeys: product.licenceKeys }),
    actor: 'seed',
    at,
  });

async function main(): Promise<void> {
  const variables = withSecrets(process.env);
  const { DATABASE_URL: url, STRIPE_SECRET_KEY: stripeKey = '' } = variables;
  if (!url) throw new Error('DATABASE_URL is not set: which database should be filled?');
  const db = connectDatabase(url, 2);
  try {
    const added = await seed(db, systemClock, stripeKey);
    const nothing = isLiveKey(stripeKey)
      ? 'STRIPE_SECRET_KEY is a live key: the demo catalogue is not loaded.'
      : 'The demo catalogue was already loaded.';
    console.log(added.length > 0 ? `Added ${added.join(', ')}.` : nothing);
    if (added.length > 0) console.log(await putOnSale(db, added, variables));
  } finally {
    await db.$disconnect();
  }
}

if (require.main === module) runScript(main);
