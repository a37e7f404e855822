import { Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import type { SessionId } from '../../domain/ids';
import { TASK_QUEUES } from '../../messages/names';
import { RefundShop } from './refund-shop';
import { until, World } from './world';

// Stripe's clock is moved here by itself: what a day means to a refund in doubt is that Stripe has forgotten its key.

let world: World;
let shop: RefundShop;
let process: Process;
beforeAll(async () => {
  world = await World.start();
  shop = new RefundShop(world);
  await world.product('mug', { amount: 2000, stock: 10 });
  await world.product('ebook', { amount: 2000 });
  await world.stopWorkers();
  process = await Process.start();
});
afterAll(async () => {
  await process?.stop();
  await world?.stop();
});

/**
 * A worker's process that keeps no workflow in memory: the test server never gives back to others what it has put
 * aside for the one that kept it, so who resumes must have been able to from the start.
 */
class Process {
  private constructor(
    private readonly workers: Worker[],
    private readonly runs: Promise<void>[],
  ) {}

  static async start(): Promise<Process> {
    const connection = world.temporal.nativeConnection;
    const activities = createActivities(world.deps());
    const workers = await Promise.all([
      Worker.create({
        connection,
        taskQueue: TASK_QUEUES.orders,
        workflowBundle: world.bundle,
        activities: activities.orders,
        maxCachedWorkflows: 0,
      }),
      Worker.create({ connection, taskQueue: TASK_QUEUES.stripe, activities: activities.stripe }),
    ]);
    return new Process(
      workers,
      workers.map((worker) => worker.run()),
    );
  }

  async stop(): Promise<void> {
    for (const worker of this.workers) worker.shutdown();
    await Promise.all(this.runs);
  }
}

/**
 * Stripe does it, the answer is lost, and before anybody can look the worker is gone, for longer than Stripe
 * remembers a key.
 */
async function goneInTheMiddle<T>(id: SessionId, ask: () => T): Promise<T> {
  await shop.fault({ kind: 'cut_body' });
  await world.at('/faults', { match: { method: 'GET', path: '^/v1/refunds$' }, times: 1000, kind: 'error_before' });
  const asked = ask();
  await until(async () => (await shop.asked(id)).length > 0);
  await process.stop();
  await world.at('/clock', { advanceMs: 25 * 3_600_000 });
  await world.noFaults();
  process = await Process.start();
  return asked;
}

test('a worker that resumes 25 hours later in the middle of a refund looks before it acts', async () => {
  const done = await world.completedOrder([{ sku: 'ebook' }]);
  const open = await world.paidOrder([{ sku: 'mug' }]);
  const before = await world.stock('mug');

  const request = await goneInTheMiddle(done, () => shop.request(done, { amount: 500 }));
  expect(await shop.answer(request)).toMatchObject({ outcome: 'refunded' });
  expect((await shop.atStripe(done)).map(({ amount }) => amount)).toEqual([500]);
  expect(await shop.asked(done)).toHaveLength(1);
  expect(await world.order(done)).toMatchObject({ refunded: 500n, status: 'COMPLETED' });

  const restock = [{ sku: 'mug', quantity: 1 }];
  expect(await goneInTheMiddle(open, () => shop.refund(open, { amount: 700, restock }))).toBe('COMPLETED');
  expect((await shop.atStripe(open)).map(({ amount }) => amount)).toEqual([700]);
  expect(await shop.asked(open)).toHaveLength(1);
  expect(await world.stock('mug')).toEqual({ ...before, onHand: before.onHand + 1 });
});
