import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import type { SessionId } from '../../domain/ids';
import { savedViews } from '../../messages/views';
import { connectTemporal } from '../../platform/temporal';
import { createWorkflowRuns } from '../../worker/workflow-runs';
import { ROOT, run } from '../deploy/tools';
import { newFolder } from '../support/folder';
import { until } from '../support/launched';
import { expectBooksToBalance } from './books';
import { Shop } from './shop';
import { ADMIN_TOKEN, type OtherTemporal, System } from './system';
import { hasTemporalServer, TemporalServer } from './temporal-server';
import { makeCertificates } from './tls';

// Temporal's own server in the place of the development server: of the version that docker-compose.yml runs, on
// PostgreSQL, with TLS and client certificates of its own. Our processes are the real ones.

const execute = promisify(execFile);

const [described, missing] = hasTemporalServer
  ? [describe, '']
  : [describe.skip, ' (skipped: there is no temporal-server here, which ops/go-programs.sh builds)'];
described(`Temporal’s own server on PostgreSQL, with mutual TLS${missing}`, () => {
  let folder: string;
  let server: TemporalServer;
  let system: System;
  let shop: Shop;
  let told: string[] | undefined;

  beforeAll(async () => {
    folder = newFolder('temporal-server');
    server = await TemporalServer.prepare(folder, makeCertificates(folder));
    const { reach } = server;
    const start: OtherTemporal['start'] = async (postgres) => {
      const started = await server.start(postgres);
      told ??= await temporalSetup(reach);
      return started;
    };
    system = await System.start({ temporal: { reach, start } });
    shop = new Shop(system);
  }, 300_000);
  afterAll(async () => {
    await system?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('takes its dynamic configuration, and the set-up makes namespace, search attributes and Schedule', async () => {
    expect(run('temporal-server', ['validate-dynamic-config', 'docker/temporal-config.yaml'])).not.toMatch(
      /error|warning/,
    );
    expect([told, await temporalSetup(server.reach)].flat()).toEqual([
      'The namespace shop is created; it keeps closed workflows for 30 days.',
      expect.stringMatching(/^Search attributes are created: OrderStatus \(Keyword\), .*, Skus \(KeywordList\)\.$/),
      'The Schedule of sweeps is set to every 300 s.',
      'The namespace shop is there, and keeps closed workflows for at least 30 days.',
      'All search attributes are there.',
      'The Schedule of sweeps is set to every 300 s.',
    ]);
  });

  test('lets nobody in without a certificate of its authority', async () => {
    const { TEMPORAL_TLS_CLIENT_CERT_PATH: _cert, TEMPORAL_TLS_CLIENT_KEY_PATH: _key, ...without } = server.reach;
    const { connection } = connectTemporal(without);
    const asked = connection.withDeadline(Date.now() + 5_000, () => connection.workflowService.getSystemInfo({}));
    await expect(asked).rejects.toThrow();
    await connection.close();
  });

  test('runs whole orders: held, paid, mailed, shipped, refunded; and they outlive a restart of the server', async () => {
    await shop.product('mug', { stock: 5 });
    await shop.product('song');
    const [song, mug] = [await shop.buy({ sku: 'song' }), await shop.buy({ sku: 'mug', quantity: 2 })];
    expect(await shop.stock('mug')).toEqual({ onHand: 5, held: 2 });
    await Promise.all([song, mug].map((id) => shop.pay(id)));
    expect(await shop.settled(song)).toBe('COMPLETED');
    expect(await shop.settled(mug)).toBe('PREPARING');
    for (const id of [song, mug]) await shop.mailed(id, ['order_confirmation', 'order_received']);

    await system.temporalServer.stop();
    await system.temporalServer.start();
    const { number } = await shop.order(mug);
    const shipment = { carrier: 'DHL', trackingNumber: '1' };
    await until('shipped', async () => (await shop.staff(`/orders/${number}/ship`, shipment)).status === 200);
    expect((await shop.staff(`/orders/${number}/deliver`, {})).status).toBe(200);
    expect(await shop.ended(mug)).toBe('COMPLETED');
    await refund(mug);
    await shop.mailed(mug, ['order_confirmation', 'order_received', 'order_refunded', 'order_shipped']);
    expect(await shop.settled(mug)).toBe('REFUNDED');
    await expectBooksToBalance(system);
  }, 300_000);

  async function refund(id: SessionId): Promise<void> {
    const { number } = await shop.order(id);
    const { status } = await shop.post(
      `/admin/orders/${number}/refund`,
      { reason: 'requested_by_customer' },
      { authorization: `Bearer ${ADMIN_TOKEN}`, 'idempotency-key': `refund-${number}` },
    );
    expect(status).toBe(200);
    const [made] = (await shop.order(id)).refunds;
    expect(await shop.ended(made?.stripeId as string)).toBe('COMPLETED');
  }

  test('lists and counts what staff and the sweep ask for', async () => {
    const [unpaid, toShip] = [await shop.buy({ sku: 'mug' }), await shop.buy({ sku: 'mug' }, { sku: 'song' })];
    await shop.pay(toShip);
    expect(await shop.settled(toShip)).toBe('PREPARING');
    const listed = async (query: string) => {
      const found: string[] = [];
      for await (const { workflowId } of system.temporal.workflow.list({ query })) found.push(workflowId);
      return found.sort();
    };
    const order = await shop.order(toShip);
    const open = "ExecutionStatus = 'Running'";
    const queries: Record<string, SessionId[]> = {
      [`OrderNumber = '${order.number}'`]: [toShip],
      [`Skus = 'song' AND ${open}`]: [toShip],
      [`Skus IN ('mug', 'nothing') AND ${open}`]: [unpaid, toShip],
      [`AmountTotal > 1300 AND Currency = 'eur' AND ${open}`]: [toShip],
      [`OrderStatus STARTS_WITH 'PREP' AND ${open}`]: [toShip],
    };
    for (const [query, ids] of Object.entries(queries))
      await until(query, async () => (await listed(query)).join() === [...ids].sort().join());

    const views = savedViews(Date.now());
    const counts = () =>
      Promise.all(views.map(async ({ query }) => (await system.temporal.workflow.count(query)).count));
    await until('the lists of staff', async () => (await counts()).join() === [0, 1, 1, 0, 0, 0].join());
    expect(await Promise.all(views.map(({ query }) => listed(query)))).toEqual([[], [toShip], [unpaid], [], [], []]);
    const { groups } = await system.temporal.workflow.count("WorkflowType = 'order' GROUP BY ExecutionStatus");
    expect(groups.map(({ count, groupValues }) => `${groupValues.flat()}: ${count}`).sort()).toEqual([
      'Completed: 2',
      'Running: 2',
    ]);

    const runs = createWorkflowRuns(system.temporal);
    expect(await runs.countRunning('order')).toBe(2);
    const reached: [string, string | null][] = [];
    for await (const one of runs.running('order')) reached.push([one.id, one.reached]);
    expect(Object.fromEntries(reached)).toEqual({ [unpaid]: 'PENDING', [toShip]: 'PREPARING' });
    const closed: string[] = [];
    for await (const { id } of runs.closedSince(new Date(0))) closed.push(id);
    expect(closed).toHaveLength(2);
    expect([await runs.stuck(), await runs.needingAttention()]).toEqual([[], []]);
  }, 120_000);

  test('sweeps by its Schedule', async () => {
    await system.temporal.schedule.getHandle('reconcile').trigger();
    const swept = () => system.db.reconciliation.findFirst({ where: { trigger: 'schedule', status: 'COMPLETED' } });
    expect((await until('the sweep done', swept)).discrepancies).toEqual([]);
  });
});

/** `npm run temporal:setup`: the lines that it prints. */
async function temporalSetup(reach: Record<string, string>): Promise<string[]> {
  const { PATH = '', HOME = '' } = process.env;
  const options = { cwd: ROOT, env: { PATH, HOME, ...reach } };
  const { stdout } = await execute(
    process.execPath,
    ['--import', 'tsx', 'worker/temporal-setup.ts', '--wait'],
    options,
  );
  return stdout.trim().split('\n');
}
