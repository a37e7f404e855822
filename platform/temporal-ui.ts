import type { SavedView } from '../messages/views';

/** Where the Temporal UI is, and the namespace that it shows. */
export interface TemporalUi {
  url: string;
  namespace: string;
}

/** The page of the latest run of a workflow. */
export const workflowUrl = (ui: TemporalUi, workflowId: string): string =>
  `${listOf(ui)}/${encodeURIComponent(workflowId)}`;

/** A list that the Temporal UI adds to the saved views of the browser that opens it. */
export const viewUrl = (ui: TemporalUi, { name, query }: SavedView): string =>
  `${listOf(ui)}?${new URLSearchParams({ query, savedQuery: name })}`;

const listOf = ({ url, namespace }: TemporalUi): string =>
  `${url}/namespaces/${encodeURIComponent(namespace)}/workflows`;
