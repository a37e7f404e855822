import { setTimeout as pause } from 'node:timers/promises';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import type { WorkerDeploymentOptions } from '@temporalio/worker';

/** How Temporal lists our workers. */
const DEPLOYMENT = 'holdfast';
const AGAIN_MS = 1_000;
/** How long the first worker of a version may take to start. */
const SEEN_WITHIN_MS = 300_000;
/** Of gRPC: no worker of the version has been seen yet. */
const NOT_SEEN = new Set([5, 9]);

/**
 * Makes workers one version of the deployment. Its workflows, open orders among them, go to the version that is
 * current: the new code replays what the old one began, as `npm run replay` has checked.
 */
export const versionOf = (buildId: string): WorkerDeploymentOptions => ({
  version: { deploymentName: DEPLOYMENT, buildId },
  useWorkerVersioning: true,
  defaultVersioningBehavior: 'AUTO_UPGRADE',
});

/**
 * From now on, tasks go to the workers of this version alone; with an empty build id, to those without a version. Waits
 * until one of them has been seen.
 */
export async function setCurrentVersion({ connection, options }: Client, buildId: string): Promise<void> {
  const { namespace, identity } = options;
  for (const deadline = Date.now() + SEEN_WITHIN_MS; ; await pause(AGAIN_MS)) {
    try {
      await connection.workflowService.setWorkerDeploymentCurrentVersion({
        ...{ namespace, identity, buildId },
        deploymentName: DEPLOYMENT,
      });
      return;
    } catch (error) {
      const isNotSeen = isGrpcServiceError(error) && NOT_SEEN.has(error.code);
      if (!isNotSeen || Date.now() > deadline) throw error;
    }
  }
}
