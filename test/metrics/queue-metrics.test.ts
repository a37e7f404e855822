import type { Client } from '@temporalio/client';
import { Registry } from 'prom-client';
import { createQueueMetrics } from '../../api/queue-metrics';

test('while Temporal does not answer, the queues are left out of a scrape, and the log says so once', async () => {
  const registry = new Registry();
  const log = { warn: jest.fn() };
  const temporal = { withDeadline: () => Promise.reject(new Error('down')) } as unknown as Client;
  createQueueMetrics(registry, { temporal, log });
  for (const _ of ['a scrape', 'the next']) expect(await registry.metrics()).not.toMatch(/^holdfast_task_queue/m);
  expect(log.warn.mock.calls).toEqual([
    [{ err: expect.any(Error), metrics: 'task queues' }, expect.stringContaining('missing')],
  ]);
});
