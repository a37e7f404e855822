import { TypedSearchAttributes } from '@temporalio/common';
import type { BulkAction } from '../domain/bulk';
import { TASK_QUEUES } from './names';
import { behindOthers, oncePerId } from './policies';
import { SEARCH_ATTRIBUTES } from './search-attributes';

/** A bulk that stands in the database, with its orders. */
export interface BulkInput {
  id: string;
  action: BulkAction;
}

export const bulkId = (id: string): string => `bulk/${id}`;

/**
 * The start options: one run per bulk. Nothing starts one again that was terminated: the sweep marks it as failed,
 * because whoever terminates a bulk wants it to stop.
 */
export const bulkStart = (input: BulkInput) => ({
  workflowId: bulkId(input.id),
  taskQueue: TASK_QUEUES.orders,
  args: [input] as [BulkInput],
  ...oncePerId,
  ...behindOthers,
  staticSummary: input.action === 'cancel' ? 'Cancels many orders' : 'Retries many orders',
  typedSearchAttributes: new TypedSearchAttributes([{ key: SEARCH_ATTRIBUTES.needsAttention, value: false }]),
});
