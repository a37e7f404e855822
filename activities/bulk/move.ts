import { type BulkAction, isOfUnpaid, type Moved, refusedMove, whyNotInBulk } from '../../domain/bulk';
import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { Bulk } from '../../store/bulk/bulks';
import { hasEnded, matching, noLongerMatches, readInTurn } from '../../store/bulk/matching';
import { beginTurn, type Turn } from '../../store/bulk/turns';
import { requestCancel } from '../../store/orders/cancel';
import { stuckFollowersOf } from '../../store/orders/followers';
import { recordActor } from '../../store/orders/request-actors';
import { hasTimelineEntry } from '../../store/orders/timeline';
import { refundsToRetry } from '../../store/refunds/to-retry';
import type { Deps, UpdateAnswer } from '../deps';
import { closeUnpaid } from './close';

type Move = (bulk: Bulk, turn: Turn) => Promise<Moved>;

/**
 * What a bulk does with one order when its turn comes: the same as the API for staff who ask for this order alone,
 * under the name of who asked for the bulk, once the order is found to still be one of those that were meant.
 */
export const movesOf = (deps: Deps): Record<BulkAction, Move> => ({
  /**
   * Looks at the order three times before anything is decided: in the database, whether it still matches the filter; at
   * Stripe, if the bulk is about unpaid orders, by expiring the session, after which no money can come (`closeUnpaid`);
   * and in the database again, under the order's lock, in the transaction that writes the cancel down. An order that
   * ends unpaid because its session is expired is done, whichever of its messages was first.
   */
  async cancel(bulk, { sessionId, hasBegun }) {
    const { db, starter, clock } = deps;
    const key = keyOf(bulk);
    const at = new Date(clock.now());
    if (!(await hasTimelineEntry(db, { sessionId, key: `cancel/${key}` }))) {
      const isUnpaid = isOfUnpaid(bulk.action, bulk.filter);
      const refused = async (why: string, begun: boolean) =>
        isUnpaid && begun && (await hasEnded(db, { sessionId, as: UNPAID_ENDINGS })) ? DONE : refusedMove(why);
      const { refusal } = await readInTurn(db, { sessionId, ...bulk });
      if (refusal !== null) return refused(refusal, hasBegun);
      await beginTurn(db, { id: bulk.id, sessionId, at });
      const money = isUnpaid ? await closeUnpaid(deps, sessionId) : null;
      if (money !== null) {
        await starter.order(sessionId); // its message may be lost: the order reads its session now
        return refusedMove(money);
      }
      const { reason, actor } = bulk;
      const only = { where: matching(bulk), refusal: noLongerMatches };
      const written = await requestCancel(db, { sessionId, reason, key, actor, only, at });
      if (written.outcome === 'refused') return refused(written.reason, true);
    }
    return carriedOut(deps, sessionId, await send(deps, bulk, sessionId));
  },

  /**
   * What is parked may be the order's own step, or the refund or dispute beside it, as with `retry` of the API. An
   * attempt whose outcome was not recorded may have mended it: the order then no longer matches, and is done.
   */
  async retry(bulk, { sessionId, hasBegun }) {
    const { db, starter, clock } = deps;
    const { refusal, attentionStep, status } = await readInTurn(db, { sessionId, ...bulk });
    if (hasBegun && refusal !== null) return DONE;
    const why = refusal ?? whyNotInBulk(attentionStep);
    if (why !== null) return refusedMove(why);
    await beginTurn(db, { id: bulk.id, sessionId, at: new Date(clock.now()) });
    const refunds = await refundsToRetry(db, sessionId);
    for (const input of refunds) await recordName(deps, bulk, { sessionId, key: input.key });
    if (refunds.length > 0) return worst(await Promise.all(refunds.map((input) => starter.retryRefund(input))));
    const stuck = await stuckFollowersOf(db, sessionId);
    await Promise.all(stuck.map((id) => starter.retryStep(id)));
    if (stuck.length > 0) return DONE;
    const answer = await send(deps, bulk, sessionId);
    return answer.outcome === 'ended' ? refusedMove(`The order is ${status}`) : worst([answer]);
  },
});

const DONE: Moved = { outcome: 'done' };

/** The id of the update that a bulk sends to each of its orders. */
const keyOf = ({ id }: Bulk): string => `bulk-${id}`;

/** Sends the bulk's update to an order's workflow, once for all attempts. */
async function send(deps: Deps, bulk: Bulk, sessionId: SessionId): Promise<UpdateAnswer> {
  const { action, reason } = bulk;
  const key = keyOf(bulk);
  await recordName(deps, bulk, { sessionId, key });
  return deps.starter.updateOrder(sessionId, action === 'cancel' ? { name: action, reason } : { name: action }, key);
}

const recordName = ({ db, clock }: Deps, { actor }: Bulk, request: { sessionId: SessionId; key: string }) =>
  recordActor(db, { ...request, actor, at: new Date(clock.now()) });

/** A cancel stands in the database: if its run has not taken the update, the run reads it there. */
async function carriedOut(deps: Deps, sessionId: SessionId, answer: UpdateAnswer): Promise<Moved> {
  if (answer.outcome === 'late') await deps.starter.orderChanged(sessionId);
  if (answer.outcome !== 'ended') return answer.outcome === 'refused' ? answer : DONE;
  return (await hasEnded(deps.db, { sessionId, as: CANCELLED_ENDINGS }))
    ? DONE
    : refusedMove('It ended before it was cancelled');
}

/** How an order ends whose session is expired. */
const UNPAID_ENDINGS: readonly OrderStatus[] = ['CANCELLED', 'EXPIRED'];
/** How an order ends whose cancel is written down. */
const CANCELLED_ENDINGS: readonly OrderStatus[] = [...UNPAID_ENDINGS, 'REFUNDED'];

/** What several attempts for one order come to: the first refusal, else that one was not taken, else done. */
function worst(answers: UpdateAnswer[]): Moved {
  const refused = answers.find((answer) => answer.outcome === 'refused');
  if (refused) return refused;
  return answers.some(({ outcome }) => outcome === 'late')
    ? refusedMove('Its workflow does not answer', 'unavailable')
    : DONE;
}
