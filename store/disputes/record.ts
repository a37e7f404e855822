import { type Dispute, isAskedAnew, type Standing, standingOf } from '../../domain/dispute';
import type { SessionId } from '../../domain/ids';
import { formatMoney } from '../../domain/money';
import { DECISIONS, type OrderStatus } from '../../domain/order';
import type { Db } from '../database';
import { callForDecision, isCancellable } from '../orders/decisions';
import { changeOrder, lockKnownOrder, type TimelineEvent } from '../orders/records';
import { revokeDownloads } from '../orders/undo';
import { toDispute } from './rows';

/** A dispute as Stripe has it. */
export interface SeenDispute {
  id: string;
  chargeId: string | null;
  paymentIntentId: string | null;
  status: string;
  reason: string;
  amount: number;
  currency: string;
  dueBy: Date | null;
  /** How often evidence was submitted, as Stripe counts. */
  submissions: number;
  /** What the dispute's own movements of our balance come to, without fees. */
  withdrawn: number;
  withdrawnCurrency: string | null;
  createdAt: Date;
}

/** A dispute as it was recorded, with the order it belongs to. */
export interface RecordedDispute {
  order: { number: string; status: OrderStatus };
  dispute: Dispute;
  standing: Standing;
}

/**
 * Records a dispute under its order's row lock, with an entry on the order's timeline for everything new. The
 * database raises and lowers the order's flag with it. A lost dispute revokes the downloads. Safe to repeat, in any
 * order: what is written is what Stripe says now.
 */
export async function recordDispute(
  db: Db,
  { sessionId, seen, at }: { sessionId: SessionId; seen: SeenDispute; at: Date },
): Promise<RecordedDispute> {
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const known = await tx.dispute.findUnique({ where: { id: seen.id } });
    const before = known && toDispute(known);
    const { id, submissions, createdAt, ...stripes } = seen;
    const standing = standingOf(seen.status, seen.withdrawn);
    const open = standing === 'open';
    const now = { ...stripes, open, lost: standing === 'lost', updatedAt: at };
    const row = await tx.dispute.upsert({
      where: { id },
      create: {
        ...{ id, sessionId, createdAt, ...now },
        submittedAt: submissions > 0 ? at : null,
        closedAt: open ? null : at,
      },
      update: {
        ...now,
        ...submissionOf(before, seen, open, at),
        ...(before && !before.open && open && { openings: before.openings + 1 }),
        closedAt: open ? null : (before?.closedAt ?? at),
      },
    });
    const dispute = toDispute(row);
    if (dispute.lost) await revokeDownloads(tx, { sessionId, at });
    const events = eventsOf(before, dispute, at);
    if (events.length > 0) await changeOrder(tx, order, at, {}, ...events);
    if (dispute.lost && !before?.lost && isCancellable(order)) await callForDecision(tx, order, at, LOST);
    return { order: { number: order.number, status: order.status }, dispute, standing };
  });
}

const LOST = {
  step: DECISIONS.disputeLost,
  reason:
    'The dispute is lost, and the customer has the money: cancel returns what is unshipped and refunds nothing, retry goes on with the order',
};

/**
 * What the bank asks anew is answered anew; else a submission that Stripe counts, ours or the Dashboard's, is
 * recorded once.
 */
function submissionOf(before: Dispute | null, { status, submissions }: SeenDispute, open: boolean, at: Date) {
  if (before === null) return {};
  if (isAskedAnew(before, status, open))
    return { submissionsBefore: submissions, submittedAt: null, submittingAt: null, submission: null };
  return submissions > before.submissionsBefore && before.submittedAt === null ? { submittedAt: at } : {};
}

/** What this look has found that was not recorded before, in sentences for the timeline. */
function eventsOf(before: Dispute | null, now: Dispute, at: Date): TimelineEvent[] {
  const event = (what: string, message: string): TimelineEvent => ({
    type: 'dispute',
    message,
    actor: 'stripe',
    key: `dispute/${now.id}/${what}/${at.getTime()}`,
  });
  const disputed = formatMoney({ amount: now.amount, currency: now.currency });
  const moved = now.withdrawn - (before?.withdrawn ?? 0);
  const funds = formatMoney({ amount: Math.abs(moved), currency: now.withdrawnCurrency ?? now.currency });
  return [
    ...(before === null ? [event('opened', `Disputed: ${disputed}, ${now.reason}, ${now.status} (${now.id})`)] : []),
    ...(before && !before.open && now.open ? [event('reopened', `The dispute was reopened: ${now.status}`)] : []),
    ...(before?.open === now.open && before.status !== now.status
      ? [event('status', `The dispute is ${now.status}`)]
      : []),
    ...(moved > 0 ? [event('withdrawn', `The bank took ${funds} for the dispute`)] : []),
    ...(moved < 0 ? [event('reinstated', `The bank gave back ${funds} of the dispute`)] : []),
    ...(before && now.dueBy && before.dueBy?.getTime() !== now.dueBy.getTime()
      ? [event('due', `Evidence for the dispute is accepted until ${now.dueBy.toISOString()}`)]
      : []),
    ...(now.submittedAt && !before?.submittedAt ? [event('submitted', 'Evidence for the dispute was submitted')] : []),
    ...(!now.open && before?.open !== false ? [event('closed', `The dispute is closed: ${now.status}`)] : []),
    ...(now.lost && !before?.lost ? [event('lost', 'The money stays with the customer; downloads are revoked')] : []),
  ];
}
