import type { NoticeKind } from '../../domain/events';
import { disputeId, isDisputeId, isRefundId, refundId } from '../../domain/ids';
import { noteRestarts } from '../../store/reconciliation/repairs';
import { sessionsOfFollowed } from '../../store/reconciliation/unfinished';
import type { Deps, FollowingWorkflow, RunState, WorkflowStarter } from '../deps';
import { eachApart } from './apart';

/** A workflow that follows a refund, a dispute or a notice. Its id is Stripe's id of that object. */
export interface Follower {
  workflow: Exclude<FollowingWorkflow, 'order'>;
  id: string;
}

/** Whether the last run did not complete, so that a new one is needed. */
const lacksRun = (state: RunState): boolean => state === 'dead' || state === 'absent';

/**
 * Starts again those of these workflows whose last run did not complete, and records it for their orders.
 * @param isUnfinished whether the database says that there is more to follow, so that a completed run does not count
 */
export async function followAgain(
  deps: Deps,
  sweepId: string,
  followers: Follower[],
  { isUnfinished = false }: { isUnfinished?: boolean } = {},
): Promise<void> {
  if (followers.length === 0) return;
  const started: string[] = [];
  await eachApart(deps, {
    items: followers,
    referenceOf: ({ id }) => id,
    async work(follower) {
      const state = await deps.runs.stateOf(follower.id);
      if (!lacksRun(state) && !(isUnfinished && state === 'completed')) return;
      await startFollower(deps.starter, follower);
      started.push(follower.id);
    },
  });
  const sessions = [...new Set((await sessionsOfFollowed(deps.db, started)).values())];
  await noteRestarts(deps.db, { sweepId, sessions, action: 'followed_again' });
}

/** Starts a follower, or tells a running one to look again. */
export async function startFollower(starter: WorkflowStarter, { workflow, id }: Follower): Promise<void> {
  if (workflow === 'refund') return starter.refund(refundId(id));
  if (workflow === 'dispute') return starter.dispute(disputeId(id));
  const kind = noticeKindOf(id);
  if (kind) await starter.notice(kind, id);
}

/** The workflow that follows the object with this id of Stripe's; null if none does. */
export function followerOf(id: string): Follower | null {
  if (isRefundId(id)) return { workflow: 'refund', id };
  if (isDisputeId(id)) return { workflow: 'dispute', id };
  return noticeKindOf(id) === null ? null : { workflow: 'notice', id };
}

const noticeKindOf = (id: string): NoticeKind | null => NOTICES.find(([prefix]) => id.startsWith(prefix))?.[1] ?? null;

/** The kinds of notices, by the prefix of Stripe's ids. */
const NOTICES: [prefix: string, kind: NoticeKind][] = [
  ['prv_', 'review'],
  ['issfr_', 'fraud-warning'],
  ['pi_', 'payment-failed'],
  ['po_', 'payout'],
];
