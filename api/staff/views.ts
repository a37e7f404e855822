import { ATTENTION_VIEW, type SavedView, savedViews } from '../../messages/views';
import { listUrl, type TemporalUi } from '../../platform/temporal-ui';
import type { ApiDeps } from '../deps';
import { COUNT_MS, counted, kept } from './counts';

/** A list of workflows, with how many are in it; null while Temporal does not say. */
export interface CountedView extends SavedView {
  count: number | null;
  /** Null where the address of the Temporal UI is not configured. */
  url: string | null;
}

/**
 * Counts what is in each list, by Temporal itself: so the numbers are those of the lists that the links open. Every
 * process asks at most once in ten seconds, however many pages show them. What needs attention has an exact list, whose
 * page leads to that view.
 */
export function viewCounter({ temporal, clock }: Pick<ApiDeps, 'temporal' | 'clock'>, ui: TemporalUi | null) {
  const countOf = ({ query }: SavedView): Promise<number | null> =>
    counted(temporal.withDeadline(Date.now() + COUNT_MS, async () => (await temporal.workflow.count(query)).count));
  return kept(clock, (now) =>
    Promise.all(
      savedViews(now)
        .filter(({ name }) => name !== ATTENTION_VIEW.name)
        .map(async (view) => ({ ...view, count: await countOf(view), url: ui && listUrl(ui, view) })),
    ),
  );
}
