import { proxyLocalActivities } from '@temporalio/workflow';
import type { nothing as Nothing } from './activities';

const { nothing } = proxyLocalActivities<{ nothing: typeof Nothing }>({ startToCloseTimeout: '5s' });

/** The least that a workflow with a step can be: what Temporal and its SDK cost with nothing of Holdfast. */
export async function noop(): Promise<void> {
  await nothing();
}
