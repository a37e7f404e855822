import { isFinal, type OrderStatus, type PaymentStatus } from './order';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A sweep takes no longer. One that does is stuck: Temporal ends it, so that the next one can start. */
export const LONGEST_SWEEP_MS = 6 * HOUR;

/** How long no sweep may end before staff are told: three intervals, but long enough for a large sweep. */
export const overdueAfter = (intervalMs: number): number => Math.max(3 * intervalMs, 20 * MINUTE);

/** Stripe's lists may lag behind events, and Stripe's clock behind ours. */
const OVERLAP = 10 * MINUTE;
/** How long a session can stay open: a payment may come this long after the session was created. */
const SESSION_LIFE = DAY;
/** A wide sweep looks back at least this far. */
const WIDE = SESSION_LIFE + HOUR;
/** How long Stripe retries the delivery of an event. */
const STRIPE_RETRIES = 3 * DAY;
/** How long Stripe keeps events. */
const EVENTS_KEPT = 30 * DAY;

/**
 * How far back one sweep looks, in milliseconds since the epoch. Stored in the database and in the workflow's
 * history.
 */
export interface SweepWindow {
  /** Whether this sweep covers all sessions that may have been paid since the last wide sweep. */
  wide: boolean;
  /** When the sweep began. Changes after this time are not counted as differences. */
  until: number;
  sessionsSince: number;
  eventsSince: number;
  /** How far back undelivered events are listed; null if this sweep does not list them. */
  undeliveredSince: number | null;
  runsSince: number;
  holdsOverBefore: number;
  ledgerSince: number;
}

/** When the last successful sweep and the last successful wide sweep began. Everything before was swept. */
export interface SweepMarks {
  last: number | null;
  lastWide: number | null;
}

/**
 * How far back the next sweep looks. The next sweep finds a paid session that was created within the last hour; the
 * next wide sweep finds any other, and wide sweeps are at most an hour apart. If earlier sweeps failed or never ran,
 * or if the database was restored from a backup, the marks have not moved, so the window covers what was missed.
 */
export function windowOf(
  now: number,
  { last, lastWide }: SweepMarks,
  { intervalMs, staff }: { intervalMs: number; staff: boolean },
): SweepWindow {
  const wide = staff || lastWide === null || now + intervalMs > lastWide + HOUR;
  const recent = Math.min(now - Math.max(65 * MINUTE, HOUR + intervalMs), (last ?? now) - HOUR);
  const sinceLast = (last ?? now - WIDE) - OVERLAP;
  const atLeast = (since: number) => Math.max(now - EVENTS_KEPT, staff ? Math.min(since, now - WIDE) : since);
  return {
    wide,
    until: now,
    sessionsSince: wide ? Math.min(now - WIDE, (lastWide ?? now) - SESSION_LIFE, recent) : recent,
    eventsSince: atLeast(sinceLast),
    undeliveredSince: wide ? now - STRIPE_RETRIES : null,
    runsSince: atLeast(sinceLast),
    holdsOverBefore: now - intervalMs,
    ledgerSince: wide ? Math.min(sinceLast, now - WIDE) : sinceLast,
  };
}

/**
 * From when to when a sweep looks at what was written here. The spans of the sweeps that succeed follow one another, so
 * that each order is told once.
 */
export const spanWritten = ({ runsSince, until }: Pick<SweepWindow, 'runsSince' | 'until'>) => ({
  since: new Date(runsSince),
  before: new Date(until - OVERLAP),
});

/** What Stripe's list says about a complete session. */
export interface ListedSession {
  mode: string | null;
  /** Another installation on the same account made it. */
  elsewhere: boolean;
  paid: boolean;
  /** The delayed payment has failed for good. */
  failed: boolean;
}

/** What the database knows about its order. */
export interface KnownOrder {
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  attention: boolean;
}

/** Why a sweep woke an order. */
export type RepairAction =
  /** The session is complete, and there is no order. */
  | 'taken_up'
  /** Paid at Stripe, unpaid here. */
  | 'paid'
  /** Paid at Stripe after the order had ended: the money is refunded. */
  | 'given_back'
  /** A delayed payment that the order did not know about. */
  | 'processing'
  /** A delayed payment that failed. */
  | 'payment_failed'
  /** The hold was over or the session expired, and the order was still open. */
  | 'closed'
  /** The workflow run was closed, but the order was not final. */
  | 'restarted'
  /** A refund, a dispute or a notice of the order was not followed to its end: its workflow runs again. */
  | 'followed_again'
  /** A refund that has moved on at Stripe. */
  | 'refund_recorded'
  /** A dispute that has moved on at Stripe. */
  | 'dispute_recorded';

/** What to do about a complete session; null if the database already knows everything it says. */
export function differenceOf(session: ListedSession, order: KnownOrder | null, isStray: boolean): RepairAction | null {
  if (isStray) return null;
  if (order === null)
    return !session.elsewhere && (session.mode === 'payment' || session.mode === null) ? 'taken_up' : null;
  const { status, paymentStatus, attention } = order;
  const moneyKnown = !UNPAID.has(paymentStatus);
  if (isFinal(status)) return session.paid && !moneyKnown ? 'given_back' : null;
  if (status !== 'PENDING') return null;
  // A paid order that is still pending was restored from a backup midway, or waits for a person.
  if (session.paid) return moneyKnown && attention ? null : 'paid';
  if (session.failed) return 'payment_failed';
  return paymentStatus === 'UNPAID' ? 'processing' : null;
}

const UNPAID: ReadonlySet<PaymentStatus> = new Set<PaymentStatus>(['UNPAID', 'PROCESSING', 'FAILED']);

/** As an order goes; `REFUNDED` is no step of it, for a refund that fails leads back. */
const ALONG_THE_WAY: readonly OrderStatus[] = ['PENDING', 'PAID', 'PREPARING', 'SHIPPED', 'COMPLETED'];

/**
 * Whether a run has taken its order further than the database knows, which was then restored from a backup.
 * @param written null where the database has no such order
 */
export const isAhead = (reached: OrderStatus, written: OrderStatus | null): boolean =>
  written === null || (ALONG_THE_WAY.indexOf(reached) > ALONG_THE_WAY.indexOf(written) && !isFinal(written));

/** What the database says of an order. `isReplaced`: staff had goods of it sent again at some time. */
export interface Written {
  status: OrderStatus;
  parcels: number;
  isReplaced: boolean;
}

/** What an order's run says. `parcels`: how many it knows; null if it was not asked, or did not answer. */
interface Reached {
  reached: OrderStatus;
  parcels: number | null;
}

/**
 * Whether the database was restored to before what an order's run says. A part of an order may have left, which its
 * status does not show: then a parcel too many tells. Goods that are to be sent again lead a sent order back to
 * `PREPARING`, and a run that is parked may not have heard of it: then nothing else does.
 */
export const isRestored = (run: Reached, written: Written | null): boolean =>
  knowsAParcelMore(run, written) ||
  (isAhead(run.reached, written?.status ?? null) && (!written?.isReplaced || written.status !== 'PREPARING'));

const knowsAParcelMore = ({ parcels }: Reached, written: Written | null): boolean =>
  (parcels ?? 0) > (written?.parcels ?? 0) && (written === null || !isFinal(written.status));

/** Whether goods had left of which the database may not know. */
export const wasSent = (run: Reached, written: Written | null): boolean =>
  run.reached === 'SHIPPED' || run.reached === 'COMPLETED' || knowsAParcelMore(run, written);

/** How far a refund has progressed. A listed refund that is not ahead of the database changes nothing. */
const REFUND_RANK: Record<string, number> = {
  requested: 0,
  pending: 1,
  requires_action: 1,
  succeeded: 2,
  failed: 3,
  canceled: 3,
};

/** Whether an event says more about a refund than the database knows. */
export const refundIsNews = (said: string | null, known: string | null): boolean =>
  known === null || (REFUND_RANK[said ?? ''] ?? 9) > (REFUND_RANK[known] ?? 9);
