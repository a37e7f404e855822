import type { FaultDetails } from '../../domain/fault';
import { noteSkip } from '../../store/reconciliation/skips';
import { atWork } from '../at-work';
import type { Deps } from '../deps';
import { toFailure } from '../failures';

/** How many are handled at a time. Most of them wait for Temporal. */
const BESIDE_EACH_OTHER = 10;

/**
 * Does the work for each thing that a sweep has found. A thing that fails for a reason of its own is recorded and tried
 * again by the next sweep, and the rest goes on. A failure that concerns them all (a refused key, no database, no
 * Temporal) is thrown.
 * @param referenceOf Stripe's id of the thing, for staff
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

/** As `eachApart`, for one thing. Returns false if it failed. */
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

/** Whether only this thing fails. A defect of ours that only this thing triggers counts too. */
function isOfTheThing(error: unknown): boolean {
  // The Temporal client wraps the error of gRPC.
  const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
  if (code === INVALID_ARGUMENT || (error instanceof TypeError && error.cause === undefined)) return true;
  const [details] = (toFailure(error).details ?? []) as FaultDetails[];
  return details?.fault === 'thing';
}

/** gRPC's code for a request that Temporal refuses for what is in it. */
const INVALID_ARGUMENT = 3;
