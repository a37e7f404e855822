import { type SavedView, savedViews } from '../../messages/views';
import { listUrl, type TemporalUi } from '../../platform/temporal-ui';
import { within } from '../../platform/within';
import type { ApiDeps } from '../deps';

/** How long counts are shown before they are asked for again, and how long Temporal may take. */
const KEPT_MS = 10_000;
const COUNT_MS = 2_000;

/** A list of workflows, with how many are in it; null while Temporal does not say. */
export interface CountedView extends SavedView {
  count: number | null;
  /** Null where the address of the Temporal UI is not configured. */
  url: string | null;
}

/**
 * Counts what is in each list, by Temporal itself: so the numbers are those of the lists that the links open. Every
 * process asks at most once in ten seconds, however many pages show them.
 */
export function viewCounter({ temporal, clock }: Pick<ApiDeps, 'temporal' | 'clock'>, ui: TemporalUi | null) {
  let known: { at: number; views: Promise<CountedView[]> } | null = null;
  const countOf = async ({ query }: SavedView): Promise<number | null> => {
    const asked = temporal.withDeadline(Date.now() + COUNT_MS, () => temporal.workflow.count(query));
    const answer = await within(COUNT_MS, asked, () => new Error('no answer')).catch(() => null);
    return answer?.count ?? null;
  };
  return (): Promise<CountedView[]> => {
    const now = clock.now();
    if (known === null || now - known.at >= KEPT_MS)
      known = {
        at: now,
        views: Promise.all(
          savedViews(now).map(async (view) => ({
            ...view,
            count: await countOf(view),
            url: ui && listUrl(ui, view),
          })),
        ),
      };
    return known.views;
  };
}
