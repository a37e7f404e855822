import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type Stripe from 'stripe';
import { newFolder } from '../support/folder';
import { clientOf, lineOf, openSession, paidSession, type Rig, SECRET_KEY, startRig, until } from './rig';

const MINUTE = 60_000;

describe('a restart keeps', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(() => rig.end());

  test('every object, its lines, its lists and their order', async () => {
    const open = await openSession(rig, {
      line_items: [...Array(12)].map((_, index) => lineOf({ name: `Item ${index}` })),
    });
    const { id: paid, intent } = await paidSession(rig);
    const refund = await rig.stripe.refunds.create({ payment_intent: intent, amount: 100 });
    const before = await rig.stripe.events.list({ limit: 100 });
    const session = await rig.stripe.checkout.sessions.retrieve(paid, { expand: ['payment_intent.latest_charge'] });
    await rig.restart();
    expect(await rig.stripe.checkout.sessions.retrieve(paid, { expand: ['payment_intent.latest_charge'] })).toEqual(
      session,
    );
    expect((await rig.stripe.checkout.sessions.list()).data.map(({ id }) => id)).toEqual([paid, open.id]);
    expect((await rig.stripe.checkout.sessions.listLineItems(open.id, { limit: 100 })).data).toHaveLength(12);
    expect((await rig.stripe.refunds.list({ payment_intent: intent })).data.map(({ id }) => id)).toEqual([refund.id]);
    const after = await rig.stripe.events.list({ limit: 100 });
    expect(after.data.map(({ id, type }) => [id, type])).toEqual(before.data.map(({ id, type }) => [id, type]));
    await rig.control('POST', `/sessions/${open.id}/pay`);
    expect(await rig.stripe.checkout.sessions.retrieve(open.id)).toMatchObject({ status: 'complete' });
  });

  test('the moved clock, the expiry of sessions, and the scheduled end of a refund', async () => {
    const { id } = await openSession(rig, { expires_at: Math.floor(Date.now() / 1000) + 31 * 60 });
    const { intent } = await paidSession(rig, { card: '4000000000007726' });
    const refund = await rig.stripe.refunds.create({ payment_intent: intent });
    await rig.control('POST', '/clock', { advanceMs: 30_000 });
    const { now } = await rig.control('GET', '/clock');
    await rig.restart();
    expect((await rig.control('GET', '/clock')).now).toBeGreaterThanOrEqual(now);
    expect(await rig.stripe.refunds.retrieve(refund.id)).toMatchObject({ status: 'pending' });
    await rig.control('POST', '/clock', { advanceMs: 31 * MINUTE });
    expect(await rig.stripe.refunds.retrieve(refund.id)).toMatchObject({ status: 'succeeded' });
    expect(await rig.stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'expired' });
  });

  test('undelivered events', async () => {
    await rig.control('POST', '/deliveries', { mode: 'hold' });
    await paidSession(rig);
    expect(rig.hook.received).toEqual([]);
    await rig.restart();
    await rig.hook.got('checkout.session.completed');
  });

  test('everything but a last line torn by a crash', async () => {
    const { id } = await openSession(rig);
    appendFileSync(join(rig.dataDir, 'journal.ndjson'), '[["checkout.session","cs_test_torn",{"id":"cs_test_to');
    await rig.restart();
    const { data } = await rig.stripe.checkout.sessions.list();
    expect(data.map((session) => session.id)).toEqual([id]);
    await openSession(rig);
    await rig.restart();
    expect((await rig.stripe.checkout.sessions.list()).data).toHaveLength(2);
  });

  test('only the present state: the journal is compacted at start', async () => {
    const { id } = await openSession(rig);
    for (let time = 0; time < 50; time++) await rig.stripe.checkout.sessions.update(id, { metadata: { time } });
    const written = () =>
      readFileSync(join(rig.dataDir, 'journal.ndjson'), 'utf8').match(/\["checkout\.session",/g)?.length;
    expect(written()).toBe(51);
    await rig.restart();
    expect(written()).toBe(1);
    expect((await rig.stripe.checkout.sessions.retrieve(id)).metadata).toEqual({ time: '49' });
  });

  test('nothing after a reset', async () => {
    await paidSession(rig);
    await rig.control('POST', '/reset');
    await rig.restart();
    expect((await rig.stripe.events.list()).data).toEqual([]);
    expect((await rig.stripe.checkout.sessions.list()).data).toEqual([]);
    await paidSession(rig);
    await rig.hook.got('checkout.session.completed');
  });
});

describe('the process', () => {
  const dataDir = newFolder('sandbox-process');
  let running: ChildProcess | undefined;
  afterAll(async () => {
    if (running?.exitCode === null && running.signalCode === null) {
      running.kill('SIGKILL');
      await once(running, 'exit');
    }
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('killed at any moment keeps everything it answered, and a repeat with the same key creates nothing twice', async () => {
    const requested = new Set<string>();
    const answered = new Map<string, string>();
    const doomed = await start();
    const buying = [...Array(4)].map((_, lane) => buyUntilItDies(doomed, `${lane}`, requested, answered));
    await until(() => answered.size > 30, 20_000);
    running?.kill('SIGKILL');
    await Promise.all([...buying, once(running as ChildProcess, 'exit')]);
    const stripe = await start();
    for (const key of requested) answered.set(`again-${key}`, (await create(stripe, key)).id);
    for (const [key, id] of answered) if (!key.startsWith('again-')) expect(answered.get(`again-${key}`)).toBe(id);
    let kept = 0;
    for await (const _session of stripe.checkout.sessions.list({ limit: 100 })) kept++;
    expect(kept).toBe(requested.size);
  });

  test('ends on SIGTERM', async () => {
    running?.kill('SIGTERM');
    running?.kill('SIGTERM');
    const [code] = await once(running as ChildProcess, 'exit');
    expect(code).toBe(0);
  });

  test('names a variable that is not set', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/stripe/main.ts'], {
      env: { PATH: process.env.PATH },
    });
    const said: string[] = [];
    child.stderr.on('data', (text) => said.push(String(text)));
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    expect(said.join('')).toContain('SANDBOX_PORT is not set');
  });

  async function start(): Promise<Stripe> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/stripe/main.ts'], {
      env: { PATH: process.env.PATH, SANDBOX_PORT: '0', SANDBOX_DATA_DIR: dataDir, SANDBOX_SECRET_KEY: SECRET_KEY },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running = child;
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { ready, port } = JSON.parse(line);
    expect(ready).toBe(true);
    return clientOf(port);
  }

  async function buyUntilItDies(stripe: Stripe, lane: string, requested: Set<string>, answered: Map<string, string>) {
    for (let time = 0; ; time++) {
      const key = `${lane}-${time}`;
      requested.add(key);
      try {
        answered.set(key, (await create(stripe, key)).id);
      } catch {
        return;
      }
    }
  }

  const create = (stripe: Stripe, idempotencyKey: string) =>
    stripe.checkout.sessions.create(
      { mode: 'payment', line_items: [lineOf()], success_url: 'http://shop.test', metadata: { key: idempotencyKey } },
      { idempotencyKey },
    );
});
