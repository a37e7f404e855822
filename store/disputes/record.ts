import { type Call, hasCall, withoutCalls } from '../../domain/calls';
import {
  adviceOnLoss,
  adviceOnReversal,
  type Dispute,
  isAskedAnew,
  lostAmountOf,
  type Standing,
  standingOf,
} from '../../domain/dispute';
import type { DisputeId, SessionId } from '../../domain/ids';
import { DECISIONS, type OrderStatus, type PaymentStatus } from '../../domain/order';
import { leftOf, type OrderMoney } from '../../domain/order-money';
import type { Db, Tx } from '../database';
import { callForDecision, callsChange, callsOf, isCancellable } from '../orders/decisions';
import { changeOrder, type LockedOrder, lockKnownOrder, moneyOf } from '../orders/records';
import { restoreDownloads, revokeDownloads } from '../orders/undo';
import { takeWayBack } from '../refunds/way-back';
import { eventsOf } from './history';
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
  /** Whether the bank still accepts evidence. */
  answerable: boolean;
  /** How often evidence was submitted, as Stripe counts. */
  submissions: number;
  /** What the dispute's own movements of our balance come to, without fees. */
  withdrawn: number;
  withdrawnCurrency: string | null;
  /** Its word for whether Visa takes earlier orders of the customer as evidence; null where that is no question. */
  visaEvidence: string | null;
  createdAt: Date;
}

/** A dispute as it was recorded, with the order it belongs to as it stands now. */
export interface RecordedDispute {
  order: OrderMoney & {
    number: string;
    status: OrderStatus;
    currency: string;
    cancellable: boolean;
    anythingShipped: boolean;
    /** Absent from what older histories hold. */
    hasDownloads?: boolean;
  };
  dispute: Dispute;
  standing: Standing;
  /** Whether it was lost and is now won, so that staff must look at the order. */
  reversed: boolean;
}

/**
 * Records a dispute under its order's row lock, with an entry on the order's timeline for everything new. The database
 * sets and clears the order's flag with it, and adds up what was lost. A lost dispute revokes the downloads. If it is
 * won after all, the downloads and the order's earlier status are restored, unless something else took them. Safe to
 * repeat, in any order: what is written is what Stripe says now.
 */
export async function recordDispute(
  db: Db,
  { sessionId, seen, at }: { sessionId: SessionId; seen: SeenDispute; at: Date },
): Promise<RecordedDispute> {
  return db.$transaction(async (tx) => {
    await lockKnownOrder(tx, sessionId);
    const known = await tx.dispute.findUnique({ where: { id: seen.id } });
    const before = known && toDispute(known);
    const standing = standingOf(seen.status, seen, before);
    const dispute = toDispute(await write(tx, { sessionId, seen, standing, before, at }));
    const isLoss = dispute.lost && !before?.lost;
    const isReversal = before?.lostAt != null && dispute.lostAt === null;
    // Read again, with what the database has added up.
    const order = await lockKnownOrder(tx, sessionId);
    if (dispute.lost) await revokeDownloads(tx, { sessionId, byDispute: true, at });
    const lostElsewhere = await tx.dispute.count({ where: { sessionId, lostAt: { not: null } } });
    if (isReversal && lostElsewhere === 0) await restoreDownloads(tx, { sessionId, at });

    const change = isReversal ? await wayBack(tx, order) : {};
    const events = eventsOf(before, dispute, at);
    if (events.length > 0) await changeOrder(tx, order, at, change, ...events);
    const now = { ...order, ...change };
    const facts = factsOf(now);
    const calls = standingCalls(now, dispute, facts);
    if (isLoss) {
      const reason = adviceOnLoss(facts);
      await callForDecision(tx, now, at, { step: DECISIONS.disputeLost, subject: seen.id, reason, beside: calls });
    } else if (isReversal) {
      const reason = adviceOnReversal(now.status !== order.status);
      await callForDecision(tx, now, at, { step: DECISIONS.disputeWon, subject: seen.id, reason, beside: calls });
    } else if (events.length > 0 || calls.length < callsOf(now).length)
      await changeOrder(tx, now, at, await callsChange(tx, now, calls, at));
    const reversed = isReversal || hasCall(calls, { step: DECISIONS.disputeWon, subject: seen.id });
    return { order: facts, dispute, standing, reversed };
  });
}

/**
 * The calls of an order that still stand as a dispute is now: one that is lost is not won, and the other way round.
 * The advice about another loss is about all of the order's money, so it follows.
 */
function standingCalls(order: LockedOrder, { id, lost, lostAt }: Dispute, facts: RecordedDispute['order']): Call[] {
  const before = withoutCalls(callsOf(order), DECISIONS.disputeUnknown, id); // Stripe knows it, after all
  const calls = lost
    ? withoutCalls(before, DECISIONS.disputeWon, id)
    : lostAt === null
      ? withoutCalls(before, DECISIONS.disputeLost, id)
      : before;
  return calls.map((call) => (call.step === DECISIONS.disputeLost ? { ...call, reason: adviceOnLoss(facts) } : call));
}

/** A dispute as it was last recorded; null if it never was. A deadline that has passed since counts as passed. */
export async function recallDispute(db: Db, { id, at }: { id: DisputeId; at: Date }): Promise<RecordedDispute | null> {
  const row = await db.dispute.findUnique({ where: { id }, include: { order: { include: { items: true } } } });
  if (row === null) return null;
  const { order, ...rest } = row;
  const dispute = toDispute(rest);
  const answerable = dispute.answerable && (dispute.dueBy === null || dispute.dueBy > at);
  const standing = dispute.open ? 'open' : dispute.lost ? 'lost' : 'kept';
  const reversed = hasCall(callsOf(order), { step: DECISIONS.disputeWon, subject: id });
  return { order: factsOf(order), dispute: { ...dispute, answerable }, standing, reversed };
}

const factsOf = (order: LockedOrder): RecordedDispute['order'] => ({
  ...{ number: order.number, status: order.status, currency: order.currency, ...moneyOf(order) },
  cancellable: isCancellable(order),
  anythingShipped: order.items.some(({ shipped }) => shipped > 0),
  hasDownloads: order.items.some(({ kind }) => kind === 'DIGITAL'),
});

/** Writes what Stripe says of a dispute. A lost amount counts as lost until the money is back. */
function write(
  tx: Tx,
  {
    sessionId,
    seen,
    standing,
    before,
    at,
  }: { sessionId: SessionId; seen: SeenDispute; standing: Standing; before: Dispute | null; at: Date },
) {
  const { id, submissions, createdAt, ...stripes } = seen;
  const open = standing === 'open';
  const lost = standing === 'lost';
  const stillLost = standing === 'kept' ? null : before;
  const now = {
    ...{ ...stripes, open, lost, updatedAt: at },
    lostAmount: lost ? lostAmountOf(seen) : (stillLost?.lostAmount ?? 0),
    lostAt: stillLost?.lostAt ?? (lost ? at : null),
  };
  return tx.dispute.upsert({
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
}

/**
 * The status to restore when a lost dispute is won: what the order had before the loss, or the refund of the rest,
 * ended it.
 */
async function wayBack(tx: Tx, order: LockedOrder) {
  const money = moneyOf(order);
  if (order.status !== 'REFUNDED' || leftOf(money) === 0) return {};
  const status = order.statusBeforeLoss ?? (await takeWayBack(tx, order.sessionId as SessionId));
  if (status === null) return {};
  const paymentStatus: PaymentStatus = money.refunded > 0 ? 'PARTIALLY_REFUNDED' : 'PAID';
  return { status, paymentStatus, statusBeforeLoss: null };
}

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
