import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { bulkStart } from '../../messages/bulk';
import { TASK_QUEUES, WORKFLOWS } from '../../messages/names';
import { reconcileStart } from '../../messages/reconcile';
import { workflowBundle } from '../../worker/bundle';
import { quietWorkers } from '../support/quiet';
import { startTimeSkipping } from '../support/temporal';

let temporal: TestWorkflowEnvironment;
beforeAll(async () => {
  quietWorkers();
  temporal = await startTimeSkipping();
});
afterAll(() => temporal?.teardown());

test('a sweep of many pages begins its history anew, goes on where it was, and counts every page once', async () => {
  const PAGES = 450;
  const window = { wide: false, until: 1 };
  const begun: string[] = [];
  const read: (string | null)[] = [];
  const finished: unknown[] = [];
  const nothing = async () => ({ checked: 0, woken: 0, cursor: null });
  const orders = {
    beginSweep: async ({ id }: { id: string }) => {
      begun.push(id);
      return window;
    },
    sweepRuns: nothing,
    sweepUnfinished: nothing,
    settleRepairs: async () => 0,
    compareLedger: async () => ({ discrepancies: 0, news: 0 }),
    finishSweep: async (sweep: unknown) => {
      finished.push(sweep);
      return { repaired: 0 };
    },
  };
  const stripe = {
    sweepSessions: nothing,
    sweepEvents: async ({ cursor }: { cursor: string | null }) => {
      read.push(cursor);
      return { checked: 2, woken: 0, cursor: read.length < PAGES ? `0:evt_${read.length}` : null };
    },
    readBalance: nothing,
  };
  const { workflow } = temporal.client;
  const run = await withWorkers({ orders, stripe }, async () => {
    const started = await workflow.start(WORKFLOWS.reconcile, reconcileStart({ trigger: 'schedule' }));
    expect(await started.result()).toMatchObject({ checked: 2 * PAGES });
    return started;
  });

  expect(begun).toHaveLength(1);
  expect(read).toEqual([null, ...Array.from({ length: PAGES - 1 }, (_, page) => `0:evt_${page + 1}`)]);
  expect(finished).toEqual([{ id: begun[0], window, checked: 2 * PAGES }]);
  await expectShortHistory(run);
});

test('a bulk of many orders begins its history anew, and moves every order once', async () => {
  const MATCHED = 450;
  let done = 0;
  const details: string[] = [];
  const stripe = {
    moveNext: async () => ({ matched: MATCHED, done: ++done, refused: 0, over: done === MATCHED }),
  };
  const orders = {
    endBulk: async ({ status }: { status: string }) => ({ matched: MATCHED, done, refused: 0, over: true, status }),
  };
  const { workflow } = temporal.client;
  const run = await withWorkers({ orders, stripe }, async () => {
    const started = await workflow.start(WORKFLOWS.bulk, bulkStart({ id: 'many', action: 'cancel' }));
    expect(await started.result()).toMatchObject({ done: MATCHED, status: 'COMPLETED' });
    details.push(
      await workflow.getHandle(started.workflowId).query('__temporal_workflow_metadata').then(JSON.stringify),
    );
    return started;
  });
  expect(done).toBe(MATCHED);
  expect(details).toEqual([expect.stringContaining('Done with 450 of 450 orders: 450 cancelled, 0 refused.')]);
  await expectShortHistory(run);
});

type Activities = Record<string, (...args: never[]) => Promise<unknown>>;

/** Does something while workers run with these activities, by queue. */
async function withWorkers<T>({ orders, stripe }: Record<'orders' | 'stripe', Activities>, act: () => Promise<T>) {
  const common = { connection: temporal.nativeConnection };
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUES.orders,
      workflowBundle: await workflowBundle(),
      activities: orders,
    }),
    Worker.create({ ...common, taskQueue: TASK_QUEUES.stripe, activities: stripe }),
  ]);
  const running = workers.map((worker) => worker.run());
  try {
    return await act();
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  }
}

/** The first history of a run ends where the next one begins. */
async function expectShortHistory(run: { workflowId: string; firstExecutionRunId: string }): Promise<void> {
  const first = temporal.client.workflow.getHandle(run.workflowId, run.firstExecutionRunId);
  const { events } = await first.fetchHistory();
  expect(events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy();
  expect(events?.length).toBeLessThan(2_000);
}
