import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import type { SessionId } from '../../domain/ids';
import { dataConverterOf } from '../../platform/payload-codec';
import { payloadKeys } from '../../platform/payload-keys';
import { searchAttributesCheck } from '../../platform/readiness';
import { connectTemporal } from '../../platform/temporal';
import type { Program } from '../../sandbox/program';
import { setCurrentVersion } from '../../worker/current-version';
import { setUpTemporal } from '../../worker/temporal-setup';
import { newFolder } from '../support/folder';
import { keyOf, payloadsIn } from '../support/payloads';
import { Shop } from './shop';
import { ADMIN_TOKEN, System } from './system';
import { type Certificates, makeCertificates, SERVER_NAME, TlsFront } from './tls';

// Temporal as it is run elsewhere: behind TLS, with a client certificate and an API key, in a namespace of its own,
// and with encrypted payloads. The processes are the real ones.

const run = promisify(execFile);

const NAMESPACE = 'shop';
const API_KEY = 'the-api-key-of-this-test';
const [first, second] = ['first', 'second'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);

let folder: string;
let front: TlsFront;
let reach: Record<string, string>;
let system: System;
let shop: Shop;
/** Reaches the server from behind. */
let behind: Client;
const told: string[] = [];

beforeAll(async () => {
  folder = newFolder('elsewhere');
  const certificates = makeCertificates(folder);
  system = await System.start({
    env: { PAYLOAD_KEYS: `off,${first},${second}` },
    reachTemporal: async (address) => {
      const dataConverter = dataConverterOf(payloadKeys.parse(`${first},${second}`));
      behind = new Client({ connection: Connection.lazy({ address }), namespace: NAMESPACE, dataConverter });
      front = await TlsFront.start(address, certificates, API_KEY);
      reach = variablesFor(front, certificates);
      const temporal = connectTemporal(reach);
      const setup = { temporal, env: { RECONCILE_INTERVAL_SECONDS: 300 }, log: (line: string) => void told.push(line) };
      await setUpTemporal(setup);
      await setUpTemporal(setup);
      await temporal.connection.close();
      return reach;
    },
  });
  shop = new Shop(system);
}, 300_000);
afterAll(async () => {
  await behind?.connection.close();
  await system?.stop();
  await front?.close();
  rmSync(folder, { recursive: true, force: true });
});

const variablesFor = ({ address }: TlsFront, { ca, client }: Certificates) => ({
  TEMPORAL_ADDRESS: address,
  TEMPORAL_NAMESPACE: NAMESPACE,
  TEMPORAL_API_KEY: API_KEY,
  TEMPORAL_TLS_SERVER_NAME: SERVER_NAME,
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca,
  TEMPORAL_TLS_CLIENT_CERT_PATH: client.cert,
  TEMPORAL_TLS_CLIENT_KEY_PATH: client.key,
});

test('the set-up makes the namespace once, with its retention, search attributes and Schedule', async () => {
  expect(told).toEqual([
    'The namespace shop is created; it keeps closed workflows for 30 days.',
    expect.stringMatching(/^Search attributes are created: OrderStatus \(Keyword\), .*, Skus \(KeywordList\)\.$/),
    'The Schedule of sweeps is set to every 300 s.',
    'The namespace shop is there, and keeps closed workflows for at least 30 days.',
    'All search attributes are there.',
    'The Schedule of sweeps is set to every 300 s.',
  ]);
  const { config } = await behind.workflowService.describeNamespace({ namespace: NAMESPACE });
  expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
  expect(await searchAttributesCheck(behind)()).toBe('ok');
  expect((await behind.schedule.getHandle('reconcile').describe()).spec.intervals).toMatchObject([{ every: 300_000 }]);
});

test('nobody is let in without the certificate, or with another key', async () => {
  const { TEMPORAL_TLS_CLIENT_CERT_PATH: _cert, TEMPORAL_TLS_CLIENT_KEY_PATH: _key, ...withoutCertificate } = reach;
  const ask = async (env: Record<string, string>) => {
    const { connection } = connectTemporal(env);
    try {
      await connection.withDeadline(Date.now() + 5_000, () => connection.workflowService.getSystemInfo({}));
      return 'in';
    } catch (error) {
      return (error as { code?: number }).code;
    } finally {
      await connection.close();
    }
  };
  expect(await ask(reach)).toBe('in');
  expect(await ask(withoutCertificate)).not.toBe('in');
  expect(await ask({ ...reach, TEMPORAL_API_KEY: 'another' })).toBe(16);
});

test('an order goes on while payloads begin to be encrypted, the key is rotated, and workers change their version', async () => {
  await shop.product('mug', { stock: 3 });
  const id = await shop.buy({ sku: 'mug', quantity: 3 });
  await shop.pay(id);
  expect(await shop.settled(id)).toBe('PREPARING');
  expect(await keysOf(id)).toEqual(['none']);

  const ship = (parcel: string) =>
    shop.order(id).then(({ number }) =>
      shop.staff(`/orders/${number}/ship`, {
        carrier: 'DHL',
        trackingNumber: parcel,
        items: [{ sku: 'mug', quantity: 1 }],
      }),
    );
  expect((await ship('P1')).status).toBe(200);
  await exchangeWorker('v1', `${first},${second}`); // while the API still writes plain
  expect((await ship('P2')).status).toBe(200);
  expect(await keysOf(id)).toContain('first');
  await exchangeWorker('v2', `${second},${first}`);
  expect((await ship('P3')).status).toBe(200);
  const { number } = await shop.order(id);
  expect((await shop.staff(`/orders/${number}/deliver`, {})).status).toBe(200);
  expect(await behind.workflow.getHandle(id).result()).toBe('COMPLETED');
  const keys = await keysOf(id);
  expect([keys[0], keys.at(-1)]).toEqual(['none', 'second']);
  const { raw } = await behind.workflow.getHandle(id).describe();
  expect(raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion).toMatchObject({ buildId: 'v2' });

  const encrypted = (await payloadsOf(id)).filter((payload) => keyOf(payload) === 'second').at(-1);
  const { status, body } = await shop.post(
    '/staff/codec/decode',
    { payloads: [toDocument(encrypted as Payload)] },
    { authorization: `Bearer ${ADMIN_TOKEN}` },
  );
  const [read] = (body as unknown as { payloads: { data: string }[] }).payloads;
  expect([status, Buffer.from(read?.data ?? '', 'base64').toString()]).toEqual([200, '"COMPLETED"']);

  const replayed = await replay(id, { PAYLOAD_KEYS: `${second},${first}` });
  expect(replayed).toEqual({ status: 0, says: '1 of 1 histories replay' });
  expect((await replay(id, { PAYLOAD_KEYS: second as string })).status).toBe(1); // without the first key
});

/** A worker of another version, with other keys, takes over from the one that there is. */
async function exchangeWorker(version: string, keys: string): Promise<void> {
  const before = system.workers.at(-1) as Program;
  await system.addWorker({ PAYLOAD_KEYS: keys, WORKER_BUILD_ID: version });
  await setCurrentVersion(behind, version);
  await before.terminate();
}

/** `npm run replay -- <id>`: how it ends, and what it says. Not by `spawnSync`, which would stop the front as well. */
async function replay(id: string, env: Record<string, string>): Promise<{ status: number; says: string }> {
  const { PATH = '', HOME = '' } = process.env;
  const options = { env: { PATH, HOME, ...reach, ...env } };
  try {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', 'worker/replay-main.ts', id], options);
    return { status: 0, says: stdout.trim() };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { status: code, says: stderr.trim() };
  }
}

async function payloadsOf(id: SessionId): Promise<Payload[]> {
  return payloadsIn((await behind.workflow.getHandle(id).fetchHistory()).events);
}

/** The names of the keys of a history, without repeats that follow each other. */
const keysOf = async (id: SessionId): Promise<string[]> =>
  (await payloadsOf(id)).map(keyOf).filter((key, place, all) => key !== all[place - 1]);

const toDocument = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
});
