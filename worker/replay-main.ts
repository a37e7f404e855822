import { join } from 'node:path';
import type { HistoryAndWorkflowId } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { servicesEnv } from '../platform/services-env';
import { connectTemporal, temporalConfig } from '../platform/temporal';
import { workflowBundle } from './bundle';
import { replay, savedHistories } from './replay';

/** The folder with a recorded history of every ending. */
const SAVED = join('test', 'replay', 'histories');

/**
 * `npm run replay` replays the saved histories; `npm run replay -- cs_… re_…` fetches those workflows from the server
 * and replays them. Exits with 1 if the current code could not have produced one of them, naming the workflow and the
 * event.
 */
async function main(workflowIds: string[]): Promise<number> {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
  const env = { ...servicesEnv(), ...process.env };
  const histories = workflowIds.length > 0 ? await fetchHistories(workflowIds, env) : savedHistories(SAVED);
  const divergences = await replay(histories, await workflowBundle(), temporalConfig(env).dataConverter);
  for (const { workflowId, message } of divergences) console.error(`${workflowId}: ${message}`);
  console.log(`${histories.length - divergences.length} of ${histories.length} histories replay`);
  return divergences.length > 0 ? 1 : 0;
}

async function fetchHistories(workflowIds: string[], env: NodeJS.ProcessEnv): Promise<HistoryAndWorkflowId[]> {
  const client = connectTemporal(env);
  try {
    return await Promise.all(
      workflowIds.map(async (workflowId) => ({
        workflowId,
        history: await client.workflow.getHandle(workflowId).fetchHistory(),
      })),
    );
  } finally {
    await client.connection.close();
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
