import type { SavedView } from '../messages/views';
import type { Env } from './env';

/** Where the Temporal UI is, and the namespace that it shows. */
export interface TemporalUi {
  url: string;
  namespace: string;
}

/** Where `npm start` serves the Temporal UI, if that is free: the port of Temporal's own development server. */
export const EMBEDDED_UI_PORT = 8233;

/** Null without `TEMPORAL_UI_URL`. */
export const temporalUiOf = (
  { TEMPORAL_UI_URL }: Pick<Env, 'TEMPORAL_UI_URL'>,
  namespace: string,
): TemporalUi | null => (TEMPORAL_UI_URL === undefined ? null : { url: TEMPORAL_UI_URL, namespace });

/** The page of the latest run of a workflow. */
export const workflowUrl = (ui: TemporalUi, workflowId: string): string =>
  `${listOf(ui)}/${encodeURIComponent(workflowId)}`;

/** A list. If the browser has it as a saved view, the Temporal UI shows it as that. */
export const listUrl = (ui: TemporalUi, { query }: Pick<SavedView, 'query'>): string =>
  `${listOf(ui)}?${new URLSearchParams({ query })}`;

/** As `listUrl`, and the Temporal UI adds the list to its saved views in this browser, each time that it is opened. */
export const saveViewUrl = (ui: TemporalUi, { name, query }: SavedView): string =>
  `${listOf(ui)}?${new URLSearchParams({ query, savedQuery: name })}`;

const listOf = ({ url, namespace }: TemporalUi): string =>
  `${url}/namespaces/${encodeURIComponent(namespace)}/workflows`;

/** What the Temporal UI keeps of a namespace in a browser: columns that show what an order is, and saved views. */
export const uiSetup = (namespace: string, views: readonly SavedView[]) => ({
  namespace,
  columns: [
    ...[
      'Status',
      'OrderNumber',
      'OrderStatus',
      'NeedsAttention',
      'AmountTotal',
      'Currency',
      'Type',
      'Start',
      'Workflow ID',
    ],
  ].map((label, place) => ({ label, pinned: place < 2 })),
  views: views.map((view) => ({ ...view, id: `holdfast: ${view.name}`, type: 'user' })),
});

/**
 * A function in JavaScript that takes such a setup, and keeps it in a browser that is at the Temporal UI. Views of
 * these names are replaced, so that it can be repeated.
 */
export const KEEP_SETUP = `({ namespace, columns, views }) => {
  const keep = (key, change) => {
    const kept = JSON.parse(localStorage.getItem(key) || '{}');
    localStorage.setItem(key, JSON.stringify({ ...kept, [namespace]: change(kept[namespace] || []) }));
  };
  const isOurs = ({ name }) => views.some((view) => view.name === name);
  keep('namespace-workflow-table-columns', () => columns);
  keep('saved-workflow-queries', (saved) => [...saved.filter((view) => !isOurs(view)), ...views]);
}`;

/** What staff paste into the console of a browser at the Temporal UI, in place of a page that could do it. */
export const setupScript = (setup: ReturnType<typeof uiSetup>): string =>
  `(${KEEP_SETUP})(${JSON.stringify(setup)});\nlocation.reload();\n`;
