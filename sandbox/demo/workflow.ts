import { get } from './http';
import type { System } from './system';

export interface WorkflowState {
  status: string;
  /** How many events its history has. */
  events: number;
}

/** The state of an order's workflow, as the Temporal UI's own API reports it. */
export async function workflowOf({ temporalUi, namespace }: System, sessionId: string): Promise<WorkflowState> {
  const { workflowExecutionInfo: info } = await get<{
    workflowExecutionInfo: { status: string; historyLength: string };
  }>(`${temporalUi}/api/v1/namespaces/${namespace}/workflows/${sessionId}`);
  return {
    status: info.status.replace('WORKFLOW_EXECUTION_STATUS_', '').toLowerCase(),
    events: Number(info.historyLength),
  };
}

/** The page of that workflow in the Temporal UI. */
export const workflowPage = ({ temporalUi, namespace }: System, sessionId: string): string =>
  `${temporalUi}/namespaces/${namespace}/workflows/${sessionId}`;
