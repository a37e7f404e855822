import { readFile } from '../../commands/import/file';
import { importProducts } from '../../commands/import/import';
import { refuseProducts } from '../../store/catalogue/not-for-sale';
import { findForSale, findProduct } from '../../store/catalogue/products';
import { connectDatabase, type Db } from '../../store/database';
import { moveStock, readShelf } from '../../store/stock/shelves';
import { createTestDatabase, type TestDatabase } from '../support/database';

const at = new Date('2026-11-27T09:00:00Z');

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase();
  db = connectDatabase(database.url, 4);
});
beforeEach(() => db.$executeRaw`TRUNCATE products, stock_levels, stock_movements CASCADE`);
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

/** What became of each line of a file, as `outcome SKU: what`. */
async function bring(file: string[], { dryRun = false, currency }: { dryRun?: boolean; currency?: string } = {}) {
  const { lines } = readFile(Buffer.from(file.join('\n')), currency);
  const who = { actor: 'ada', reason: 'import of products.csv', publicUrl: 'https://api.shop.example', at };
  const reports = await importProducts(db, { lines, dryRun, ...who });
  return reports.map(({ line, outcome, sku, says }) => `${line} ${outcome} ${sku}: ${says}`);
}

const shelf = (sku: string) => readShelf(db, { sku, movements: 100 });
const pricesOf = async (sku: string) =>
  (await findProduct(db, { sku }))?.prices.map(({ currency, amount }) => `${amount} ${currency}`);

const SHELF = [
  'sku,name,kind,description,weight,stock,price_eur,amount_usd',
  'VASE,Stone Vase,physical,"Heavy, and\ngrey",1200,10,49.90,5490',
  'SONG,A Song,digital,,,,0.99,',
];

test('creates products with prices and stock, and a second time changes nothing', async () => {
  expect(await bring(SHELF)).toEqual([
    '2 created VASE: name, description, kind, weight, eur €49.90, usd $54.90, stock 0 → 10',
    '4 created SONG: name, kind, eur €0.99',
  ]);
  expect(await findProduct(db, { sku: 'VASE' })).toMatchObject({
    ...{ name: 'Stone Vase', kind: 'PHYSICAL', description: 'Heavy, and\ngrey', weight: 1200, active: true },
  });
  expect(await pricesOf('VASE')).toEqual(['4990 eur', '5490 usd']);
  expect(await shelf('VASE')).toMatchObject({
    onHand: 10,
    movements: [{ kind: 'adjust', onHandDelta: 10, actor: 'ada', reference: 'import of products.csv' }],
  });
  expect(await bring(SHELF)).toEqual(['2 unchanged VASE: ', '4 unchanged SONG: ']);
  expect((await shelf('VASE')).movements).toHaveLength(1);
});

test('what was sold since the first import is not put back by the second; another count is a movement', async () => {
  await bring(SHELF);
  await moveStock(db, { sku: 'VASE', delta: -3, reason: 'sold', actor: 'order', at });
  expect((await bring(SHELF))[0]).toBe(
    '2 skipped VASE: stock stays 7, as 10 was imported before: if it is a new count, send 3 to POST /admin/products/VASE/stock',
  );
  expect(await bring(['sku,stock', 'VASE,12'])).toEqual(['2 changed VASE: stock 7 → 12']);
  expect((await shelf('VASE')).movements[0]).toMatchObject({ onHandDelta: 5 });
});

test('never counts below what unpaid orders hold, and then leaves the whole line', async () => {
  await bring(SHELF);
  const held = { kind: 'HOLD', onHandDelta: 0, heldDelta: 4, reference: 'cs_test_1', actor: 'order', at } as const;
  await db.stockMovement.create({ data: { sku: 'VASE', ...held } });
  const [said] = await bring(['sku,name,stock', 'VASE,Broken Vase,3']);
  expect(said).toBe('2 refused VASE: stock would be less than unpaid orders hold: count again when they are over');
  expect(await findProduct(db, { sku: 'VASE' })).toMatchObject({ name: 'Stone Vase' });
  expect(await shelf('VASE')).toMatchObject({ onHand: 10, held: 4 });
});

test('an empty cell, and a column that is not there, change nothing', async () => {
  await bring(SHELF);
  expect(await bring(['sku,name,weight,price_eur', 'VASE,,,45', 'SONG,Another Song,,'])).toEqual([
    '2 changed VASE: eur €45.00',
    '3 changed SONG: name',
  ]);
  expect(await pricesOf('VASE')).toEqual(['4500 eur', '5490 usd']);
  expect(await findProduct(db, { sku: 'VASE' })).toMatchObject({ name: 'Stone Vase', weight: 1200 });
});

test('a price that has changed is sold as before until it is at Stripe, and the report says so', async () => {
  await bring(SHELF);
  await db.$executeRaw`UPDATE prices SET stripe_price_id = 'price_' || sku || currency`;
  const file = ['sku,price_eur', 'VASE,45', 'SONG,1.99'];
  const said = [
    '2 changed VASE: eur €45.00; sold at eur €49.90 until npm run stripe:setup has run',
    '3 changed SONG: eur €1.99; sold at eur €0.99 until npm run stripe:setup has run',
  ];
  expect(await bring(file, { dryRun: true })).toEqual(said);
  expect(await bring(file)).toEqual(said);
  expect(await bring(file)).toEqual([
    '2 unchanged VASE: sold at eur €49.90 until npm run stripe:setup has run',
    '3 unchanged SONG: sold at eur €0.99 until npm run stripe:setup has run',
  ]);
  const [vase] = await findForSale(db, { skus: ['VASE'] });
  expect(vase?.prices.map(({ currency, amount }) => `${amount} ${currency}`)).toEqual(['4990 eur', '5490 usd']);

  await refuseProducts(db, { skus: ['SONG'], at: new Date() });
  expect(await bring(['sku,price_eur', 'SONG,2.49'])).toEqual([
    '2 changed SONG: eur €2.49; not for sale until npm run stripe:setup has run',
  ]);
  expect(await findForSale(db, { skus: ['SONG'] })).toEqual([]);
});

test('one price in two columns is refused for a product that exists, too, and a row of empty cells is none', async () => {
  await bring(SHELF);
  expect(await bring(['sku,price_eur,amount_eur', 'VASE,12.50,1300', ',,', ' , ,'])).toEqual([
    '2 refused VASE: price_eur and amount_eur are the same price: leave one of them empty',
  ]);
  expect(await pricesOf('VASE')).toEqual(['4990 eur', '5490 usd']);
});

test.each([
  ['price_jpy', '1200', '1200 jpy'],
  ['price_jpy', '1200.00', '1200 jpy'],
  ['price_kwd', '1.250', '1250 kwd'],
  ['price_isk', '500', '50000 isk'],
  ['price_eur', '12.5', '1250 eur'],
  ['amount_kwd', '1250', '1250 kwd'],
])('%s %s is %s', async (column, cell, price) => {
  await bring([`sku,name,kind,${column}`, `A,A,digital,${cell}`]);
  expect(await pricesOf('A')).toEqual([price]);
});

test.each([
  ['sku,name,kind', 'A B,A,digital', 'sku must be at most 40 of A–Z a–z 0–9 . _ -'],
  ['sku,name', 'A,A', 'kind is missing: physical or digital'],
  ['sku,kind', 'A,digital', 'name is missing'],
  ['sku,name,kind', 'A,A,service', 'kind must be physical or digital'],
  ['sku,name,kind,stock', 'A,A,digital,5', 'stock is for physical products: licence keys are uploaded'],
  ['sku,name,kind,stock', 'A,A,physical,-5', 'stock must be a whole number, 0 or more'],
  ['sku,name,kind,price_eur', 'A,A,digital,"12,50"', /^price_eur must look like 12\.50/],
  ['sku,name,kind,price_jpy', 'A,A,digital,12.50', /^price_jpy must look like 12\.50/],
  ['sku,name,kind,amount_eur', 'A,A,digital,12.50', 'amount_eur must be whole, in the currency’s smallest unit'],
  ['sku,name,kind,price_isk', 'A,A,digital,5.50', 'the price in isk must be a multiple of 100 in isk'],
  ['sku,name,kind,price_kwd', 'A,A,digital,1.255', 'the price in kwd must be a multiple of 10 in kwd'],
  [
    'sku,name,kind,price_eur,amount_eur',
    'A,A,digital,1,100',
    'price_eur and amount_eur are the same price: leave one of them empty',
  ],
  ['sku,name,kind,image', 'A,A,digital,vase.jpg', /^image must be an http or https URL/],
  ['sku,name,kind,tax_code', 'A,A,digital,19%', /^tax_code must be a tax code/],
])('refuses %s with %s, and goes on with the other lines', async (header, line, why) => {
  const others = header.startsWith('sku,name,kind')
    ? [`B,B,physical${',,'.slice(0, header.split(',').length - 3)}`]
    : [];
  const [said, other] = await bring([header, line, ...others]);
  expect(said?.replace(/^2 refused [^:]*: /, '')).toEqual(why instanceof RegExp ? expect.stringMatching(why) : why);
  expect(await db.product.count()).toBe(others.length);
  if (others.length > 0) expect(other).toMatch(/^3 created B: /);
});

test('refuses a SKU that stands in the file twice, and a kind that is fixed', async () => {
  await bring(SHELF);
  expect(await bring(['sku;kind', 'VASE;digital', 'VASE;physical'])).toEqual([
    expect.stringMatching(/^2 refused VASE: kind must stay physical/),
    '3 refused VASE: line 2 has the same SKU',
  ]);
});

test('a dry run says the same, and changes nothing', async () => {
  const said = await bring(SHELF, { dryRun: true });
  expect([await db.product.count(), await db.stockMovement.count(), await db.price.count()]).toEqual([0, 0, 0]);
  expect(await bring(SHELF)).toEqual(said);
  await expect(bring(['sku,stock', 'VASE,4'], { dryRun: true })).resolves.toEqual(['2 changed VASE: stock 10 → 4']);
  expect(await shelf('VASE')).toMatchObject({ onHand: 10 });
});

test('takes an export of WooCommerce: variations become a group, prices the currency that is named', async () => {
  const file = [
    'ID,Type,SKU,Name,Published,Description,Stock,Weight (kg),Regular price,Images,Parent,Attribute 1 name,Attribute 1 value(s)',
    '1,simple,MUG,Mug,1,<p>For <b>tea</b></p>,7,0.35,12.00,"https://x.example/a.jpg, https://x.example/b.jpg",,,',
    '2,variable,TEE,T-Shirt,1,,,,,,,Size,"S, M"',
    '3,variation,TEE-S,T-Shirt - S,1,,3,,20,,TEE,Size,S',
    '4,"simple, downloadable, virtual",SONG,Song,-1,,,,0.99,,,,',
  ];
  expect(() => readFile(Buffer.from(file.join('\n')))).toThrow('--currency');
  expect(await bring(file, { currency: 'gbp' })).toEqual([
    expect.stringMatching(/^2 created MUG: .*gbp £12\.00, stock 0 → 7$/),
    '3 skipped : a variable product is not sold itself',
    expect.stringMatching(/^4 created TEE-S: .*gbp £20\.00, stock 0 → 3$/),
    expect.stringMatching(/^5 created SONG: /),
  ]);
  expect(await findProduct(db, { sku: 'MUG' })).toMatchObject({
    ...{ description: 'For tea', weight: 350, imageUrl: 'https://x.example/a.jpg' },
  });
  expect(await findProduct(db, { sku: 'TEE-S' })).toMatchObject({
    group: { id: 'TEE', name: 'T-Shirt', options: { size: 'S' } },
  });
  expect(await findProduct(db, { sku: 'SONG' })).toMatchObject({ kind: 'DIGITAL', active: false });
});

test('takes an export of Shopify, whose first line says what all variants share', async () => {
  const file = [
    'Handle,Title,Body (HTML),Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Requires Shipping,Image Src,Status',
    'tee,T-Shirt,<p>Soft</p>,Size,S,TEE-S,180,3,20.00,true,https://x.example/tee.jpg,active',
    'tee,,,,M,TEE-M,190,0,21.00,true,,',
    'tee,,,,,,,,,,https://x.example/back.jpg,',
    'song,Song,,Title,Default Title,SONG,0,,0.99,false,,draft',
  ];
  expect(await bring(file, { currency: 'usd' })).toEqual([
    expect.stringMatching(/^2 created TEE-S: .*usd \$20\.00, stock 0 → 3$/),
    expect.stringMatching(/^3 created TEE-M: .*usd \$21\.00$/),
    '4 skipped : it has no SKU and no price, perhaps a picture alone',
    expect.stringMatching(/^5 created SONG: /),
  ]);
  expect(await findProduct(db, { sku: 'TEE-M' })).toMatchObject({
    ...{ name: 'T-Shirt, M', description: 'Soft', weight: 190, kind: 'PHYSICAL', active: true },
    group: { id: 'tee', name: 'T-Shirt', options: { size: 'M' } },
  });
  expect(await findProduct(db, { sku: 'SONG' })).toMatchObject({ kind: 'DIGITAL', active: false, group: null });
});

test.each([
  [Buffer.from(''), 'The file is empty.'],
  [Buffer.from('name,price\nA,1'), 'No line has a SKU'],
  [Buffer.from('sku,name,sku\nA,B,C'), 'two columns sku'],
  [Buffer.from([0x73, 0x6b, 0x75, 0x0a, 0xe4]), 'not UTF-8'],
])('a file that is none is refused as a whole: %#', (bytes, why) => {
  expect(() => readFile(bytes)).toThrow(why);
});
