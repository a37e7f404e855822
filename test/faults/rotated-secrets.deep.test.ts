import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client as Postgres } from 'pg';
import type { SessionId } from '../../domain/ids';
import { STRIPE_PERMISSIONS } from '../../platform/stripe-permissions';
import type { Program } from '../../sandbox/program';
import { newFolder } from '../support/folder';
import { until } from '../support/launched';
import { S3Server } from '../support/s3-server';
import { expectBooksToBalance } from './books';
import { Load } from './load';
import { Shop } from './shop';
import { ADMIN_TOKEN, System, WEBHOOK_SECRET } from './system';
import { type Certificates, makeCertificates, SERVER_NAME, TlsFront } from './tls';

/**
 * docs/security.md, “Rolling a secret”, all of them at once: the processes sell on while one after the other is
 * replaced by one with the next variables, until every old secret has been taken away.
 */

const run = promisify(execFile);
const ROOT = join(__dirname, '..', '..');
const folder = newFolder('rotation');

const [oldKey, newKey] = ['old', 'new'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);
const [OLD_SIGNING, NEW_SIGNING] = ['o'.repeat(40), 'n'.repeat(40)];
const [OLD_SHOP, NEW_SHOP] = ['the-old-key-of-the-storefront', 'the-new-key-of-the-storefront'];
const NEW_TOKEN = 'the-next-admin-token-of-the-faults';
const [OLD_STRIPE, NEW_STRIPE] = ['rk_test_old', 'rk_test_new'];
const STRIPE_NAMES = [
  ...STRIPE_PERMISSIONS.map(({ stripeName, access }) => `${stripeName}_${access}`),
  'connected_account_read',
];

let system: System;
let shop: Shop;
let front: TlsFront;
let s3: S3Server;
let certificates: Certificates;
let load: Load;

beforeAll(async () => {
  certificates = makeCertificates(folder);
  s3 = await S3Server.start();
  system = await System.start({
    apis: 2,
    env: {
      ...{ STRIPE_SECRET_KEY: OLD_STRIPE, PAYLOAD_KEYS: `${oldKey}`, SIGNING_SECRET: OLD_SIGNING },
      ...{ STOREFRONT_KEYS: `shop:${OLD_SHOP}`, ...s3.env },
    },
    world: ({ sandbox }) => permit(sandbox.url, OLD_STRIPE, STRIPE_NAMES),
    reachTemporal: async (address) => {
      front = await TlsFront.start(address, certificates, 'old-api-key');
      return temporalWith('old-api-key', certificates.client);
    },
  });
  shop = new Shop(system);
});
afterAll(async () => {
  await load?.ends();
  await system?.stop();
  await front?.close();
  await s3?.close();
});

const temporalWith = (apiKey: string, { cert, key }: Certificates['client']) => ({
  TEMPORAL_ADDRESS: front.address,
  TEMPORAL_API_KEY: apiKey,
  TEMPORAL_TLS_SERVER_NAME: SERVER_NAME,
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.ca,
  TEMPORAL_TLS_CLIENT_CERT_PATH: cert,
  TEMPORAL_TLS_CLIENT_KEY_PATH: key,
});

test('every secret is rolled while the shop sells, one process after the other', async () => {
  await shop.product('mug', { stock: 10_000 });
  await shop.product('song');
  expect(await upload('the first bytes', ADMIN_TOKEN)).toBe(200);
  const toShip = await paid('mug');
  const song = await paid('song');
  load = new Load(shop, { lanes: 2, isPatient: true });
  const oldLink = await downloadOf(song);
  const open = await shop.buy({ sku: 'mug' });

  // Everybody outside takes both from now on.
  front.apiKeys.add('new-api-key');
  s3.otherKeys.set('AKIDNEXT', 'the-next-secret');
  system.mailKeys.push('re_next');
  await permit(system.sandbox.url, NEW_STRIPE, STRIPE_NAMES);
  const roles = await secondRoles();
  const { id, secret = '' } = await system.stripe.webhookEndpoints.create({
    url: `${system.apis[0]?.url}/webhooks/stripe`,
    enabled_events: ['*'],
  });
  const outside = {
    ...temporalWith('new-api-key', certificates.nextClient),
    ...{ STRIPE_SECRET_KEY: NEW_STRIPE, FILES_S3_KEY_ID: 'AKIDNEXT', FILES_S3_SECRET: 'the-next-secret' },
    ...{ RESEND_API_KEY: 're_next' },
  };
  await roll(roles, {
    ...outside,
    ...{ STRIPE_WEBHOOK_SECRET: `${secret},${WEBHOOK_SECRET}`, PAYLOAD_KEYS: `${oldKey},${newKey}` },
    ...{ SIGNING_SECRET: `${OLD_SIGNING},${NEW_SIGNING}`, STOREFRONT_KEYS: `shop:${OLD_SHOP},next:${NEW_SHOP}` },
    ...{ ADMIN_TOKEN, ADMIN_TOKENS: `next:${NEW_TOKEN}` },
  });
  expect(await answersOf(oldLink)).toEqual([200, 200]);
  expect(await stranger(ADMIN_TOKEN, OLD_SHOP)).toEqual([200, 200, 200, 200]);
  expect(await stranger(NEW_TOKEN, NEW_SHOP)).toEqual([200, 200, 200, 200]);

  // Nobody outside takes the old ones any more.
  front.apiKeys.delete('old-api-key');
  front.withdrawn.add('holdfast');
  [s3.keyId, s3.secret] = ['AKIDNEXT', 'the-next-secret'];
  system.mailKeys.shift();
  await permit(system.sandbox.url, OLD_STRIPE, []);
  await dropFirstRoles();
  await system.stripe.webhookEndpoints.del((await endpointsBut(id))[0] ?? '');
  await load.runs(4);
  await roll(roles, {
    ...outside,
    ...{ STRIPE_WEBHOOK_SECRET: secret, PAYLOAD_KEYS: `${newKey},${oldKey}`, ADMIN_TOKEN: NEW_TOKEN },
    ...{ SIGNING_SECRET: `${NEW_SIGNING},${OLD_SIGNING}`, STOREFRONT_KEYS: `next:${NEW_SHOP}` },
  });
  await load.runs(4);
  expect(await stranger(ADMIN_TOKEN, OLD_SHOP)).toEqual([401, 401, 401, 401]);
  expect(await stranger(NEW_TOKEN, NEW_SHOP)).toEqual([200, 200, 200, 200]);
  expect(await answersOf(oldLink)).toEqual([200, 200]);

  // What was begun under the old ones ends under the new ones.
  const { paid: bought, answers, cutOff } = await load.ends();
  expect({ cutOff, refused: answers.filter(({ status }) => status !== 201) }).toEqual({ cutOff: [], refused: [] });
  await shop.pay(open);
  for (const one of [open, ...bought]) expect(await shop.settled(one)).toBe('PREPARING');
  expect(await upload('the next bytes', NEW_TOKEN)).toBe(200);
  const next = await paid('song');
  expect(await answersOf(await downloadOf(next))).toEqual([200, 200]);
  const { number } = await shop.order(toShip);
  const headers = { authorization: `Bearer ${NEW_TOKEN}` };
  const parcel = { carrier: 'DHL', trackingNumber: 'P1' };
  expect((await shop.post(`/admin/orders/${number}/ship`, parcel, headers)).status).toBe(200);
  expect(await system.db.accountAlarm.findMany({ where: { resolvedAt: null } })).toEqual([]);
  await expectBooksToBalance(system);
});

/** Each process is replaced by one with other variables, while those that are left sell on. */
async function roll(roles: Record<'api' | 'worker', string>, env: Record<string, string>): Promise<void> {
  const exchangeApi = async (place: number) => {
    const old = system.apis[place] as Program;
    expect((await old.terminate()).code).toBe(0);
    await system.addApi({ ...env, DATABASE_URL: roles.api }, old.port);
    system.apis[place] = system.apis.pop() as Program;
  };
  const [old] = system.workers as [Program];
  await Promise.all([system.addWorker({ ...env, DATABASE_URL: roles.worker }), exchangeApi(0)]);
  await load.runs(4); // an API and a worker have the old variables, and one of each the new
  await Promise.all([old.terminate(), exchangeApi(1)]);
  system.workers.shift();
  await load.runs(4);
}

/** `npm run db:roles` under other names; the addresses of the database for them. */
async function secondRoles(): Promise<Record<'api' | 'worker', string>> {
  const passwords = { API_DATABASE_PASSWORD: 'next-of-the-api', WORKER_DATABASE_PASSWORD: 'next-of-the-worker' };
  const files = Object.entries(passwords).map(([name, password]) => {
    writeFileSync(join(folder, name), password);
    return [`${name}_FILE`, join(folder, name)];
  });
  const { PATH = '' } = process.env;
  const names = { API_DATABASE_ROLE: 'holdfast_api_2', WORKER_DATABASE_ROLE: 'holdfast_worker_2' };
  const owner = system.postgres.now.url;
  const env = { PATH, DATABASE_URL: owner, ...names, ...Object.fromEntries(files) };
  await run(process.execPath, ['--import', 'tsx', 'prisma/roles.ts'], { cwd: ROOT, env });
  const as = (name: string, password: string) => {
    const url = new URL(owner);
    [url.username, url.password] = [name, password];
    return url.href;
  };
  return {
    api: as(names.API_DATABASE_ROLE, passwords.API_DATABASE_PASSWORD),
    worker: as(names.WORKER_DATABASE_ROLE, passwords.WORKER_DATABASE_PASSWORD),
  };
}

async function dropFirstRoles(): Promise<void> {
  const client = new Postgres({ connectionString: system.postgres.now.url });
  await client.connect();
  for (const role of ['holdfast_api', 'holdfast_worker'])
    await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await client.end();
}

/** What a key may do at Stripe from now on. */
async function permit(url: string, key: string, permissions: string[]): Promise<void> {
  const body = JSON.stringify({ key, permissions });
  await fetch(`${url}/_control/keys`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
}

const endpointsBut = async (id: string): Promise<string[]> =>
  (await system.stripe.webhookEndpoints.list()).data.map((one) => one.id).filter((one) => one !== id);

async function paid(sku: string): Promise<SessionId> {
  const id = await shop.buy({ sku });
  await shop.pay(id);
  await shop.settled(id);
  return id;
}

async function upload(bytes: string, token: string): Promise<number> {
  const address = `${system.apis[0]?.url}/admin/products/song/file?filename=song.flac`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'audio/flac' };
  return (await fetch(address, { method: 'PUT', body: bytes, headers })).status;
}

/** The path of the download that an order's page shows. */
async function downloadOf(id: SessionId): Promise<string> {
  const page = async () => {
    const answer = await fetch(`${system.apis[0]?.url}/orders/${id}`);
    return ((await answer.json()) as { downloads?: { url: string }[] }).downloads?.[0];
  };
  const { url } = await until('a download', page);
  return new URL(url).pathname;
}

/** What each API answers. */
const answersOf = (path: string, headers: Record<string, string> = {}): Promise<number[]> =>
  Promise.all(
    system.apis.map(async ({ url }) => {
      const answer = await fetch(`${url}${path}`, { headers: { range: 'bytes=0-3', ...headers } });
      await answer.arrayBuffer();
      return answer.status === 206 ? 200 : answer.status;
    }),
  );

/** What each API answers to a token of staff and to a key of a storefront. */
const stranger = async (token: string, key: string): Promise<number[]> => [
  ...(await answersOf('/admin/orders', { authorization: `Bearer ${token}` })),
  ...(await answersOf('/storefront/orders?userId=1', { authorization: `Bearer ${key}` })),
];
