import { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import { type BulkProgress, type BulkStatus, type EndedStatus, type Moved, refusedMove } from '../../domain/bulk';
import { DATABASE, type FaultDetails } from '../../domain/fault';
import { type Bulk, bulkProgress, endBulk, findBulk } from '../../store/bulk/bulks';
import { endTurn, nextTurn, type Turn } from '../../store/bulk/turns';
import type { Deps } from '../deps';
import { toFailure } from '../failures';
import { movesOf } from './move';

/**
 * How often an order is tried whose move fails for a reason that may be its own. Then it is left as it is, so that it
 * does not keep the others from their turn.
 */
const TRIES = 5;

/**
 * The activity that moves the orders of a bulk, one each time, so that the fleet's limit for Stripe and the priority of
 * its tasks count for each of them. It may expire a session, so it runs on the `stripe` queue.
 */
export const bulkMoves = (deps: Deps) => ({
  /**
   * Moves the order whose turn is next, and records what became of it. A worker may die at any point: the next attempt
   * finds the same order, and what it had sent to the order counts once, under the bulk's key.
   */
  async moveNext({ id }: { id: string }): Promise<BulkProgress> {
    const { db } = deps;
    const bulk = await findBulk(db, id);
    const turn = bulk?.status === 'RUNNING' ? await nextTurn(db, id) : null;
    if (bulk && turn) await endTurn(db, { id, sessionId: turn.sessionId, moved: await moveApart(deps, bulk, turn) });
    return bulkProgress(db, id);
  },
});

/** The activity that ends a bulk. */
export const bulkEnding = ({ db, clock }: Pick<Deps, 'db' | 'clock'>) => ({
  /** Ends it, and answers how far it has come and how it ended. Safe to repeat: how it ended first counts. */
  async endBulk({ id, status }: { id: string; status: EndedStatus }): Promise<BulkProgress & { status: BulkStatus }> {
    await endBulk(db, { id, status, at: new Date(clock.now()) });
    return { ...(await bulkProgress(db, id)), status: (await findBulk(db, id))?.status ?? status };
  },
});

/**
 * Moves one order. If that fails for a reason of its own, the order is left as it is and the bulk goes on. What stops
 * every order (Stripe, its key, the database) is thrown: the bulk waits for it.
 */
async function moveApart(deps: Deps, bulk: Bulk, turn: Turn): Promise<Moved> {
  try {
    return await movesOf(deps)[bulk.action](bulk, turn);
  } catch (error) {
    const failure = toFailure(error);
    if (!isOfThisOrder(failure)) throw error;
    deps.log.warn({ session: turn.sessionId, why: failure.message }, 'an order of a bulk could not be moved');
    return refusedMove('It could not be done: look at this order by itself', 'unavailable');
  }
}

function isOfThisOrder({ type, details }: ApplicationFailure): boolean {
  const [{ fault, cause }] = details as [FaultDetails];
  const stopsAll = cause !== undefined || type === DATABASE;
  return fault === 'thing' || (fault === 'moment' && !stopsAll && Context.current().info.attempt >= TRIES);
}
