import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Stripe from 'stripe';
import { putOnSale } from '../../activities/catalogue/put-on-sale';
import { stripeProductId } from '../../activities/catalogue/stripe-catalogue';
import { compareAccounts } from '../../activities/catalogue/stripe-compare';
import { setUpStripe } from '../../activities/catalogue/stripe-setup';
import { SUBSCRIBED_TYPES } from '../../domain/events';
import { connectStripe } from '../../platform/stripe';
import { seed } from '../../prisma/seed';
import { type StripeSandbox, startStripeSandbox } from '../../sandbox/stripe/http/server';
import { connectDatabase, type Db } from '../../store/database';
import { standIn } from '../commands/stand-in';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { newFolder } from '../support/folder';

const KEY = 'sk_test_sandbox_setup';
const PUBLIC_URL = 'https://shop.example.com';
const clock = { now: () => Date.parse('2026-11-23T12:00:00Z') };

let database: TestDatabase;
let db: Db;
let folder: string;
let sandbox: StripeSandbox;
let stripe: Stripe;
let lines: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  db = connectDatabase(database.url, 4);
});

beforeEach(async () => {
  await db.$executeRaw`TRUNCATE products CASCADE`;
  folder = newFolder('setup');
  await startAccount('first');
});

afterEach(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

/** A Stripe account, empty. */
async function startAccount(name: string): Promise<void> {
  sandbox = await startStripeSandbox({ port: 0, dataDir: join(folder, name), secretKey: KEY });
  stripe = connectStripe({ STRIPE_SECRET_KEY: KEY, STRIPE_API_BASE: sandbox.url });
}

async function setUp(overrides: Record<string, string> = {}, dryRun = false): Promise<void> {
  lines = [];
  const env = {
    PUBLIC_URL,
    STOREFRONT_URL: PUBLIC_URL,
    STRIPE_SECRET_KEY: KEY,
    STRIPE_API_BASE: sandbox.url,
    ...overrides,
  };
  await setUpStripe({ db, stripe, env, clock, dryRun, log: (line) => lines.push(line) });
}

async function product(
  sku: string,
  ...prices: { amount: number; currency?: string; minimum?: number; stripePriceId?: string }[]
) {
  const at = new Date(clock.now());
  await db.product.create({
    data: {
      sku,
      name: `The ${sku}`,
      kind: 'PHYSICAL',
      imageUrl: '/images/it.svg',
      createdAt: at,
      updatedAt: at,
      prices: { create: prices.map((price, position) => ({ currency: 'eur', ...price, position, createdAt: at })) },
    },
  });
}

const pricesOf = (sku: string) => db.price.findMany({ where: { sku }, orderBy: { id: 'asc' } });
const linkOf = async (sku: string): Promise<string> =>
  (await db.price.findFirstOrThrow({ where: { sku, current: true } })).stripePriceId ?? '';
const atStripe = async () => ({
  products: (await stripe.products.list({ limit: 100 })).data,
  prices: (await stripe.prices.list({ limit: 100 })).data,
  endpoints: (await stripe.webhookEndpoints.list({ limit: 100 })).data,
});
const requestsMade = async (): Promise<{ method: string; path: string }[]> => {
  const events = await stripe.events.list({ limit: 100 });
  return events.data.map(({ type }) => ({ method: 'event', path: type }));
};

describe('products and prices', () => {
  test('makes everything the demo catalogue sells, and links it', async () => {
    await seed(db, clock);
    await setUp();
    const prices = await db.price.findMany();
    expect(prices.length).toBeGreaterThan(0);
    for (const ours of prices) {
      const made = await stripe.prices.retrieve(ours.stripePriceId ?? '');
      expect(made).toMatchObject({
        active: true,
        currency: ours.currency,
        product: stripeProductId(ours.sku),
        lookup_key: `holdfast/${ours.sku}/${ours.currency}`,
        metadata: { sku: ours.sku },
        unit_amount: ours.minimum === null ? Number(ours.amount) : null,
      });
      if (ours.minimum !== null)
        expect(made.custom_unit_amount).toEqual({
          minimum: Number(ours.minimum),
          preset: Number(ours.amount),
          maximum: null,
        });
    }
    const mug = await stripe.products.retrieve('hf_TULIPS');
    expect(mug).toMatchObject({
      name: 'Ten Tulips',
      active: true,
      shippable: true,
      images: [`${PUBLIC_URL}/images/tulips.svg`],
      metadata: { sku: 'TULIPS' },
    });
  });

  test('leaves a price that staff linked for several of its currencies, and replaces only what differs', async () => {
    const { id } = await stripe.products.create({ name: 'Everywhere' });
    const many = await stripe.prices.create({
      ...{ product: id, currency: 'eur', unit_amount: 1000 },
      currency_options: { usd: { unit_amount: 1100 }, gbp: { unit_amount: 900 } },
    });
    await product(
      'EVERYWHERE',
      { amount: 1000, stripePriceId: many.id },
      { amount: 1100, currency: 'usd', stripePriceId: many.id },
      { amount: 950, currency: 'gbp', stripePriceId: many.id },
    );
    await setUp();
    const current = (await pricesOf('EVERYWHERE')).filter((one) => one.current);
    expect(current.map(({ currency, stripePriceId }) => [currency, stripePriceId === many.id])).toEqual([
      ['eur', true],
      ['usd', true],
      ['gbp', false],
    ]);
  });

  test('changes nothing the second time', async () => {
    await seed(db, clock);
    await setUp();
    const [before, events, ours] = [
      await atStripe(),
      await requestsMade(),
      await db.price.findMany({ orderBy: { id: 'asc' } }),
    ];
    await setUp();
    expect(await atStripe()).toEqual(before);
    expect(await requestsMade()).toEqual(events);
    expect(await db.price.findMany({ orderBy: { id: 'asc' } })).toEqual(ours);
    expect(lines).toEqual([
      expect.stringMatching(/^Products and prices were up to date/),
      expect.stringMatching(/^The webhook endpoint was up to date/),
    ]);
  });

  test('goes on after it was broken off between Stripe and the database', async () => {
    await product('MUG', { amount: 1800 });
    await setUp();
    const link = await linkOf('MUG');
    await db.price.updateMany({ data: { stripePriceId: null } });
    await setUp();
    expect(await linkOf('MUG')).toBe(link);
    expect((await atStripe()).prices).toHaveLength(1);
  });

  test('gives a changed amount a new price, to which the lookup key moves', async () => {
    await product('MUG', { amount: 1800 });
    await setUp();
    const old = await linkOf('MUG');
    const at = new Date(clock.now());
    await db.price.updateMany({ data: { current: false } });
    await db.price.create({ data: { sku: 'MUG', currency: 'eur', amount: 2000, createdAt: at } });
    await setUp();
    const renewed = await linkOf('MUG');
    expect(renewed).not.toBe(old);
    expect(await stripe.prices.retrieve(renewed)).toMatchObject({ unit_amount: 2000, lookup_key: 'holdfast/MUG/eur' });
    expect(await stripe.prices.retrieve(old)).toMatchObject({ unit_amount: 1800, lookup_key: null });
  });

  test('does not believe a link to a price of another amount, and keeps knowing it', async () => {
    const other = await stripe.products.create({ name: 'Other' });
    const { id } = await stripe.prices.create({ product: other.id, currency: 'eur', unit_amount: 1700 });
    await product('MUG', { amount: 1800, stripePriceId: id });
    await setUp();
    const [wrong, right] = await pricesOf('MUG');
    expect(wrong).toMatchObject({ stripePriceId: id, current: false });
    expect(right).toMatchObject({ amount: 1800n, current: true });
    expect(await stripe.prices.retrieve(right?.stripePriceId ?? '')).toMatchObject({ unit_amount: 1800 });
  });

  test('leaves a price that staff linked as it is, and makes no product beside theirs', async () => {
    const theirs = await stripe.products.create({ name: 'Made at the Dashboard' });
    const { id } = await stripe.prices.create({ product: theirs.id, currency: 'eur', unit_amount: 1800 });
    await product('MUG', { amount: 1800, stripePriceId: id });
    await setUp();
    expect(await linkOf('MUG')).toBe(id);
    expect((await atStripe()).products.map(({ name }) => name)).toEqual(['Made at the Dashboard']);
  });

  test('follows the shop to another account and back', async () => {
    await product('MUG', { amount: 1800 });
    await setUp();
    const first = await linkOf('MUG');
    await sandbox.close();
    await startAccount('second');
    await setUp();
    const second = await linkOf('MUG');
    expect(second).not.toBe(first);
    await sandbox.close();
    await startAccount('first');
    await setUp();
    expect(await linkOf('MUG')).toBe(first);
    expect((await pricesOf('MUG')).map(({ stripePriceId, current }) => [stripePriceId, current])).toEqual([
      [first, true],
      [second, false],
    ]);
  });

  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ name: 'Bigger Mug' }, { name: 'Bigger Mug' }],
    [{ description: 'Holds more' }, { description: 'Holds more' }],
    [{ kind: 'DIGITAL' }, { shippable: false }],
    [{ imageUrl: 'https://cdn.example.com/mug.png' }, { images: ['https://cdn.example.com/mug.png'] }],
    [{ imageUrl: null }, { images: [] }],
  ])('brings its own product to what the catalogue says: %j', async (change, shown) => {
    await product('MUG', { amount: 1800 });
    await setUp();
    await db.product.update({ where: { sku: 'MUG' }, data: change });
    await setUp();
    expect(await stripe.products.retrieve('hf_MUG')).toMatchObject(shown);
  });

  test('tells its own product and price how they are taxed, and replaces a price that cannot be told', async () => {
    const says = (data: object) => db.product.update({ where: { sku: 'MUG' }, data });
    await product('MUG', { amount: 1800 });
    await setUp();
    const untold = await linkOf('MUG');
    await stripe.products.update('hf_MUG', { tax_code: 'txcd_20030000' }); // at the Dashboard
    await setUp();
    expect(await stripe.products.retrieve('hf_MUG')).toMatchObject({ tax_code: 'txcd_20030000' });

    await says({ taxCode: 'txcd_99999999', taxBehavior: 'inclusive' });
    await setUp();
    expect(await linkOf('MUG')).toBe(untold);
    expect(await stripe.prices.retrieve(untold)).toMatchObject({ tax_behavior: 'inclusive' });
    expect(await stripe.products.retrieve('hf_MUG')).toMatchObject({ tax_code: 'txcd_99999999' });

    await says({ taxBehavior: 'exclusive' });
    await setUp();
    const told = await linkOf('MUG');
    expect(told).not.toBe(untold);
    expect(await stripe.prices.retrieve(told)).toMatchObject({ tax_behavior: 'exclusive', unit_amount: 1800 });
    await setUp();
    expect([await linkOf('MUG'), lines[0]]).toEqual([told, expect.stringMatching(/were up to date/)]);
  });

  test('says what differs about the tax of what staff linked, and tells only a price that says nothing', async () => {
    const theirs = await stripe.products.create({ name: 'Made at the Dashboard', tax_code: 'txcd_20030000' });
    const made = (tax_behavior?: 'inclusive') =>
      stripe.prices.create({
        product: theirs.id,
        currency: 'eur',
        unit_amount: 1800,
        ...(tax_behavior && { tax_behavior }),
      });
    const [silent, said] = [await made(), await made('inclusive')];
    await product('SILENT', { amount: 1800, stripePriceId: silent.id });
    await product('SAID', { amount: 1800, stripePriceId: said.id });
    await db.product.updateMany({ data: { taxBehavior: 'exclusive', taxCode: 'txcd_99999999' } });
    await setUp();
    expect([await linkOf('SILENT'), await linkOf('SAID')]).toEqual([silent.id, said.id]);
    expect(await stripe.prices.retrieve(silent.id)).toMatchObject({ tax_behavior: 'exclusive' });
    expect(await stripe.products.retrieve(theirs.id)).toMatchObject({ tax_code: 'txcd_20030000' });
    expect(lines.filter((line) => line.includes('SAID'))).toEqual([
      `SAID: price ${said.id} is inclusive of tax at Stripe, for good; link another one`,
      `SAID: product ${theirs.id} has the tax code txcd_20030000 at Stripe`,
    ]);
  });

  test('wakes an archived price that the catalogue sells at', async () => {
    await product('MUG', { amount: 1800 });
    await setUp();
    await stripe.prices.update(await linkOf('MUG'), { active: false });
    await setUp();
    expect((await stripe.prices.retrieve(await linkOf('MUG'))).active).toBe(true);
  });

  test('takes what is not for sale off sale, and makes nothing for it', async () => {
    await product('MUG', { amount: 1800 });
    await setUp();
    await db.product.update({ where: { sku: 'MUG' }, data: { active: false } });
    await product('NEVER', { amount: 500 });
    await db.product.update({ where: { sku: 'NEVER' }, data: { active: false } });
    await setUp();
    expect((await stripe.products.retrieve('hf_MUG')).active).toBe(false);
    expect((await atStripe()).products).toHaveLength(1);
    expect(await linkOf('NEVER')).toBe('');
  });

  test('names products in letters that Stripe takes, each SKU its own', () => {
    const skus = ['A', 'a.b', 'a_b', 'a-b', 'x_612e62', '.', '-'];
    const ids = skus.map(stripeProductId);
    expect(new Set(ids).size).toBe(skus.length);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]+$/);
  });
});

describe('the webhook endpoint', () => {
  const secrets = () => lines.join('\n').match(/whsec_\w+/g) ?? [];

  test('is made with exactly the routed events and the version of the library, its secret said once', async () => {
    await setUp();
    const { endpoints } = await atStripe();
    expect(endpoints).toHaveLength(1);
    expect(endpoints[0]).toMatchObject({
      url: `${PUBLIC_URL}/webhooks/stripe`,
      api_version: Stripe.API_VERSION,
      status: 'enabled',
    });
    expect([...(endpoints[0]?.enabled_events ?? [])].sort()).toEqual([...SUBSCRIBED_TYPES].sort());
    expect(secrets()).toHaveLength(1);
    expect(lines.join('\n')).toContain('STRIPE_WEBHOOK_SECRET');
    await setUp();
    expect(secrets()).toHaveLength(0);
    expect((await atStripe()).endpoints).toHaveLength(1);
  });

  test.each<[string, Stripe.WebhookEndpointUpdateParams]>([
    ['asked for everything', { enabled_events: ['*'] }],
    ['asked for less', { enabled_events: SUBSCRIBED_TYPES.slice(0, 1) }],
    ['asked for one more', { enabled_events: [...SUBSCRIBED_TYPES, 'customer.created'] }],
    ['switched off', { disabled: true }],
  ])('that was %s is brought back to exactly the routed events', async (_what, change) => {
    await setUp();
    const [made] = (await atStripe()).endpoints;
    await stripe.webhookEndpoints.update(made?.id ?? '', change);
    await setUp();
    const [now] = (await atStripe()).endpoints;
    expect(now).toMatchObject({ id: made?.id, status: 'enabled' });
    expect([...(now?.enabled_events ?? [])].sort()).toEqual([...SUBSCRIBED_TYPES].sort());
    expect(secrets()).toHaveLength(0);
  });

  test('is left alone where it sends to somebody else', async () => {
    const theirs = await stripe.webhookEndpoints.create({
      url: 'https://other.example.com/hook',
      enabled_events: ['*'],
    });
    await setUp();
    expect(await stripe.webhookEndpoints.retrieve(theirs.id)).toMatchObject({ enabled_events: ['*'] });
    expect((await atStripe()).endpoints).toHaveLength(2);
  });

  // What Stripe itself would be asked: a client that has the sandbox's address, an environment that does not.
  const realKey = { STRIPE_SECRET_KEY: 'sk_test_51RealLooking', STRIPE_API_BASE: '' };
  test.each([
    'http://localhost:3000',
    'http://127.0.0.1:3000',
    'http://192.168.1.20:3000',
    'http://10.0.0.4',
    'http://172.20.0.4',
    'http://[::1]:3000',
    'http://[fd00::1]',
    'http://api',
    'http://shop.local',
  ])('is not made at %s, which Stripe cannot reach', async (url) => {
    await setUp({ ...realKey, PUBLIC_URL: url });
    expect((await atStripe()).endpoints).toHaveLength(0);
    expect(lines.at(-1)).toContain(`--forward-to ${url}/webhooks/stripe`);
    expect(lines.at(-1)).toContain(`--events ${SUBSCRIBED_TYPES.join(',')}`);
  });

  test.each(['https://shop.example.com', 'http://shop.example.com', 'http://172.32.0.1', 'https://10.example.com'])(
    'is made at %s with a real key',
    async (url) => {
      await setUp({ ...realKey, PUBLIC_URL: url });
      expect((await atStripe()).endpoints.map((endpoint) => endpoint.url)).toEqual([`${url}/webhooks/stripe`]);
    },
  );

  test('is not made without TLS in live mode', async () => {
    await setUp({
      STRIPE_SECRET_KEY: 'sk_live_RealLooking',
      STRIPE_API_BASE: '',
      PUBLIC_URL: 'http://shop.example.com',
    });
    expect((await atStripe()).endpoints).toHaveLength(0);
  });

  test('is made anew beside one of another version, which goes on until a person deletes it', async () => {
    await setUp();
    const [made] = (await atStripe()).endpoints;
    const old = { ...made, id: 'we_old', api_version: '2024-06-20' } as Stripe.WebhookEndpoint;
    const list = stripe.webhookEndpoints.list.bind(stripe.webhookEndpoints);
    // The sandbox speaks one version only, so an endpoint of an older one is added to what it lists.
    stripe.webhookEndpoints.list = ((params: Stripe.WebhookEndpointListParams) => {
      const listed = list(params);
      return {
        async *[Symbol.asyncIterator]() {
          yield old;
          for await (const each of listed) if (each.id !== made?.id || keep) yield each;
        },
      };
    }) as unknown as typeof stripe.webhookEndpoints.list;
    let keep = false;
    await setUp();
    expect(secrets()).toHaveLength(1);
    expect(lines.join('\n')).toContain('we_old');
    keep = true;
    await setUp();
    expect(secrets()).toHaveLength(0);
    expect(lines.join('\n')).toContain('we_old');
  });
});

describe('what a seed has added', () => {
  const sell = (skus: string[], variables: Record<string, string>) => putOnSale(db, skus, variables);
  const linked = async () =>
    (await db.price.findMany({ where: { stripePriceId: { not: null } }, orderBy: { sku: 'asc' } })).map(
      ({ sku }) => sku,
    );

  test('is for sale where there is a key, and no draft of staff beside it', async () => {
    await product('MINE', { amount: 1800 });
    await product('NEW', { amount: 900 });
    const said = await sell(['NEW'], {
      DATABASE_URL: database.url,
      STRIPE_SECRET_KEY: KEY,
      STRIPE_API_BASE: sandbox.url,
    });
    expect([said, await linked()]).toEqual([expect.stringContaining('for sale'), ['NEW']]);
    expect((await stripe.webhookEndpoints.list()).data).toEqual([]);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['there is no key', {}, /^They are drafts.* until npm run stripe:setup .*Stripe\.$/],
    ['Stripe does not answer', { STRIPE_SECRET_KEY: KEY, STRIPE_API_BASE: 'http://127.0.0.1:1' }, /stripe:setup.*: /],
    ['a variable is wrong', { STRIPE_SECRET_KEY: KEY, STRIPE_API_BASE: 'nowhere' }, /stripe:setup.*: STRIPE_API_BASE /],
  ])('is kept as drafts where %s', async (_what, variables, said) => {
    await product('NEW', { amount: 900 });
    expect(await sell(['NEW'], { DATABASE_URL: database.url, ...variables })).toMatch(said);
    expect(await linked()).toEqual([]);
  });
});

describe('a dry run', () => {
  const everything = async () => ({ ...(await atStripe()), here: await db.price.findMany({ orderBy: { id: 'asc' } }) });

  /** What it says, having changed nothing; then the real run follows. */
  async function rehearsed(): Promise<string[]> {
    const [before, requests] = [await everything(), await requestsMade()];
    await setUp({}, true);
    expect([await everything(), await requestsMade()]).toEqual([before, requests]);
    const said = lines;
    await setUp();
    return said;
  }

  test('says what would be created, and changes nothing', async () => {
    await product('MUG', { amount: 1800 }, { amount: 2000, currency: 'usd' });
    expect(await rehearsed()).toEqual([
      'MUG: product hf_MUG would be created',
      'MUG: a price of €18.00 would be made, and linked',
      'MUG: a price of $20.00 would be made, and linked',
      'Products and prices would need 3 changes (1 products).',
      expect.stringMatching(/^The webhook endpoint https:.* would be created .*, and its secret printed\.$/),
    ]);
    expect(await rehearsed()).toEqual([
      expect.stringMatching(/were up to date/),
      expect.stringMatching(/was up to date/),
    ]);
  });

  test('says what would be changed, archived, activated and replaced', async () => {
    await product('MUG', { amount: 1800 });
    await product('CUP', { amount: 900 });
    await product('JUG', { amount: 4000 });
    await setUp();
    const [endpoint] = (await atStripe()).endpoints;
    await stripe.webhookEndpoints.update(endpoint?.id ?? '', { disabled: true });
    await stripe.prices.update(await linkOf('JUG'), { active: false });
    await db.product.update({ where: { sku: 'MUG' }, data: { name: 'Bigger Mug', taxBehavior: 'inclusive' } });
    await db.product.update({ where: { sku: 'CUP' }, data: { active: false } });
    expect(await rehearsed()).toEqual([
      'CUP: product hf_CUP would be updated (archived)',
      `JUG: price ${await linkOf('JUG')} would be activated`,
      'MUG: product hf_MUG would be updated (name)',
      `MUG: price ${await linkOf('MUG')} would be inclusive of tax`,
      'Products and prices would need 4 changes (3 products).',
      expect.stringMatching(/^The webhook endpoint we_\w+ would be enabled/),
    ]);
  });
});

test('two accounts are put side by side: only what differs is shown', async () => {
  await product('MUG', { amount: 1800 });
  await product('CUP', { amount: 900 });
  const other = await startStripeSandbox({
    port: 0,
    dataDir: join(folder, 'other'),
    secretKey: 'sk_test_of_the_other',
  });
  const both = await standIn((authorization) => (authorization.endsWith(KEY) ? sandbox.url : other.url));
  const env = { STRIPE_SECRET_KEY: KEY, STRIPE_COMPARE_KEY: 'sk_test_of_the_other', STRIPE_API_BASE: both.url };
  try {
    await setUp();
    const compared = await compareAccounts(db, env);
    const rows = compared.split('\n').map((line) => line.split(/ {2,}/));
    expect(rows.slice(0, -2)).toEqual([
      ['', 'STRIPE_SECRET_KEY (test)', 'STRIPE_COMPARE_KEY (test)'],
      ['CUP: price in eur', '€9.00, tax not said, active', 'none'],
      ['CUP: product', 'The CUP, active, shippable, no tax code', 'none'],
      ['MUG: price in eur', '€18.00, tax not said, active', 'none'],
      ['MUG: product', 'The MUG, active, shippable, no tax code', 'none'],
      ['webhook endpoint: address', `${PUBLIC_URL}/webhooks/stripe`, 'none'],
      ['webhook endpoint: API version', Stripe.API_VERSION, 'none'],
      ['webhook endpoint: status', 'enabled', 'none'],
    ]);
    expect(rows.at(-1)?.[0]).toBe('7 things differ, 4 are the same in both.');
    expect(await compareAccounts(db, { ...env, STRIPE_COMPARE_KEY: KEY })).toBe(
      'Nothing differs: 11 things are the same in both.',
    );
  } finally {
    await both.close();
    await other.close();
  }
});
