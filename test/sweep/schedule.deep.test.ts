import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import type { SessionId } from '../../domain/ids';
import { TASK_QUEUES, WORKFLOWS } from '../../messages/names';
import { orderStart } from '../../messages/order';
import { RECONCILE_SCHEDULE } from '../../messages/reconcile';
import { keepSweeping, scheduleSweeps } from '../../worker/schedule';
import { createWorkflowStarter } from '../../worker/workflow-starter';
import { quietWorkers } from '../support/quiet';
import { type DevServer, startDevServer } from '../support/temporal';
import { until } from '../workflow/world';

let server: DevServer;
beforeAll(async () => {
  quietWorkers();
  server = await startDevServer();
});
afterAll(() => server?.stop());

const described = () => server.client.schedule.getHandle(RECONCILE_SCHEDULE).describe();
const every = (RECONCILE_INTERVAL_SECONDS: number) => scheduleSweeps(server.client, { RECONCILE_INTERVAL_SECONDS });

describe('the Schedule of sweeps', () => {
  test('is made by whichever worker is first, and starts one sweep at a time, each under an id of its own', async () => {
    await Promise.all([every(300), every(300), every(300)]);
    const { spec, action, policies } = await described();
    expect(spec.intervals).toEqual([expect.objectContaining({ every: 300_000 })]);
    expect(policies.overlap).toBe('SKIP');
    expect(action).toMatchObject({
      workflowType: WORKFLOWS.reconcile,
      taskQueue: TASK_QUEUES.orders,
      workflowId: 'reconcile',
    });
    await server.client.schedule.getHandle(RECONCILE_SCHEDULE).trigger();
    const run = await until(async () => {
      for await (const one of server.client.workflow.list({ query: `WorkflowType = '${WORKFLOWS.reconcile}'` }))
        return one;
      return null;
    });
    expect(run.workflowId).toMatch(/^reconcile-\d{4}-/);
    expect(run.typedSearchAttributes.getAll()).toContainEqual(
      expect.objectContaining({ key: expect.objectContaining({ name: 'NeedsAttention' }), value: false }),
    );
    await server.client.workflow.getHandle(run.workflowId).terminate();
  });

  test('survives restarts as it is, and follows the interval of the environment', async () => {
    await server.client.schedule.getHandle(RECONCILE_SCHEDULE).pause('staff');
    await every(300);
    expect((await described()).state).toMatchObject({ paused: true, note: 'staff' });
    await every(60);
    const { spec, state } = await described();
    expect(spec.intervals).toEqual([expect.objectContaining({ every: 60_000 })]);
    expect(state.paused).toBe(true);
  });

  test('is made as soon as Temporal can be asked', async () => {
    let asked = 0;
    const failing = {
      schedule: {
        create: async () => {
          asked++;
          throw new Error('not yet');
        },
      },
    };
    const warned: unknown[] = [];
    const log = { warn: (...said: unknown[]) => void warned.push(said) };
    await keepSweeping(failing as never, { RECONCILE_INTERVAL_SECONDS: 300 }, log as never, () => asked > 0);
    expect([asked, warned.length]).toEqual([1, 1]);
  });
});

test('runs of orders that closed are listed, whichever way they did, and no others', async () => {
  const worker = await Worker.create({
    connection: server.nativeConnection,
    taskQueue: TASK_QUEUES.orders,
    workflowBundle: await bundleWorkflowCode({ workflowsPath: require.resolve('./nothing-to-do') }),
  });
  const start = (id: string) =>
    server.client.workflow.start(WORKFLOWS.order, orderStart({ sessionId: id as SessionId }));
  const before = new Date(Date.now() - 60_000);
  await start('cs_test_terminated');
  await server.client.workflow.getHandle('cs_test_terminated').terminate();
  await worker.runUntil(async () => (await start('cs_test_completed')).result());
  await start('cs_test_running');

  const starter = createWorkflowStarter(server.client);
  const listed = async (since: Date) => {
    const found: string[] = [];
    for await (const id of starter.closedOrders(since)) found.push(id);
    return found.sort();
  };
  const both = ['cs_test_completed', 'cs_test_terminated'];
  await until(async () => (await listed(before)).length >= both.length);
  expect(await listed(before)).toEqual(both);
  expect(await listed(new Date(Date.now() + 60_000))).toEqual([]);
});
