import type { Client, WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import type { SessionId } from '../../domain/ids';
import { bulkStart } from '../../messages/bulk';
import { TASK_QUEUES, WORKFLOWS } from '../../messages/names';
import { noticeStart } from '../../messages/notice';
import type { OrderFacts } from '../../messages/order';
import { checkoutStart, orderStart } from '../../messages/order';
import { reconcileStart } from '../../messages/reconcile';
import { resendStart } from '../../messages/resend';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import { workflowBundle } from '../../worker/bundle';
import { quietWorkers } from '../support/quiet';
import { type DevServer, startDevServer, startTimeSkipping } from '../support/temporal';
import { until } from '../support/until';

const { TaskQueueType } = temporal.api.enums.v1;

const facts: OrderFacts = { number: 'A-1', total: 1_250, currency: 'eur', skus: ['mug', 'print'] };

async function attributesOfAnOrder(client: Client): Promise<unknown> {
  const start = checkoutStart({ sessionId: 'cs_test_1' as SessionId }, facts);
  const handle = await client.workflow.start('order', start);
  const { typedSearchAttributes } = await handle.describe();
  await handle.terminate();
  return Object.values(SEARCH_ATTRIBUTES).map((key) => typedSearchAttributes.get(key as never));
}

const expected = ['PENDING', 'A-1', false, false, 1_250, 'eur', ['mug', 'print']];

test('the time-skipping server has our search attributes, and skips time', async () => {
  const environment = await startTimeSkipping();
  try {
    const before = await environment.currentTimeMs();
    await environment.sleep('3 days');
    expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(3 * 24 * 3_600_000);
    expect(await attributesOfAnOrder(environment.client)).toEqual(expected);
  } finally {
    await environment.teardown();
  }
});

describe('the development server', () => {
  let server: DevServer;
  beforeAll(async () => {
    quietWorkers();
    server = await startDevServer();
  });
  afterAll(() => server?.stop());

  test('has our search attributes, keeps histories for thirty days, and answers the polls of a worker that stops', async () => {
    expect(await attributesOfAnOrder(server.client)).toEqual(expected);
    const { config, namespaceInfo } = await server.client.workflowService.describeNamespace({
      namespace: server.namespace,
    });
    expect(namespaceInfo?.capabilities?.workerPollCompleteOnShutdown).toBe(true);
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3_600);
  });

  test('hands out the tasks of orders before those of other workflows, and those of sweeps and bulks last', async () => {
    const { workflow } = server.client;
    const runs = [
      await workflow.start(WORKFLOWS.reconcile, reconcileStart({ id: 'first', trigger: 'staff' })),
      await workflow.start(WORKFLOWS.bulk, bulkStart({ id: 'second', action: 'retry' })),
      await workflow.start(WORKFLOWS.notice, noticeStart({ kind: 'review', id: 'prv_third' })),
      await workflow.start(WORKFLOWS.order, orderStart({ sessionId: 'cs_test_fourth' as SessionId })),
    ];
    for (const run of runs) await until(async () => (await run.describe()).raw.pendingWorkflowTask);
    await until(async () => (await backlog(server, TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW)) >= runs.length);
    const handedOut: unknown[] = [];
    for (const _ of runs) {
      const { workflowType } = await polled(server, ({ workflowService }) =>
        workflowService.pollWorkflowTaskQueue(onOrders(server)),
      );
      handedOut.push(workflowType?.name);
    }
    for (const run of runs) await run.terminate();
    expect(handedOut.slice(0, 2)).toEqual(['order', 'notice']);
    expect(handedOut.slice(2).sort()).toEqual(['bulk', 'reconcile']); // between equals the server promises no order
  });

  test('hands out a step that somebody waits for before the mails and sweeps that wait since earlier', async () => {
    const { client, nativeConnection: connection, namespace } = server;
    const { workflow, workflowService } = client;
    const next = () => polled(server, () => workflowService.pollActivityTaskQueue(onOrders(server)));
    const mail = { template: 'order_confirmation' } as const;
    const resend = (key: string) =>
      workflow.start(WORKFLOWS.resend, resendStart({ ...mail, sessionId: 'cs_test_1' as SessionId, key }));
    const runs: WorkflowHandle[] = [];
    /** Starts a run, and waits until its step waits for a worker. */
    const waiting = async (started: Promise<WorkflowHandle>) => {
      const run = await started;
      runs.push(run);
      await until(async () => (await run.describe()).raw.pendingActivities?.length === 1);
    };

    const worker = await Worker.create({
      ...{ connection, namespace, taskQueue: TASK_QUEUES.orders },
      workflowBundle: await workflowBundle(),
    });
    await worker.runUntil(async () => {
      await waiting(resend('earlier'));
      const { taskToken, activityType } = await next();
      expect(activityType?.name).toBe('pickMail');
      const result = { payloads: [defaultPayloadConverter.toPayload({ outcome: 'send', mail })] };
      await workflowService.respondActivityTaskCompleted({ namespace, taskToken, result });
      await waiting(Promise.resolve(runs[0] as WorkflowHandle)); // for its mail
      await waiting(workflow.start(WORKFLOWS.reconcile, reconcileStart({ id: 'earlier', trigger: 'staff' })));
      await waiting(resend('later'));
      await until(async () => (await backlog(server, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)) >= 3);
      const handedOut = [await next(), await next(), await next()].map((task) => task.activityType?.name);
      for (const run of new Set(runs)) await run.terminate();
      expect(handedOut[0]).toBe('pickMail');
      expect(handedOut.slice(1).sort()).toEqual(['beginSweep', 'sendMails']); // between equals there is no order
    });
  });
});

const onOrders = ({ namespace }: DevServer) => ({ namespace, taskQueue: { name: TASK_QUEUES.orders } });

/** Asks as a worker does, which the server lets wait as long as it says. */
const polled = <T>({ client }: DevServer, poll: (client: Client) => Promise<T>): Promise<T> =>
  client.withDeadline(Date.now() + 30_000, () => poll(client));

/** How many tasks of a kind wait for a worker. The server counts again after five seconds. */
async function backlog(server: DevServer, taskQueueType: temporal.api.enums.v1.TaskQueueType): Promise<number> {
  const { stats } = await server.client.workflowService.describeTaskQueue({
    ...onOrders(server),
    taskQueueType,
    reportStats: true,
  });
  return Number(stats?.approximateBacklogCount ?? 0);
}
