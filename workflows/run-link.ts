import { workflowInfo } from '@temporalio/workflow';

/**
 * The address of another workflow's page in the Temporal UI.
 * @param ui where the UI is; without it, as in older histories, the address works if the UI is at the root of its host
 */
export const runUrl = (id: string, ui: string | null | undefined): string =>
  `${ui ?? ''}/namespaces/${encodeURIComponent(workflowInfo().namespace)}/workflows/${id}`;
