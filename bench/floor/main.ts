import { createServer } from 'node:http';
import { join } from 'node:path';
import { NativeConnection, Worker } from '@temporalio/worker';
import { Pool } from 'pg';
import { bareActivities, nothing } from './activities';
import { FLOOR_QUEUE } from './queue';

/** The worker of the floor, as the product's: a process of its own, with the same settings where they count. */
async function main(): Promise<void> {
  const { DATABASE_URL = '', TEMPORAL_ADDRESS = '', STRIPE_API_BASE = '', WORKER_PORT } = process.env;
  const pool = new Pool({ connectionString: DATABASE_URL, max: 20 });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address: TEMPORAL_ADDRESS }),
    taskQueue: FLOOR_QUEUE,
    workflowsPath: join(__dirname, 'workflows.ts'),
    activities: { nothing, ...bareActivities(pool, STRIPE_API_BASE) },
    stickyQueueScheduleToStartTimeout: '2s',
    maxCachedWorkflows: 2000,
    maxConcurrentActivityTaskExecutions: 20,
    maxConcurrentLocalActivityExecutions: 20,
  });
  createServer((_request, response) => response.end('{}')).listen(Number(WORKER_PORT), '127.0.0.1');
  await worker.run();
}

void main();
