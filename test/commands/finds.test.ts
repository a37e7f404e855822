import { writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { CHECKS, examine } from '../../commands/doctor/doctor';
import { noteRefused } from '../../store/alarms/alarms';
import { refuseProducts } from '../../store/catalogue/not-for-sale';
import { CONNECTIONS, connectDatabase, type Db } from '../../store/database';
import { rememberStripeAccount } from '../../store/installation/account';
import { startPooler } from '../database/pooler';
import { createTestDatabase, onServer, type TestDatabase } from '../support/database';
import { newFolder } from '../support/folder';
import { AWAY, look } from './look';
import { standIn } from './stand-in';
import { namespaceKeptFor, systemInfo, temporalStandIn } from './temporal-stand-in';

/** Each problem that a check is there for, planted, and the sentence that it is told in, with what to do. */

const AT = new Date('2026-11-23T12:00:00Z');
const folder = newFolder('doctor');

const says = (status: string, what: string | RegExp, todo: string | RegExp) => ({
  status,
  says: typeof what === 'string' ? what : expect.stringMatching(what),
  todo: typeof todo === 'string' ? todo : expect.stringMatching(todo),
});

describe('the configuration', () => {
  test('a variable that is absent or not valid is named, and secrets are left to their own line', async () => {
    const given = { EMAIL_FROM: 'no mailbox', LOG_LEVEL: 'loud', PORT: '70000', SIGNING_SECRET: 'short' };
    expect(await look('configuration', given)).toEqual(
      says(
        'problem',
        /^(?!.*SIGNING_SECRET)PORT must be between 0 and 65535; EMAIL_FROM must be an e-mail address.*; STAFF_EMAIL is required; LOG_LEVEL .*; TEMPORAL_ADDRESS \(or TEMPORAL_PROFILE\) is required\.$/,
        'docs/operating.md has every variable.',
      ),
    );
  });

  test.each([
    ['a certificate that is not there', { TEMPORAL_TLS_CLIENT_CERT_PATH: '/none.pem' }, /cannot be used: .*none\.pem/],
    ['a certificate without its key', { TEMPORAL_TLS_CLIENT_CERT_DATA: 'x' }, /CLIENT_KEY_PATH go together/],
    [
      'a profile that no file has',
      { TEMPORAL_PROFILE: 'production' },
      /TEMPORAL_\*, or temporal\.toml, cannot be used/,
    ],
  ])('of Temporal: %s is a line about the configuration, and nothing else crashes', async (_, given, what) => {
    const TEMPORAL_CONFIG_FILE = join(folder, 'temporal.toml');
    writeFileSync(TEMPORAL_CONFIG_FILE, '[profile.other]\naddress = "localhost:1"\n');
    const source = { TEMPORAL_ADDRESS: 'localhost:1', TEMPORAL_CONFIG_FILE, ...given };
    expect(await look('configuration', source)).toEqual(says('problem', what, /docs\/operating\.md/));
    const report = await examine(source);
    for (const id of ['temporal', 'temporal-tls'])
      expect(report.find((one) => one.id === id)).toMatchObject({
        status: 'skipped',
        says: expect.stringMatching(/configuration/),
      });
  });
});

test('`secrets`: one that can be guessed is a problem once real money moves', async () => {
  const given = {
    ...{
      DATABASE_URL: 'postgresql://localhost/x',
      STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef',
      RESEND_API_KEY: 're_1',
    },
    ...{ ADMIN_TOKEN: 'abababababababababababababab', SIGNING_SECRET: '0123456789abcdef0123456789abcdef' },
  };
  const what = 'ADMIN_TOKEN can be guessed: the same few characters again and again.';
  for (const [STRIPE_SECRET_KEY, status] of [
    ['sk_test_1', 'warning'],
    ['sk_live_1', 'problem'],
  ] as const)
    expect(await look('secrets', { ...given, STRIPE_SECRET_KEY })).toEqual(says(status, what, /openssl rand -hex 24/));
});

describe('PostgreSQL', () => {
  let database: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await createTestDatabase();
    db = connectDatabase(database.url, 2);
  });
  afterAll(async () => {
    await db.$disconnect();
    await onServer((client) => client.query('DROP OWNED BY doctors_role')).catch(() => {});
    await database.drop();
    await onServer((client) => client.query('DROP ROLE IF EXISTS doctors_role'));
  });

  test('`database`: a pooler that cannot work', async () => {
    const pooler = await startPooler(database.url, {});
    const found = await look('database', { DATABASE_URL: pooler.url });
    await pooler.close();
    expect(found).toEqual(
      says('problem', /pooler/, /^DATABASE_URL leads through a connection pooler .*Set DATABASE_URL/),
    );
  });

  test('`database`: nobody answers there, and what needs it is not looked at', async () => {
    const report = await examine({ DATABASE_URL: 'postgresql://holdfast:pass-of-the-database@127.0.0.1:1/holdfast' });
    const found = (id: string) => report.find((one) => one.id === id);
    expect(found('database')).toMatchObject(
      says(
        'problem',
        /^It cannot be looked at: Can't reach database server at 127\.0\.0\.1:1\.$/,
        'Start it, and see DATABASE_URL and the network path to it.',
      ),
    );
    for (const id of ['schema', 'connections', 'catalogue', 'alarms'])
      expect(found(id)).toMatchObject({ status: 'skipped', says: expect.stringMatching(/see (?:database|schema)/) });
  });

  test('`connections`: a role that may open fewer than the processes do, however many others the server allows', async () => {
    await onServer(async (client) => {
      await client.query(`CREATE ROLE doctors_role LOGIN PASSWORD 'doctors_role' CONNECTION LIMIT 5`);
    });
    const url = new URL(database.url);
    Object.assign(url, { username: 'doctors_role', password: 'doctors_role' });
    const { worker, ...api } = CONNECTIONS;
    const perApi = Object.values(api).reduce((sum, one) => sum + one, 0);
    expect(await look('connections', { DATABASE_URL: url.href })).toEqual(
      says(
        'problem',
        `This role may open 5 connections, 1 of them in use. A worker opens up to ${worker}, an API process up to ${perApi}.`,
        'Raise the role’s limit (ALTER ROLE … CONNECTION LIMIT).',
      ),
    );
  });

  test('`connections`: those of others count too, though the role does not see what they are', async () => {
    const limit = Object.values(CONNECTIONS).reduce((sum, one) => sum + one, 0);
    const name = new URL(database.url).pathname.slice(1);
    await onServer((client) => client.query(`ALTER ROLE doctors_role CONNECTION LIMIT -1`));
    await onServer((client) => client.query(`ALTER DATABASE ${name} CONNECTION LIMIT ${limit}`));
    const others = Array.from({ length: limit - 4 }, () => new Client({ connectionString: database.url }));
    await Promise.all(others.map((one) => one.connect()));
    const url = new URL(database.url);
    Object.assign(url, { username: 'doctors_role', password: 'doctors_role' });
    const found = await look('connections', { DATABASE_URL: url.href });
    await Promise.all(others.map((one) => one.end()));
    await onServer((client) => client.query(`ALTER DATABASE ${name} CONNECTION LIMIT -1`));
    expect(found).toEqual(
      says(
        'warning',
        new RegExp(`^This database allows ${limit} connections, 3\\d of them in use\\.`),
        /^Raise the database’s limit .* before you start more processes, or run fewer\.$/,
      ),
    );
  });

  test('`stripe-account`: a key of the other mode than before', async () => {
    await rememberStripeAccount(db, { account: 'acct_1', live: true, at: AT });
    const given = { DATABASE_URL: database.url, STRIPE_SECRET_KEY: 'sk_test_of_another_mode' };
    expect(await look('stripe-account', given)).toEqual(
      says(
        'problem',
        'The key belongs to another Stripe account or mode than the one that this shop has used so far.',
        /^Set the key of that account; .*stripe:setup -- --new-account\.$/,
      ),
    );
  });

  test('`catalogue`: nothing for sale, then a product without a price at Stripe, then one that Stripe refuses', async () => {
    const given = { DATABASE_URL: database.url };
    expect(await look('catalogue', given)).toEqual(says('warning', 'No product is for sale.', /npm run import/));

    const product = { name: 'Mug', kind: 'DIGITAL', active: true } as const;
    await db.product.create({ data: { sku: 'mug', ...product, createdAt: AT, updatedAt: AT } as never });
    expect(await look('catalogue', given)).toEqual(
      says('warning', 'Not for sale, because they have no price at Stripe: mug.', 'Run npm run stripe:setup.'),
    );

    const price = { sku: 'mug', currency: 'eur', amount: 100n, position: 0, stripePriceId: 'price_1', createdAt: AT };
    await db.price.create({ data: price });
    expect(await look('catalogue', given)).toMatchObject({ status: 'ok', says: '1 product is for sale.' });
    await refuseProducts(db, { skus: ['mug'], at: AT });
    expect(await look('catalogue', given)).toEqual(says('warning', 'Stripe refuses to sell mug.', /stripe:setup/));
  });

  test('`alarms`: one that is open, and no outage that may still pass by itself', async () => {
    const given = { DATABASE_URL: database.url };
    await noteRefused(db, { cause: 'stripe_down', subject: '', at: new Date() });
    expect(await look('alarms', given)).toMatchObject({ status: 'ok' });
    await noteRefused(db, { cause: 'file_lost', subject: 'mug', at: AT });
    expect(await look('alarms', given)).toEqual(
      says('warning', 'Alarms are open: file_lost (mug).', /^docs\/refusals\.md/),
    );
  });
});

describe('Temporal', () => {
  const found = async (id: string, answers: Parameters<typeof temporalStandIn>[0], more: NodeJS.ProcessEnv = {}) => {
    const server = await temporalStandIn({ GetSystemInfo: systemInfo('1.32.0'), ...answers });
    const given = { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: 'shop', ...more };
    try {
      return await look(id, given);
    } finally {
      await server.close();
    }
  };

  test.each([
    ['has no such namespace', { DescribeNamespace: 5 }, 'problem', 'Temporal has no namespace shop.', /temporal:setup/],
    [
      'does not let us use it',
      ...([{ DescribeNamespace: 7 }, 'problem', /does not let us use the namespace shop/, /TEMPORAL_API_KEY/] as const),
    ],
    ['does not answer in time', { GetSystemInfo: 4 }, 'problem', 'Temporal does not answer in time.', /^Start it/],
    ['refuses the key', { GetSystemInfo: 16 }, 'problem', /refuses our API key or client certificate/, /Set a valid/],
    [
      'is an old version',
      { GetSystemInfo: systemInfo('1.29.1'), DescribeNamespace: namespaceKeptFor(30) },
      ...(['warning', /^Temporal 1\.29\.1 answers, but cannot list/, 'Use 1.30 or later.'] as const),
    ],
  ] as const)('`temporal`: it %s', async (_, answers, status, what, todo) => {
    expect(await found('temporal', answers)).toEqual(says(status, what, todo));
  });

  test('`retention`: closed workflows are removed after three days', async () => {
    expect(await found('retention', { DescribeNamespace: namespaceKeptFor(3) })).toEqual(
      says('warning', 'Closed workflows are kept for 3 days.', /^Keep them for at least 30 days: .*temporal:setup\.$/),
    );
    expect(await found('retention', { DescribeNamespace: namespaceKeptFor(30) })).toMatchObject({ status: 'ok' });
  });

  test.each([
    ['over the Internet', 'temporal.shop.example:7233', {}, 'problem'],
    ['within a network of one’s own', '10.1.2.3:7233', {}, 'warning'],
    [
      'with an API key that travels along',
      'temporal.shop.example',
      { TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: 'false' },
      'problem',
    ],
  ])('`temporal-tls`: a connection in plain text, %s', async (_, TEMPORAL_ADDRESS, more, status) => {
    const host = TEMPORAL_ADDRESS.replace(/:\d+$/, '');
    expect(await look('temporal-tls', { TEMPORAL_ADDRESS, ...more })).toEqual(
      says(
        status,
        `The connection to ${host} is not encrypted, and anybody who reaches it controls every order.`,
        /TEMPORAL_TLS/,
      ),
    );
  });
});

describe('mail', () => {
  test.each([
    [
      'to Resend in plain text',
      { RESEND_API_KEY: 're_1', RESEND_BASE_URL: `http://${AWAY}:1` },
      'problem',
      /unencrypted/,
      /Use https:/,
    ],
    ['by SMTP that may encrypt', { SMTP_URL: `smtp://${AWAY}:1` }, 'warning', /only if the server offers it/, /smtps:/],
    [
      'by SMTP to whoever answers',
      ...([
        { SMTP_URL: `smtps://${AWAY}:1/?tls.rejectUnauthorized=false` },
        'warning',
        /is not checked/,
        /Remove/,
      ] as const),
    ],
  ] as const)('`mail-tls`: %s', async (_, given, status, what, todo) => {
    expect(await look('mail-tls', given)).toEqual(says(status, what, todo));
  });

  test('`mail-tls` says nothing of mails that nothing is set up to send', async () => {
    expect(await look('mail-tls', {})).toMatchObject({ status: 'skipped' });
    expect(await look('mail-tls', { SMTP_URL: 'no address' })).toMatchObject({ status: 'skipped' });
  });
});

test('`disk`: what `npm start` writes to is nearly full', async () => {
  const free = (mib: number) =>
    jest.spyOn(promises, 'statfs').mockResolvedValueOnce({ bavail: mib * 256, bsize: 4096 } as never);
  free(200);
  expect(await look('disk', { DATA_DIR: folder })).toEqual(
    says('problem', `200 MiB are free where ${folder} is.`, /full/),
  );
  free(2_000);
  expect(await look('disk', { DATA_DIR: folder })).toMatchObject({ status: 'warning' });
  free(3_000);
  expect(await look('disk', { DATA_DIR: folder })).toMatchObject({ status: 'ok' });
  expect((await look('disk', { DATA_DIR: join(folder, 'none') })).says).toMatch(/^Nothing is kept on this machine/);
});

test('`stripe-events`: events that Stripe could not deliver are counted', async () => {
  const event = { object: 'event', id: 'evt_1' };
  const list = JSON.stringify({ object: 'list', has_more: true, data: [event, event] });
  const stripe = await standIn(null, (path, answer) =>
    path.startsWith('/v1/events?') && path.includes('delivery_success=false')
      ? { ...answer, status: 200, body: list }
      : answer,
  );
  const found = await look('stripe-events', { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_API_BASE: stripe.url });
  await stripe.close();
  expect(found).toEqual(
    says(
      'warning',
      /^Stripe could not deliver \d+ or more events of the last day\.$/,
      /endpoint in Stripe’s Dashboard/,
    ),
  );
});

test('of what every check says about an empty environment, each line is a sentence, and every problem says what to do', async () => {
  const report = await examine({});
  expect(report.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
  for (const { says: said, todo } of report) {
    expect(said).toMatch(/^[^\n]+\.$/);
    if (todo !== undefined) expect(todo).toMatch(/^[^\n]+\.$/);
  }
});
