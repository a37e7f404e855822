import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { HistoryAndWorkflowId } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { Worker, type WorkerOptions } from '@temporalio/worker';

/** A history that the current code could not have produced. */
export interface Divergence {
  workflowId: string;
  message: string;
}

/**
 * Replays histories against a bundle of workflows. Returns those that diverge, with the event at which they do.
 * @param dataConverter reads histories whose payloads are encrypted
 */
export async function replay(
  histories: HistoryAndWorkflowId[],
  workflowBundle: NonNullable<WorkerOptions['workflowBundle']>,
  dataConverter: DataConverter = {},
): Promise<Divergence[]> {
  const divergences: Divergence[] = [];
  const begun = histories.filter(hasBegun);
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle, dataConverter }, begun)) {
    if (error) divergences.push({ workflowId, message: error.message });
  }
  return divergences;
}

/**
 * Whether a workflow has decided anything yet. One that starts with a delay has not, and the SDK (1.24.0) would wait
 * for its first task without end.
 */
const hasBegun = ({ history }: HistoryAndWorkflowId): boolean =>
  historyOf(history).events?.some(({ workflowTaskCompletedEventAttributes: done }) => done) ?? false;

const historyOf = (history: unknown) => history as ReturnType<typeof historyFromJSON>;

/** The histories in a folder, each named after its file. */
export function savedHistories(folder: string): HistoryAndWorkflowId[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      workflowId: basename(file, '.json'),
      history: historyFromJSON(JSON.parse(readFileSync(join(folder, file), 'utf8'))),
    }));
}
