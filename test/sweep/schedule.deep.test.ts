import { randomBytes } from 'node:crypto';
import { Client, ScheduleOverlapPolicy } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import type { RefundId, SessionId } from '../../domain/ids';
import { LONGEST_SWEEP_MS } from '../../domain/sweep';
import { TASK_QUEUES, WORKFLOWS } from '../../messages/names';
import { orderStart } from '../../messages/order';
import { RECONCILE_SCHEDULE, reconcileStart } from '../../messages/reconcile';
import { refundStart } from '../../messages/refund';
import { dataConverterOf } from '../../platform/payload-codec';
import { payloadKeys } from '../../platform/payload-keys';
import { keepSweeping, scheduleSweeps } from '../../worker/schedule';
import { createWorkflowRuns } from '../../worker/workflow-runs';
import { quietWorkers } from '../support/quiet';
import { type DevServer, startDevServer } from '../support/temporal';
import { until } from '../workflow/world';

let server: DevServer;
beforeAll(async () => {
  quietWorkers();
  server = await startDevServer();
});
afterAll(() => server?.stop());

const clientWith = (keys: string | undefined) => {
  const { connection, options } = server.client;
  const dataConverter = dataConverterOf(keys === undefined ? undefined : payloadKeys.parse(keys));
  return new Client({ connection, namespace: options.namespace, dataConverter });
};
const described = () => server.client.schedule.getHandle(RECONCILE_SCHEDULE).describe();
const every = (RECONCILE_INTERVAL_SECONDS: number) =>
  scheduleSweeps(server.client, { RECONCILE_INTERVAL_SECONDS }, () => undefined);

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
      workflowExecutionTimeout: LONGEST_SWEEP_MS, // one that is stuck must not keep the next from starting
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

  test('is made again where it is gone: Temporal’s store was lost while workers ran', async () => {
    let stopping = false;
    const kept = keepSweeping(
      server.client,
      { RECONCILE_INTERVAL_SECONDS: 60 },
      { warn: () => {} } as never,
      () => stopping,
      10,
    );
    await server.client.schedule.getHandle(RECONCILE_SCHEDULE).delete();
    await until(() => described().catch(() => null));
    stopping = true;
    await kept;
  });

  test.each([
    ['another key', `new:${randomBytes(32).toString('base64')}`],
    ['no key', undefined],
  ])('is made anew, and its run ended, where its key is lost and there is %s', async (_what, keys) => {
    const lost = clientWith(`lost:${randomBytes(32).toString('base64')}`);
    const schedule = server.client.schedule.getHandle(RECONCILE_SCHEDULE);
    await schedule.delete();
    await scheduleSweeps(lost, { RECONCILE_INTERVAL_SECONDS: 60 }, () => undefined);
    await schedule.trigger(ScheduleOverlapPolicy.SKIP); // by itself it allows several at once, which it does not list
    const { workflowId } = await until(async () => {
      const { info } = await lost.schedule.getHandle(RECONCILE_SCHEDULE).describe();
      return info.runningActions[0]?.workflow;
    });
    await schedule.pause('staff');

    const now = clientWith(keys);
    await expect(now.schedule.getHandle(RECONCILE_SCHEDULE).describe()).rejects.toThrow();
    await scheduleSweeps(now, { RECONCILE_INTERVAL_SECONDS: 120 }, () => undefined);
    const { spec, state, info } = await now.schedule.getHandle(RECONCILE_SCHEDULE).describe();
    expect(spec.intervals).toEqual([expect.objectContaining({ every: 120_000 })]);
    expect([state.paused, state.note, info.runningActions]).toEqual([true, 'staff', []]);
    expect((await server.client.workflow.getHandle(workflowId).describe()).status.name).toBe('TERMINATED');
    await scheduleSweeps(now, { RECONCILE_INTERVAL_SECONDS: 120 }, () => undefined);
    await now.schedule.getHandle(RECONCILE_SCHEDULE).delete();
    await every(60);
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

describe('what Temporal lists of runs', () => {
  const runs = () => createWorkflowRuns(server.client);
  const start = (id: string) =>
    server.client.workflow.start(WORKFLOWS.order, orderStart({ sessionId: id as SessionId }));
  const listed = async <T>(list: AsyncIterable<T>) => {
    const found: T[] = [];
    for await (const one of list) found.push(one);
    return found;
  };

  test('orders that closed in any way, refunds, disputes and notices that did not complete, and no others', async () => {
    const refund = refundStart({ refundId: 're_dead' as RefundId });
    const sweep = { workflowId: 'a-sweep', taskQueue: TASK_QUEUES.orders };
    const before = new Date(Date.now() - 60_000);
    await start('cs_test_terminated');
    await server.client.workflow.start(WORKFLOWS.refund, refund);
    await server.client.workflow.start(WORKFLOWS.reconcile, sweep);
    for (const id of ['cs_test_terminated', 're_dead', 'a-sweep'])
      await server.client.workflow.getHandle(id).terminate();
    await worker(require.resolve('./nothing-to-do')).then((one) =>
      one.runUntil(async () => {
        await (await start('cs_test_completed')).result();
        const completed = { ...refund, workflowId: 're_done' };
        await (await server.client.workflow.start(WORKFLOWS.refund, completed)).result();
      }),
    );
    const closed = async (since: Date) =>
      (await listed(runs().closedSince(since))).map(({ workflow, id }) => `${workflow} ${id}`).sort();
    const expected = ['order cs_test_completed', 'order cs_test_terminated', 'refund re_dead'];
    await until(async () => (await closed(before)).length >= expected.length);
    expect(await closed(before)).toEqual(expected);
    expect(await closed(new Date(Date.now() + 60_000))).toEqual([]);
  });

  test('the sweep that succeeded last, without its id where the key of its result is lost', async () => {
    const [lost, other] = ['lost', 'new'].map((name) => `${name}:${randomBytes(32).toString('base64')}`);
    const encrypting = await worker(
      require.resolve('./nothing-to-do'),
      dataConverterOf(payloadKeys.parse(lost as string)),
    );
    const sweep = { workflowId: 'encrypted-sweep', taskQueue: TASK_QUEUES.orders };
    await encrypting.runUntil(clientWith(lost).workflow.execute(WORKFLOWS.reconcile, sweep));
    const last = (keys: string | undefined) => createWorkflowRuns(clientWith(keys)).lastSweep();
    await until(async () => (await last(lost)) !== null);
    expect(await Promise.all([lost, other, undefined].map(last))).toEqual([
      { id: 'swept' },
      { id: null },
      { id: null },
    ]);
  });

  test('what runs now, how many that are, and how each stands', async () => {
    await start('cs_test_running');
    await until(async () => (await runs().countRunning('order')) === 1);
    expect(await listed(runs().running('order'))).toEqual([{ id: 'cs_test_running', reached: null }]);
    expect(await runs().countRunning('refund')).toBe(0);
    const states = ['cs_test_running', 'cs_test_completed', 'cs_test_terminated', 'cs_test_never'];
    expect(await Promise.all(states.map((id) => runs().stateOf(id)))).toEqual([
      'running',
      'completed',
      'dead',
      'absent',
    ]);
  });

  test('runs whose tasks keep failing, with the cause, a sweep’s own run among them', async () => {
    const broken = await worker(require.resolve('./broken'));
    await server.client.workflow.start(WORKFLOWS.reconcile, reconcileStart({ trigger: 'schedule' }));
    await broken.runUntil(async () => {
      // Temporal reports a run after its fifth task, and those of a sweep take 10 s each to time out.
      for (const workflow of ['order', 'reconcile']) {
        const stuck = await until(async () => (await runs().stuck())?.find((run) => run.workflow === workflow));
        expect(stuck).toMatchObject({ workflow, cause: 'WorkflowWorkerUnhandledFailure' });
      }
    });
  }, 90_000);
});

const worker = async (workflowsPath: string, dataConverter: DataConverter = {}) =>
  Worker.create({
    dataConverter,
    connection: server.nativeConnection,
    taskQueue: TASK_QUEUES.orders,
    workflowBundle: await bundleWorkflowCode({ workflowsPath }),
  });
