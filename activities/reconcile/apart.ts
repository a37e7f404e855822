import type { FaultDetails } from '../../domain/fault';
import { noteSkip } from '../../store/reconciliation/skips';
import { atWork } from '../at-work';
import type { Deps } from '../deps';
import { toFailure } from '../failures';

/** How many things are seen to at the same time: most wait for Temporal. */
const BESIDE_EACH_OTHER = 10;

/**
 * Does the work for each thing that a sweep has found. One that cannot be seen to, for a reason of its own, is recorded
 * and tried again by the next sweep, and the rest goes on. Whatever concerns them all (a refused key, a database or a
 * Temporal that is away) is thrown.
 * @param referenceOf Stripe's id of the thing, which staff see
 */
export async function eachApart<T>(
  deps: Pick<Deps, 'db' | 'clock'>,
  { items, referenceOf, work }: { items: readonly T[]; referenceOf(item: T): string; work(item: T): Promise<unknown> },
): Promise<void> {
  for (let from = 0; from < items.length; from += BESIDE_EACH_OTHER) {
    atWork();
    const some = items.slice(from, from + BESIDE_EACH_OTHER);
    await Promise.all(some.map((item) => apart(deps, referenceOf(item), () => work(item))));
  }
}

/** As `eachApart`, for one thing. False: it could not be seen to. */
export async function apart(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  reference: string,
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!isOfTheThing(error)) throw error;
    await noteSkip(db, { reference, reason: toFailure(error).message, at: new Date(clock.now()) });
    return false;
  }
}

/** Whether only this thing fails, because of what it is. A defect of ours that it alone meets counts as well. */
function isOfTheThing(error: unknown): boolean {
  // The Temporal client wraps what gRPC says.
  const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
  if (code === INVALID_ARGUMENT || (error instanceof TypeError && error.cause === undefined)) return true;
  const [details] = (toFailure(error).details ?? []) as FaultDetails[];
  return details?.fault === 'thing';
}

/** Of gRPC: Temporal refuses this very request. */
const INVALID_ARGUMENT = 3;
