import type Stripe from 'stripe';
import { isAskedAnew, type Standing, standingOf } from '../../domain/dispute';
import type { SessionId } from '../../domain/ids';
import { formatMoney } from '../../domain/money';
import { DECISIONS } from '../../domain/order';
import type { Dispute } from '../../prisma/generated/client';
import type { Tx } from '../../store/database';
import { callForDecision, isCancellable } from '../../store/orders/decisions';
import { changeOrder, type Happening, type LockedOrder, lockKnownOrder } from '../../store/orders/records';
import { idOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';

/** A dispute as it was recorded, with the order it is of. */
export interface RecordedDispute {
  order: LockedOrder;
  dispute: Dispute;
  standing: Standing;
}

/**
 * Records a dispute as Stripe has it, under its order's row lock, with an entry on the order's timeline for what is new. The database raises and
 * lowers the order's flag with it. A lost one takes the downloads back. Safe to repeat, in any order: what is written is what Stripe says now.
 */
export async function recordDispute(
  { db, clock }: Deps,
  sessionId: SessionId,
  seen: Stripe.Dispute,
): Promise<RecordedDispute> {
  const at = new Date(clock.now());
  return db.$transaction(async (tx) => {
    const order = await lockKnownOrder(tx, sessionId);
    const before = await tx.dispute.findUnique({ where: { id: seen.id } });
    const funds = fundsOf(seen);
    const standing = standingOf(seen.status, funds.withdrawn);
    const open = standing === 'open';
    const dispute = await tx.dispute.upsert({
      where: { id: seen.id },
      create: {
        id: seen.id,
        sessionId,
        ...whatStripeSays(seen),
        ...funds,
        open,
        lost: standing === 'lost',
        submittedAt: seen.evidence_details.submission_count > 0 ? at : null,
        createdAt: new Date(seen.created * 1000),
        updatedAt: at,
        closedAt: open ? null : at,
      },
      update: {
        ...whatStripeSays(seen),
        ...funds,
        open,
        lost: standing === 'lost',
        ...submissionOf(before, seen, open, at),
        ...(before && !before.open && open && { openings: before.openings + 1 }),
        updatedAt: at,
        closedAt: open ? null : (before?.closedAt ?? at),
      },
    });
    if (dispute.lost) await revokeDownloads(tx, sessionId, at);
    const news = newsOf(before, dispute, at);
    if (news.length > 0) await changeOrder(tx, order, at, {}, ...news);
    if (dispute.lost && !before?.lost && isCancellable(order)) await callForDecision(tx, order, at, LOST);
    return { order, dispute, standing };
  });
}

const LOST = {
  step: DECISIONS.disputeLost,
  reason:
    'The dispute is lost, and the buyer has the money: cancel returns what is unshipped and refunds nothing, retry goes on with the order',
};

const whatStripeSays = (seen: Stripe.Dispute) => ({
  chargeId: idOf(seen.charge),
  paymentIntentId: idOf(seen.payment_intent),
  status: seen.status,
  reason: seen.reason,
  amount: seen.amount,
  currency: seen.currency,
  // 0 says that the bank takes no answer, so there is no day either.
  dueBy: seen.evidence_details.due_by ? new Date(seen.evidence_details.due_by * 1000) : null,
});

/** What the dispute's own movements of our balance come to, fees left out. */
function fundsOf({ balance_transactions }: Stripe.Dispute): { withdrawn: number; withdrawnCurrency: string | null } {
  const taken = -balance_transactions.reduce((sum, { amount }) => sum + amount, 0);
  return { withdrawn: taken || 0, withdrawnCurrency: balance_transactions[0]?.currency ?? null };
}

/** What is asked anew is answered anew; else a submission that Stripe counts, ours or the Dashboard's, is noted once. */
function submissionOf(before: Dispute | null, seen: Stripe.Dispute, open: boolean, at: Date) {
  if (before === null) return {};
  const count = seen.evidence_details.submission_count;
  if (isAskedAnew(before, seen.status, open))
    return { submissionsBefore: count, submittedAt: null, submittingAt: null, submission: null };
  return count > before.submissionsBefore && before.submittedAt === null ? { submittedAt: at } : {};
}

async function revokeDownloads(tx: Tx, sessionId: SessionId, at: Date): Promise<void> {
  await tx.downloadGrant.updateMany({ where: { sessionId, revokedAt: null }, data: { revokedAt: at } });
}

/** What this look has found that was not recorded before, in sentences for the timeline. */
function newsOf(before: Dispute | null, now: Dispute, at: Date): Happening[] {
  const entry = (what: string, message: string): Happening => ({
    type: 'dispute',
    message,
    actor: 'stripe',
    key: `dispute/${now.id}/${what}/${at.getTime()}`,
  });
  const disputed = formatMoney({ amount: Number(now.amount), currency: now.currency });
  const moved = Number(now.withdrawn - (before?.withdrawn ?? 0n));
  const funds = formatMoney({ amount: Math.abs(moved), currency: now.withdrawnCurrency ?? now.currency });
  return [
    ...(before === null ? [entry('opened', `Disputed: ${disputed}, ${now.reason}, ${now.status} (${now.id})`)] : []),
    ...(before && !before.open && now.open ? [entry('reopened', `The dispute was opened again: ${now.status}`)] : []),
    ...(before?.open === now.open && before.status !== now.status
      ? [entry('status', `The dispute is ${now.status}`)]
      : []),
    ...(moved > 0 ? [entry('withdrawn', `The bank took ${funds} for the dispute`)] : []),
    ...(moved < 0 ? [entry('reinstated', `The bank gave ${funds} of the dispute back`)] : []),
    ...(before && now.dueBy && before.dueBy?.getTime() !== now.dueBy.getTime()
      ? [entry('due', `Evidence for the dispute is taken until ${now.dueBy.toISOString()}`)]
      : []),
    ...(now.submittedAt && !before?.submittedAt ? [entry('submitted', 'Evidence for the dispute was submitted')] : []),
    ...(!now.open && before?.open !== false ? [entry('closed', `The dispute is closed: ${now.status}`)] : []),
    ...(now.lost && !before?.lost ? [entry('lost', 'The money stays with the buyer; downloads are revoked')] : []),
  ];
}
