import type { Client } from '@temporalio/client';
import type { SessionId } from '../../domain/ids';
import type { OrderFacts } from '../../messages/order';
import { orderStart } from '../../messages/order';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import { startDevServer, startTimeSkipping } from '../support/temporal';

const facts: OrderFacts = { number: 'A-1', total: 1_250, currency: 'eur', skus: ['mug', 'print'] };

async function attributesOfAnOrder(client: Client): Promise<unknown> {
  const start = orderStart({ sessionId: 'cs_test_1' as SessionId }, facts);
  const handle = await client.workflow.start('order', start);
  const { typedSearchAttributes } = await handle.describe();
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

test('the development server has our search attributes, keeps histories for thirty days, and answers the polls of a worker that stops', async () => {
  const server = await startDevServer();
  try {
    expect(await attributesOfAnOrder(server.client)).toEqual(expected);
    const { config, namespaceInfo } = await server.client.workflowService.describeNamespace({
      namespace: server.namespace,
    });
    expect(namespaceInfo?.capabilities?.workerPollCompleteOnShutdown).toBe(true);
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3_600);
  } finally {
    await server.stop();
  }
});
