import { createServer } from 'node:http';
import { join } from 'node:path';
import { NativeConnection, Worker } from '@temporalio/worker';
import * as activities from './activities';

export const FLOOR_QUEUE = 'floor';

/** The worker of the floor, as the product's: a process of its own, with the same settings where they count. */
async function main(): Promise<void> {
  const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '' });
  const worker = await Worker.create({
    connection,
    taskQueue: FLOOR_QUEUE,
    workflowsPath: join(__dirname, 'workflows.ts'),
    activities,
    stickyQueueScheduleToStartTimeout: '2s',
    maxCachedWorkflows: 2000,
    maxConcurrentLocalActivityExecutions: 20,
  });
  createServer((_request, response) => response.end('{}')).listen(Number(process.env.WORKER_PORT), '127.0.0.1');
  await worker.run();
}

if (require.main === module) void main();
